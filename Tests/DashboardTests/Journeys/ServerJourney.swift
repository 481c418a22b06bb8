import DashboardTestSupport
import Foundation
import PromptChainCore
import Testing

@testable import Dashboard

@Suite("Journey: a server goes away") struct ServerJourney {
    @Test("Its last rows stay, with their age, and it is said once")
    func away() {
        var journey = JourneyDriver()
        #expect(journey.shows("gpu-box connecting"))
        journey.poll([], state: .starting, capacity: nil)
        #expect(journey.shows("gpu-box starting") && journey.shows("Ollama looks for its GPUs"))
        journey.poll([.llama, .nomic])
        let seen = journey.clock
        journey.wait(7)
        journey.poll([.llama, .nomic], state: .stale(since: Date(timeIntervalSince1970: seen)))
        #expect(journey.shows("▲ gpu-box silent 7s") && journey.shows("7s old"))
        #expect(journey.shows("gpu-box has stopped answering"))
        journey.press("Esc")
        journey.poll([.llama, .nomic], state: .stale(since: Date(timeIntervalSince1970: seen)))
        #expect(journey.state.notices.all.count == 1)
        journey.wait(5)
        #expect(journey.shows("12s old") && journey.shows("gpu-box has not answered for 12s"))

        journey.poll(
            [.llama, .nomic], state: .unreachable(reason: "connection refused", hint: Scenario.absentHint))
        #expect(journey.shows("✘ gpu-box unreachable: connection refused — Is `ollama serve` running?"))
        #expect(journey.press("l").isEmpty)
        #expect(journey.shows("gpu-box is out of reach: connection refused"))

        journey.poll([.llama])
        #expect(journey.shows("● gpu-box") && journey.shows("gpu-box answers again"))
        #expect(!journey.shows("nomic"))
    }

    @Test("A server that becomes known later is shown")
    func later() {
        var journey = JourneyDriver()
        journey.send(.serverFound(.mac))
        #expect(journey.shows("○ mac"))
    }

    @Test("Polling stops and goes on, slower and faster")
    func polling() {
        var journey = JourneyDriver()
        journey.poll([])
        #expect(journey.press("Space") == [.pausePolling(true)])
        #expect(journey.shows("paused"))
        #expect(
            journey.press("Space + + + -") == [
                .pausePolling(false), .setInterval(0.5), .setInterval(0.25), .setInterval(0.5),
            ])
        #expect(journey.shows("polls every 500 ms"))
    }
}
