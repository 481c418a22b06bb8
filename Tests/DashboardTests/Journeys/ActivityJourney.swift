import DashboardTestSupport
import PromptChainCore
import Testing

@testable import Dashboard

@Suite("Journey: what models do for others") struct ActivityJourney {
    private func journey(_ activities: ModelActivity...) -> JourneyDriver {
        var journey = JourneyDriver()
        var snapshot = ServerSnapshot.gpuBox([.llama, .nomic], at: journey.clock)
        snapshot.activities = activities
        journey.send(.snapshot(snapshot))
        return journey
    }

    @Test("A request of somebody else's shows its tokens instead of a countdown")
    func requests() {
        var journey = journey(
            ModelActivity(
                model: "llama3.1:8b", phase: .generating, requests: 1, promptTokens: 23, outputTokens: 182,
                contextTokens: 205, contextLength: 4096, tokensPerSecond: 41.26),
            ModelActivity(model: "nomic-embed-text", phase: .reading, requests: 1, promptTokens: 2048))
        #expect(journey.lines[4].contains("81%!   8k  gen 41/s"))
        #expect(journey.lines[5].contains("100%   2k  read 2k"))
        journey.press("Enter")
        #expect(journey.shows("writes an answer, 182 tokens until now"))
        #expect(journey.shows("205 tokens of 4k"))
        #expect(journey.shows("41.3 tokens/s"))
    }

    @Test("A model at rest keeps its countdown") func idle() {
        let journey = journey(ModelActivity(model: "nomic-embed-text", phase: .idle, requests: 0))
        #expect(journey.lines[4].contains("pinned"))
        #expect(journey.lines[5].contains("4m12s"))
    }

    @Test("A load of somebody else's has a row before the server lists the model") func load() {
        var journey = journey(ModelActivity(model: "mistral-small:22b", phase: .loading, loadingSeconds: 20.4))
        #expect(journey.lines.contains { $0.contains("mistral-small:22b") && $0.contains("loading 20s") })
        // It is gone when nobody loads it any more.
        journey.poll([.llama, .nomic])
        #expect(!journey.shows("mistral-small:22b"))
    }
}
