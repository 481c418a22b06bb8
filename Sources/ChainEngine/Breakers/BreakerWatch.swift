import Foundation
import ModelManagement
import PromptChainCore
import Synchronization

/// Looks at a step while its text streams. The work for each piece is in proportion to the piece.
final class BreakerWatch: Sendable {
    private enum Detector: Sendable {
        case scan(TextScan, text: String)
        case pattern(PatternWatch)
        case json(JSONPrefix)
        case tokens(Int)
        case loop(output: LoopDetector, thinking: LoopDetector)
        case seconds(Double)
    }

    private struct State {
        var detectors: [(rule: Int, detector: Detector)] = []
        var tokens = 0
        var hit: BreakerHit?
    }

    /// What looks at the step that a task does.
    @TaskLocal static var current: BreakerWatch?

    private let session: BreakerSession
    private let step: String
    private let item: Int?
    private let start: Double
    private let state: Mutex<State>

    init(session: BreakerSession, rules: [Int], step: String, item: Int?) {
        self.session = session
        self.step = step
        self.item = item
        start = session.clock.seconds()
        var state = State()
        for rule in rules {
            let detector: Detector? =
                switch session.rules[rule].condition {
                case .outputContains(let text, let isCaseSensitive):
                    .scan(TextScan(text, isCaseSensitive: isCaseSensitive), text: text)
                case .outputMatches: session.search(of: rule).map { .pattern(PatternWatch($0)) }
                case .invalidJSON: .json(JSONPrefix())
                case .tokensOver(let limit): .tokens(limit)
                case .repeats: .loop(output: LoopDetector(), thinking: LoopDetector())
                case .secondsOver(let limit): .seconds(limit)
                case .outputIsEmpty, .modelManagementFailed, .command: nil
                }
            if let detector { state.detectors.append((rule, detector)) }
        }
        self.state = Mutex(state)
    }

    /// What applied, once something has.
    var hit: BreakerHit? { state.withLock { $0.hit } }

    /// What the model has written so far, in tokens, reasoning included: what the server says where it does, else a
    /// token for each piece of the stream.
    var tokens: Int { state.withLock { $0.tokens } }

    /// How long the step has taken, in seconds.
    var seconds: Double { session.clock.seconds() - start }

    /// Seconds until the first rule about time applies; `nil` without one.
    var secondsLeft: Double? {
        let limits = state.withLock { state in
            state.detectors.compactMap { if case .seconds(let limit) = $0.detector { limit } else { nil } }
        }
        return limits.min().map { max(0, $0 - seconds) }
    }

    /// Takes the next piece of the answer.
    /// - Throws: `BreakerStop` when a rule applies.
    func note(_ text: String, isThinking: Bool) async throws {
        let seconds = seconds
        let (findings, requests) = state.withLock { state in
            state.tokens += 1
            return look(at: text, isThinking: isThinking, seconds: seconds, &state)
        }
        for (rule, reason) in findings { try stop(rule, reason: reason) }
        for (rule, request) in requests {
            switch await request.search.search(request.text, isGrowing: true, context: request.context) {
            case .found(let match):
                try stop(rule, reason: BreakerWords.matches(request.search.pattern, match))
            case .absent: continue
            case .unfinished:
                session.giveUpSearch(of: rule)
                drop(rule)
            }
        }
    }

    /// Takes what the server says about the answer at its end.
    func note(_ metrics: GenerationMetrics) {
        guard let count = metrics.outputTokens else { return }
        state.withLock { $0.tokens = max($0.tokens, count) }
    }

    /// Looks at the time alone, for an answer of which nothing comes.
    /// - Throws: `BreakerStop` when a rule applies.
    func noteTime() throws {
        let seconds = seconds
        let due = state.withLock { state in
            state.detectors.compactMap { entry -> (Int, Double)? in
                guard case .seconds(let limit) = entry.detector, seconds >= limit else { return nil }
                return (entry.rule, limit)
            }
        }
        for (rule, limit) in due { try stop(rule, reason: BreakerWords.seconds(limit)) }
    }

    private func look(
        at text: String, isThinking: Bool, seconds: Double, _ state: inout State
    ) -> (findings: [(Int, String)], requests: [(Int, PatternWatch.Request)]) {
        var findings: [(Int, String)] = []
        var requests: [(Int, PatternWatch.Request)] = []
        for place in state.detectors.indices {
            let rule = state.detectors[place].rule
            switch state.detectors[place].detector {
            case .seconds(let limit): if seconds > limit { findings.append((rule, BreakerWords.seconds(limit))) }
            case .tokens(let limit): if state.tokens > limit { findings.append((rule, BreakerWords.tokens(limit))) }
            case .loop(var output, var thinking):
                // Not kept in two places, so that nothing is copied for each piece.
                state.detectors[place].detector = .tokens(.max)
                let loop = isThinking ? thinking.feed(text) : output.feed(text)
                state.detectors[place].detector = .loop(output: output, thinking: thinking)
                if let loop { findings.append((rule, BreakerWords.repeats(loop, isThinking: isThinking))) }
            case _ where isThinking: continue
            case .scan(var scan, let piece):
                if scan.feed(text) { findings.append((rule, BreakerWords.contains(piece))) }
                state.detectors[place].detector = .scan(scan, text: piece)
            case .pattern(var watch):
                state.detectors[place].detector = .tokens(.max)
                if let request = watch.feed(text) { requests.append((rule, request)) }
                state.detectors[place].detector = .pattern(watch)
            case .json(var json):
                if !json.feed(text) { findings.append((rule, BreakerWords.noJSON(json))) }
                state.detectors[place].detector = .json(json)
            }
        }
        return (findings, requests)
    }

    private func stop(_ rule: Int, reason: String) throws {
        guard let hit = session.claim(rule, reason: reason, step: step, item: item) else {
            // It has done so as often as it may, and need not look any more.
            return drop(rule)
        }
        state.withLock { state in state.hit = state.hit ?? hit }
        throw BreakerStop(hit: hit)
    }

    private func drop(_ rule: Int) {
        state.withLock { state in state.detectors.removeAll { $0.rule == rule } }
    }
}
