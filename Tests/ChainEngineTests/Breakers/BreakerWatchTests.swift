import ModelManagement
import PromptChainCore
import Testing

@testable import ChainEngine

@Suite(.timeLimit(.minutes(1))) struct BreakerWatchTests {
    private static let every: [BreakerRule.Condition] = [
        .outputContains("never there", caseSensitive: false), .outputMatches("never[0-9]", caseSensitive: true),
        .tokensOver(1_000_000), .secondsOver(86_400), .repeats,
    ]

    private func session(_ conditions: [BreakerRule.Condition], _ action: BreakerAction? = nil) -> BreakerSession {
        let rules = conditions.enumerated().map { index, condition in
            BreakerRule(name: "rule \(index)", condition: condition, action: action ?? .stop(isFailure: false))
        }
        return BreakerSession(rules: rules, breakers: [], clock: ManualClock())
    }

    @Test func longAnswersAreWatchedInProportion() async throws {
        let watch = try #require(session(Self.every).watch(step: "A"))
        for number in 0..<20_000 { try await watch.note("word\(number) ", isThinking: number % 3 == 0) }
        #expect(watch.hit == nil)
        #expect(watch.tokens == 20_000)
        watch.note(GenerationMetrics(reason: "stop", outputTokens: 20_500))
        #expect(watch.tokens == 20_500)
    }

    @Test func onlyTheOutputIsSearched() async throws {
        let watch = try #require(session([.outputContains("no", caseSensitive: false)]).watch(step: "A"))
        try await watch.note("no, no", isThinking: true)
        await #expect(throws: BreakerStop.self) { try await watch.note("no", isThinking: false) }
        #expect(watch.hit?.reason == "the output contains “no”")
    }

    @Test func theRuleThatStandsFirstDecides() async throws {
        let rules: [BreakerRule.Condition] = [.tokensOver(1), .outputContains("b", caseSensitive: false)]
        let watch = try #require(session(rules).watch(step: "A"))
        try await watch.note("a", isThinking: false)
        await #expect(throws: BreakerStop.self) { try await watch.note("b", isThinking: false) }
        #expect(watch.hit?.breaker == "rule 0")
    }

    @Test func aRuleThatIsUsedUpDoesNotEndAnything() async throws {
        let session = session([.outputContains("b", caseSensitive: false)], .retry(limit: 1))
        let first = try #require(session.watch(step: "A"))
        await #expect(throws: BreakerStop.self) { try await first.note("b", isThinking: false) }
        let second = try #require(session.watch(step: "A"))
        try await second.note("b and b", isThinking: false)
        #expect(second.hit == nil)
        #expect(session.takeWarnings().count == 1)
    }

    @Test func aPatternThatTakesTooLongStopsNoAnswer() async throws {
        let session = session([.outputMatches("(a+)+$", caseSensitive: true)])
        let watch = try #require(session.watch(step: "A"))
        for _ in 0..<10 { try await watch.note(String(repeating: "a", count: 70) + "!", isThinking: false) }
        #expect(watch.hit == nil)
        #expect(session.takeWarnings().count == 1)
    }

    @Test func withoutAWatchTheAnswerIsHandedOnAsItIs() async throws {
        let (stream, continuation) = AsyncThrowingStream<GenerationEvent, any Error>.makeStream()
        continuation.yield(.text("a"))
        continuation.finish()
        var events: [GenerationEvent] = []
        for try await event in WatchedStream(stream, clock: ManualClock()) { events.append(event) }
        #expect(events == [.text("a")])
    }
}
