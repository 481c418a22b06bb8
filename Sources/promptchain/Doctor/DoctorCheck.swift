/// One thing that was looked at, and how it stands.
struct DoctorCheck: Equatable, Sendable, Encodable {
    /// How it stands.
    enum Level: String, Sendable, Encodable {
        /// As it should be.
        case fine
        /// Works, and could be better.
        case warning
        /// Wrong.
        case problem
    }

    /// What it belongs to, in the order in which it is told.
    enum Group: String, Sendable, Encodable, CaseIterable {
        case servers, gpus, leftovers, configuration, files, terminal

        /// The group's title.
        var title: String {
            switch self {
            case .servers: "Servers"
            case .gpus: "GPUs of this machine"
            case .leftovers: "Leftovers of dead chains"
            case .configuration: "Configuration"
            case .files: "Files"
            case .terminal: "Terminal"
            }
        }
    }

    var group: Group
    var level: Level
    var message: String
    /// More about it, a line each.
    var details: [String] = []
    /// What to do about it.
    var hint: String?

    private enum CodingKeys: String, CodingKey {
        case group, level, message, details, hint
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(group, forKey: .group)
        try container.encode(level, forKey: .level)
        try container.encode(message, forKey: .message)
        try container.encode(details, forKey: .details)
        try container.encode(hint, forKey: .hint)
    }
}
