import Foundation
import PromptChainCore
import Synchronization

/// The rules of one run: which of them apply, and how often they have done so.
final class BreakerSession: Sendable {
    /// Something that a rule could not do, for the user.
    struct Warning: Equatable, Sendable {
        var message: String
        var hint: String?
    }

    private struct Use: Hashable {
        var rule: Int
        // Retries count for each step and item by itself, jumps for the run.
        var step: String?
        var item: Int?
    }

    private struct State {
        var uses: [Use: Int] = [:]
        var warnings: [Warning] = []
        var told: Set<String> = []
        var unfinished: Set<Int> = []
    }

    let rules: [BreakerRule]
    let breakers: [Chainbreaker]
    let clock: any RunClock
    private let searches: [Int: PatternSearch]
    private let state = Mutex(State())

    /// - Parameters:
    ///   - rules: The rules of the chain's file, looked at in this order.
    ///   - breakers: Swift closures, asked after them.
    ///   - uses: What rules did before, in a run that goes on.
    ///   - steps: The names of the steps in order, for the numbers in that.
    init(
        rules: [BreakerRule], breakers: [Chainbreaker], clock: any RunClock = SystemRunClock(),
        uses: [RuleUse: Int] = [:], steps: [String] = []
    ) {
        self.rules = rules
        self.breakers = breakers
        self.clock = clock
        var searches: [Int: PatternSearch] = [:]
        for (index, rule) in rules.enumerated() {
            if case .outputMatches(let pattern, let isCaseSensitive) = rule.condition {
                do {
                    searches[index] = try PatternSearch(pattern, isCaseSensitive: isCaseSensitive)
                } catch {
                    state.withLock {
                        $0.warnings.append(
                            Warning(
                                message: "“\(rule.name)” cannot decide: \(PatternSearch.refusal(of: pattern))",
                                hint: "Brackets and signs such as . * + need a backslash."))
                    }
                }
            }
        }
        self.searches = searches
        state.withLock { $0.uses = recall(uses, steps: steps) }
    }

    // A rule is known by its name; of several with one name the one that can have done it.
    private func recall(_ uses: [RuleUse: Int], steps: [String]) -> [Use: Int] {
        uses.reduce(into: [:]) { recalled, entry in
            let named = rules.indices.filter { rules[$0].name == entry.key.breaker }
            func name(_ number: Int) -> String? { steps.indices.contains(number - 1) ? steps[number - 1] : nil }
            switch entry.key.action {
            case .jump(let number):
                let jumps = named.filter { if case .jump = rules[$0].action { true } else { false } }
                let fitting = jumps.first { index in
                    guard case .jump(let target, _) = rules[index].action, let step = name(number) else { return false }
                    return step == target || step.hasPrefix(target + FlatChain.separator)
                }
                guard let rule = fitting ?? jumps.first else { return }
                recalled[Use(rule: rule), default: 0] += entry.value
            case .retry(let number, let item):
                guard let step = name(number) else { return }
                let rule = named.first { index in
                    if case .retry = rules[index].action { rules[index].looks(at: step) } else { false }
                }
                guard let rule else { return }
                recalled[Use(rule: rule, step: step, item: item), default: 0] += entry.value
            }
        }
    }

    /// What looks at a step while its text streams; `nil` where no rule can decide so early.
    func watch(step: String, item: Int? = nil) -> BreakerWatch? {
        let watched = rules.indices.filter { rules[$0].looks(at: step) && rules[$0].canDecideWhileStreaming }
        guard !watched.isEmpty else { return nil }
        return BreakerWatch(session: self, rules: watched, step: step, item: item)
    }

