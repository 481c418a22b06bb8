import PromptChainCore

/// Which lines of the log are shown.
public struct LogFilter: Equatable, Sendable {
    /// The least grave levels to choose from, in the order in which a key goes through them.
    static let steps: [LogLine.Level] = [.trace, .info, .warning, .error]

    /// The least grave level that is shown.
    var least: LogLine.Level
    /// The least grave levels of single components, which go before `least`: by the name in the pane (`ollama`), or by
    /// what their whole name begins with (`promptchain.tools`).
    var levels: [String: LogLine.Level]
    /// What lines have to say, in their component or their message.
    public var lines: LineFilter

    /// A filter; one of nothing shows every line.
    public init(
        least: LogLine.Level = .trace, levels: [String: LogLine.Level] = [:], lines: LineFilter = LineFilter()
    ) {
        self.least = least
        self.levels = levels
        self.lines = lines
    }

    /// Whether it shows every line.
    public var isOpen: Bool { least == .trace && levels.isEmpty && lines.isOpen }

    /// No line is shown that is less grave than this.
    public var leastOfAll: LogLine.Level { min(least, levels.values.min() ?? least) }

    /// Whether it shows a line.
    public func shows(_ line: LogLine) -> Bool {
        guard line.level >= LogLine.level(of: line.component, in: levels) ?? least else { return false }
        return lines.isOpen || lines.shows(line.message, line.component)
    }

    /// What it leaves out, in a few words; `nil` when it leaves out nothing.
    var words: String? {
        var parts: [String] = []
        if least > .trace { parts.append("from \(least.rawValue) on") }
        for (component, level) in levels.sorted(by: { $0.key < $1.key }) {
            parts.append("\(component) " + (level == .trace ? "all" : "from \(level.rawValue) on"))
        }
        if let words = lines.words { parts.append(words) }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }
}
