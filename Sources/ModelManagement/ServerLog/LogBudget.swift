import Foundation
import PromptChainCore

/// Lets so many lines a second through, and counts the rest. Warnings and errors have a share of their own, which chatter
/// cannot take.
public struct LogBudget: Sendable {
    private struct Share: Sendable {
        let rate: Double
        let most: Double
        var left: Double
        var time: Date?

        init(rate: Double, most: Double) {
            self.rate = rate
            self.most = most
            left = most
        }

        mutating func take(at now: Date) -> Bool {
            if let time { left = min(most, left + max(0, now.timeIntervalSince(time)) * rate) }
            time = now
            guard left >= 1 else { return false }
            left -= 1
            return true
        }
    }

    /// Lines a second that are shown for long.
    public static let rate = 50.0

    private var chatter = Share(rate: rate, most: Double(ServerLogSource.backlog) * 2)
    private var warnings = Share(rate: rate, most: Double(ServerLogSource.backlog))
    private var leftOut = 0
    private var lastTold: Date?

    /// A full budget.
    public init() {}

    /// Counts lines that are left out unread.
    public mutating func leaveOut(_ count: Int) { leftOut += count }

    /// Those of the lines that are shown, and once a second a line that counts the others.
    public mutating func admit(_ lines: [LogLine], component: String, now: Date) -> [LogLine] {
        var shown: [LogLine] = []
        for line in lines {
            let isShown = line.level >= .warning ? warnings.take(at: now) : chatter.take(at: now)
            if isShown { shown.append(line) } else { leftOut += 1 }
        }
        if leftOut > 0, lastTold.map({ now.timeIntervalSince($0) >= 1 }) ?? true {
            let words = leftOut == 1 ? "1 line" : "\(leftOut) lines"
            shown.append(
                LogLine(
                    time: now, level: .notice, component: component,
                    message: "\(words) left out: more than can be read"))
            leftOut = 0
            lastTold = now
        }
        return shown
    }
}
