/// Something wrong in a file that the user wrote: a chain, the configuration, a theme.
public struct FileFault: Error, Equatable, Hashable, Sendable, CustomStringConvertible {
    /// How grave it is.
    public enum Severity: String, Sendable, Codable {
        /// The file cannot be used.
        case error
        /// The file can be used, and probably does not do what was meant.
        case warning
    }

    /// The file's path, as it was given.
    public var file: String
    /// The line, from 1; 0 when the fault is the file's as a whole.
    public var line: Int
    /// The column, from 1; 0 when the fault is the file's as a whole.
    public var column: Int
    /// How grave it is.
    public var severity: Severity
    /// What is wrong.
    public var message: String
    /// What to do about it.
    public var hint: String?

    /// A fault at a place.
    public init(
        file: String, line: Int = 0, column: Int = 0, severity: Severity = .error, message: String, hint: String? = nil
    ) {
        self.file = file
        self.line = line
        self.column = column
        self.severity = severity
        self.message = message
        self.hint = hint
    }

    /// The fault as compilers write theirs: `file:line:column: error: message`, the hint on a line of its own.
    public var description: String {
        let place = line > 0 ? "\(file):\(line):\(column)" : file
        return "\(place): \(severity.rawValue): \(message)" + (hint.map { "\n    \($0)" } ?? "")
    }
}

extension FileFault: Encodable {
    private enum CodingKeys: String, CodingKey {
        case file, line, column, severity, message, hint
    }

    /// Writes every key; an unknown place is `null`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(file, forKey: .file)
        try container.encode(line > 0 ? line : nil, forKey: .line)
        try container.encode(column > 0 ? column : nil, forKey: .column)
        try container.encode(severity, forKey: .severity)
        try container.encode(message, forKey: .message)
        try container.encode(hint, forKey: .hint)
    }
}
