import CellScreen
import Foundation
import PromptChainCore
import RunHistory

/// A timeline of what was in memory, as text: a row a model, a column a moment. The time in which a run did not run takes
/// one column, however long it was.
struct ResidencyPicture {
    var timeline: ResidencyTimeline
    /// The columns of text that it may take.
    var width: Int
    var ascii: Bool

    private static let mostRows = 40

    var lines: [String] {
        let models = timeline.models.prefix(Self.mostRows)
        guard !models.isEmpty else { return [] }
        let names = models.map { Console.safe(ModelName($0).short) }
        let longest = max(8, min(width / 3, names.map { DisplayWidth.columns(of: $0) }.max() ?? 0))
        let count = max(10, width - longest - 4 - timeline.pauses.count)
        let rows = timeline.columns(count)
        let pauses = timeline.columnsBeforePauses(count)
        var lines = ["In memory  (\(legend))"]
        for (model, name) in zip(models, names) {
            var cells = (rows[model] ?? []).map(glyph)
            for place in pauses.reversed() { cells.insert(pauseMark, at: place) }
            lines.append(Self.trimmed("  " + Self.fitted(name, to: longest) + "  " + cells.joined()))
        }
        if timeline.models.count > models.count { lines.append("  and \(timeline.models.count - models.count) more") }
        lines.append("  " + Self.fitted("", to: longest) + "  " + scale(count + pauses.count))
        if !timeline.pauses.isEmpty { lines.append("  \(pauseMark) not running for \(pauseLengths)") }
        return lines
    }

    private var pauseMark: String { ascii ? ":" : "⋯" }

    private var pauseLengths: String {
        timeline.pauses.map { Seconds.text($0.upperBound.timeIntervalSince($0.lowerBound)) }.joined(separator: ", ")
    }

    private var legend: String {
        "\(glyph(.loading)) loading, \(glyph(.resident)) in memory, \(glyph(.generating)) writing"
    }

    private func glyph(_ phase: ResidencyPhase?) -> String {
        switch phase {
        case .loading?, .loadingAhead?: ascii ? "." : "░"
        case .resident?: ascii ? "-" : "▒"
        case .unloading?: ascii ? "/" : "▏"
        case .generating?: ascii ? "#" : "█"
        case nil: " "
        }
    }

    // The time at the beginning, the middle and the end.
    private func scale(_ count: Int) -> String {
        let seconds = timeline.runningSeconds
        let (middle, last) = (Seconds.text(seconds / 2), Seconds.text(seconds))
        guard count >= 24 else { return Self.padded("0s", to: count - last.count) + last }
        return Self.padded(Self.padded("0s", to: count / 2 - middle.count / 2) + middle, to: count - last.count) + last
    }

    private static func padded(_ text: String, to count: Int) -> String {
        text + String(repeating: " ", count: max(0, count - text.count))
    }

    private static func fitted(_ name: String, to columns: Int) -> String {
        var text = name
        guard DisplayWidth.columns(of: text) > columns else {
            return text + String(repeating: " ", count: columns - DisplayWidth.columns(of: text))
        }
        while DisplayWidth.columns(of: text) > columns - 1 { text.removeLast() }
        return padded(text + "…", to: columns)
    }

    private static func trimmed(_ line: String) -> String {
        var line = line
        while line.last == " " { line.removeLast() }
        return line
    }
}
