import Foundation
import PromptChainCore

/// Says what a model is doing.
enum PhaseText {
    /// For the UNTIL column: at most ten columns.
    static func short(_ phase: ModelRow.Phase) -> String {
        switch phase {
        case .loading: return "loading"
        case .unloading(let seconds):
            let text = "unload \(RunningTime.passed(seconds))"
            return text.count <= 10 ? text : "unloading…"
        case .reading(let progress, _):
            if let fraction = progress.fraction { return "read ~\(Count.whole(fraction * 100))%" }
            return progress.tokens.map { "read \(Count.tokens($0))" } ?? "reading"
        case .generating(let tokens, let rate, let isOurs):
            if let rate { return "gen \(isOurs ? "~" : "")\(self.rate(rate))" }
            return tokens.map { "\(Count.tokens($0)) tok" } ?? "generating"
        case .thinking: return "thinking"
        case .busy: return "busy"
        case .due: return "due"
        case .pinned: return "pinned"
        case .idle(let seconds): return RunningTime.left(seconds)
        case .kept(let until): return date(until)
        case .ended: return "no runner"
        case .unknown: return ""
        }
    }

    /// For details, in words.
    static func long(_ phase: ModelRow.Phase) -> String? {
        switch phase {
        case .loading(let seconds, let expected, let fraction, let isInferred):
            let share = fraction.map { ", \(isInferred ? "~" : "")\(Count.whole($0 * 100)) %" } ?? ""
            return "loading for \(RunningTime.passed(seconds))\(share)"
                + (expected.map { ", usually \(Seconds.text($0))" } ?? "")
        case .unloading(let seconds):
            return "unloading for \(RunningTime.passed(seconds)); it goes when its last answer is written"
        case .reading(let progress, let isOurs): return reading(progress, isOurs: isOurs)
        case .generating(let tokens, let rate, let isOurs):
            return (isOurs ? "writes for our run" : "writes an answer")
                + (tokens.map { ", \(Count.text($0, "token")) until now" } ?? "")
                + (rate.map { ", \(isOurs ? "~" : "")\(ByteCount.fixed($0, digits: 1)) tokens/s" } ?? "")
        case .thinking(let rate):
            return "thinks for our run" + (rate.map { ", ~\(ByteCount.fixed($0, digits: 1)) tokens/s" } ?? "")
        case .busy: return "in use by somebody: its time to leave does not run down"
        case .due: return "its time is over, and nobody uses it: the server has not let go of it yet"
        case .pinned: return "pinned: it stays until somebody unloads it"
        case .idle(let seconds): return "idle, leaves in \(RunningTime.left(seconds)) unless it is used"
        case .kept(let until): return "idle, stays until \(date(until)) unless somebody unloads it"
        case .ended: return "its process has ended: the server lists it until the next request to it"
        case .unknown: return nil
        }
    }

    private static func reading(_ progress: ModelRow.PromptProgress, isOurs: Bool) -> String {
        (isOurs ? "reads a prompt of our run" : "reads a prompt")
            + (progress.tokens.map { ", \(Count.text($0, "token")) until now" } ?? "")
            + (progress.fraction.map { ", ~\(Count.whole($0 * 100)) %" } ?? "")
            + (progress.rate.map { ", \(rate($0))" } ?? "")
            + (progress.secondsLeft.map { ", ~\(RunningTime.left($0)) left" } ?? "")
    }

    /// Tokens a second in few columns.
    private static func rate(_ rate: Double) -> String {
        rate < 9.95 ? "\(ByteCount.fixed(max(0, rate), digits: 1))/s" : "\(Count.tokens(Count.whole(rate)))/s"
    }

    /// A day: `2027-05-12`.
    private static func date(_ date: Date) -> String { String(Timestamp.text(date).prefix(10)) }

    static func role(_ phase: ModelRow.Phase) -> ThemeRole {
        switch phase {
        case .loading, .unloading, .reading, .generating, .thinking: .busy
        case .busy, .due: .warning
        case .ended: .error
        case .pinned: .info
        case .idle, .kept, .unknown: .muted
        }
    }
}
