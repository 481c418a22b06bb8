import PromptChainCore

/// Which lines of the log are shown.
struct LogFilter: Equatable, Sendable {
    /// The least grave levels to choose from, in the order in which a key goes through them.
    static let levels: [LogLine.Level] = [.trace, .info, .warning, .error]

    /// The least grave level that is shown.
    var least = LogLine.Level.trace
    /// A line that holds this text is left out, whatever the case of its letters; empty leaves out none.
    var hidden = ""

    var isOpen: Bool { least == .trace && hidden.isEmpty }

    func shows(_ line: LogLine) -> Bool {
        guard line.level >= least else { return false }
        guard !hidden.isEmpty else { return true }
        let needle = hidden.lowercased()
        return !line.message.lowercased().contains(needle) && !line.component.lowercased().contains(needle)
    }

    /// What it leaves out, in a few words; `nil` when it leaves out nothing.
    var words: String? {
        var parts: [String] = []
        if least > .trace { parts.append("from \(least.rawValue) on") }
        if !hidden.isEmpty { parts.append("without “\(hidden)”") }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }
}
