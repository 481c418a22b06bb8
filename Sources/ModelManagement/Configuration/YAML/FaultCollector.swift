import PromptChainCore

/// Collects what is wrong in one file while it is read, so that every fault is told at once.
public final class FaultCollector {
    /// The file's path, as it was given.
    public let file: String
    /// The variables that `${NAME}` in values stands for; `nil` leaves `${NAME}` as it is.
    public let environment: [String: String]?
    private var collected: [FileFault] = []

    /// A collector for one file.
    public init(file: String, environment: [String: String]? = nil) {
        self.file = file
        self.environment = environment
    }

    /// The faults in the order of their places. One that was found twice stands there once.
    public var faults: [FileFault] {
        var seen = Set<FileFault>()
        return collected.filter { seen.insert($0).inserted }.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
    }

    /// Whether the file cannot be used.
    public var hasErrors: Bool { collected.contains { $0.severity == .error } }

    /// Adds a fault.
    public func add(
        line: Int = 0, column: Int = 0, severity: FileFault.Severity = .error, message: String, hint: String? = nil
    ) {
        collected.append(
            FileFault(
                file: file, line: line, column: column, severity: severity, message: message, hint: hint))
    }
}
