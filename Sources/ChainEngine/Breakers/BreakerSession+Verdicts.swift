import Foundation
import PromptChainCore

/// What rules make of a step that has ended.
extension BreakerSession {
    /// What a rule says about a step.
    enum Verdict: Equatable, Sendable {
        /// It does not apply.
        case quiet
        /// It applies; `output` is what the chain is to end with, where it says that.
        case applies(reason: String, output: String?)
        /// It cannot tell.
        case unable(String, hint: String?)

        static func applies(_ reason: String) -> Self { .applies(reason: reason, output: nil) }
    }

    /// What a rule says. Of a step whose model could not be made ready it sees the sentence about that alone: what is
    /// said about answers does not apply.
    func verdict(of index: Int, on facts: BreakerFacts) async -> Verdict {
        let output = facts.output
        switch rules[index].condition {
        case .outputContains(let text, let isCaseSensitive):
            var scan = TextScan(text, isCaseSensitive: isCaseSensitive)
            return scan.feed(output) ? .applies(BreakerWords.contains(text)) : .quiet
        case .outputMatches:
            guard let search = search(of: index) else { return .quiet }
            switch await search.search(output) {
            case .found(let match): return .applies(BreakerWords.matches(search.pattern, match))
            case .absent: return .quiet
            case .unfinished:
                giveUpSearch(of: index)
                return .quiet
            }
        case .modelManagementFailed:
            return facts.isLoadFailure ? .applies(BreakerWords.excerpt(output, 300)) : .quiet
        case .command(let call, let timeout): return await ask(call, timeout: timeout, about: facts)
        case _ where facts.isLoadFailure: return .quiet
        case .outputIsEmpty: return output.allSatisfy(\.isWhitespace) ? .applies("the output is empty") : .quiet
        case .invalidJSON:
            var json = JSONPrefix()
            _ = json.feed(output)
            return json.isComplete ? .quiet : .applies(BreakerWords.noJSON(json))
        case .tokensOver(let limit): return facts.tokens ?? 0 > limit ? .applies(BreakerWords.tokens(limit)) : .quiet
        case .secondsOver(let limit):
            return facts.seconds ?? 0 > limit ? .applies(BreakerWords.seconds(limit)) : .quiet
        case .repeats: return LoopDetector.loop(in: output).map { .applies(BreakerWords.repeats($0)) } ?? .quiet
        }
    }

    /// The most that a program of a rule may answer, in bytes.
    static let answerByteLimit = 1 << 20

    private func ask(_ call: CommandCall, timeout: Double, about facts: BreakerFacts) async -> Verdict {
        let launch = CommandRun.Launch(
            words: call.arguments.map(\.text), environment: call.environment, folder: call.folder)
        let text: String
        do {
            text = try await CommandRun(
                launch: launch, byteLimit: Self.answerByteLimit, timeout: timeout, clock: clock
            ).run(input: JSONText.line(facts.json) + "\n").text
        } catch let fault as CommandFault {
            return .unable(fault.sentence, hint: fault.hint)
        } catch {
            // The run is being stopped.
            return .quiet
        }
        let hint = "It is to write {\"break\": true, \"reason\": \"…\"} or {\"break\": false}."
        guard let answer = try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)) else {
            let start = BreakerWords.excerpt(text, 60)
            let what = start.isEmpty ? "nothing" : "“\(start)”, which is no JSON"
            return .unable("\(launch.name) answered \(what)", hint: hint)
        }
        guard let breaks = answer["break"]?.boolValue else {
            return .unable("the answer of \(launch.name) has no “break” that is true or false", hint: hint)
        }
        guard breaks else { return .quiet }
        let output = answer["output"].flatMap { value -> String? in
            value == .null ? nil : value.stringValue ?? JSONText.line(value)
        }
        return .applies(reason: answer["reason"]?.stringValue ?? "\(launch.name) says so", output: output)
    }
}
