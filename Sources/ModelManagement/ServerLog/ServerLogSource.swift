/// Where the lines of a server's own log come from.
public enum ServerLogSource: Equatable, Sendable {
    /// How lines are wrapped where they stand.
    public enum Envelope: Equatable, Sendable {
        /// Not at all.
        case none
        /// An object of docker's `json-file` driver each.
        case docker
        /// An object of `journalctl -o json` each.
        case journal
    }

    /// A file.
    case file(path: String, Envelope)
    /// What a program writes to its standard output for as long as it runs: its words, the first one looked for in `PATH`.
    case program(words: [String], Envelope)

    /// How its lines are wrapped.
    public var envelope: Envelope {
        switch self {
        case .file(_, let envelope), .program(_, let envelope): envelope
        }
    }

    /// How many lines of the past are shown.
    public static let backlog = 200

    /// The journal of a unit.
    static func journal(unit: String, ofUser: Bool) -> ServerLogSource {
        .program(
            words: [
                "journalctl", "--follow", "--lines=\(backlog)", "--output=json", "--no-pager", "--quiet",
                (ofUser ? "--user-unit=" : "--unit=") + unit,
            ], .journal)
    }

    /// The log of a container.
    static func docker(container: String) -> ServerLogSource {
        .program(
            words: ["docker", "logs", "--follow", "--timestamps", "--tail=\(backlog)", container], .none)
    }
}

/// What was found out about a server's own log.
public struct ServerLogFinding: Equatable, Sendable {
    /// Where it is read; empty where it cannot be.
    public var sources: [ServerLogSource]
    /// Where that is, for people: `/tmp/ollama.log, where its standard error goes`.
    public var place: String?
    /// Why it cannot be read; `nil` where it can, or where there is nothing to be said.
    public var reason: String?
    /// What helps.
    public var hint: String?
    /// Whether it is there and only not permitted.
    public var isDenied: Bool

    /// A finding.
    public init(
        sources: [ServerLogSource] = [], place: String? = nil, reason: String? = nil, hint: String? = nil,
        isDenied: Bool = false
    ) {
        self.sources = sources
        self.place = place
        self.reason = reason
        self.hint = hint
        self.isDenied = isDenied
    }
}