    /// The first rule that applies to what a step gave, and what could not be decided. Rules come in their order, then
    /// closures in theirs.
    func after(_ facts: BreakerFacts) async -> (hit: BreakerHit?, warnings: [Warning]) {
        for index in rules.indices where rules[index].looks(at: facts.name) {
            switch await verdict(of: index, on: facts) {
            case .quiet: continue
            case .applies(let reason, let output):
                let hit = claim(index, reason: reason, output: output, step: facts.name, item: facts.item)
                if let hit { return (hit, takeWarnings()) }
            case .unable(let why, let hint):
                warn("“\(rules[index].name)” could not decide about step \(facts.info.step): \(why)", hint: hint)
            }
        }
        for breaker in breakers {
            do {
                let (breaks, reason, output) = try await breaker.rule(facts.info.step, facts.output, facts.info)
                guard breaks else { continue }
                let action = output.map { BreakerAction.replace(PromptTemplate(literal: $0)) }
                let hit = BreakerHit(
                    breaker: breaker.name, reason: reason, action: action ?? .stop(isFailure: false))
                return (hit, takeWarnings())
            } catch {
                warn(
                    "“\(breaker.name)” failed after step \(facts.info.step): \(error)",
                    hint: "The chain goes on as if it had not said anything.")
            }
        }
        return (nil, takeWarnings())
    }

    /// What was to be warned of since this was asked last.
    func takeWarnings() -> [Warning] {
        state.withLock { state in
            defer { state.warnings = [] }
            return state.warnings
        }
    }

    /// Warns of something, once in a run.
    func warn(_ message: String, hint: String?) {
        state.withLock { state in
            if state.told.insert(message).inserted { state.warnings.append(Warning(message: message, hint: hint)) }
        }
    }

    /// The expression of a rule, unless it has taken too long before.
    func search(of rule: Int) -> PatternSearch? {
        state.withLock { $0.unfinished.contains(rule) } ? nil : searches[rule]
    }

    /// Notes that the expression of a rule takes too long. It is not looked for any more in this run.
    func giveUpSearch(of rule: Int, step: Int? = nil) {
        state.withLock { _ = $0.unfinished.insert(rule) }
        let limit = PatternSearch.limitMilliseconds
        warn(
            "“\(rules[rule].name)” could not decide: its expression takes longer than \(limit) ms",
            hint: "Repetitions in each other, as in (a+)+, take very long. The rule rests for the rest of this run.")
    }

    /// What a rule that applies does; `nil` when it has done so as often as it may.
    func claim(_ index: Int, reason: String, output: String? = nil, step: String, item: Int?) -> BreakerHit? {
        let rule = rules[index]
        var hit = BreakerHit(breaker: rule.name, reason: rule.reason ?? reason, action: rule.action)
        if let output, case .stop = rule.action { hit.action = .replace(PromptTemplate(literal: output)) }
        let (use, limit): (Use, Int)
        switch rule.action {
        case .stop, .replace: return hit
        case .jump(_, let most): (use, limit) = (Use(rule: index), most)
        case .retry(let most): (use, limit) = (Use(rule: index, step: step, item: item), most)
        }
        let isLeft = state.withLock { state in
            guard state.uses[use, default: 0] < limit else { return false }
            state.uses[use, default: 0] += 1
            return true
        }
        if isLeft { return hit }
        let times = limit == 1 ? "once" : "\(limit) times"
        if case .jump(let target, _) = rule.action {
            warn(
                "“\(rule.name)” has sent the chain to “\(target)” \(times): the chain goes on instead (\(hit.reason))",
                hint: "“limit” sets how often it may.")
        } else {
            warn(
                "“\(rule.name)” had “\(step)” done again \(times), and still applies: the chain goes on (\(hit.reason))",
                hint: "“limit” sets how often a step is done again; a further rule can stop the chain.")
        }
        return nil
    }
}

extension BreakerRule {
    /// Whether it can apply before a step has ended.
    var canDecideWhileStreaming: Bool {
        switch condition {
        case .outputContains, .outputMatches, .invalidJSON, .tokensOver, .secondsOver, .repeats: true
        case .outputIsEmpty, .modelManagementFailed, .command: false
        }
    }
}
