import CellScreen
import DashboardTestSupport
import PromptChainCore
import Testing

@testable import Dashboard

@Suite("Journey: leaving") struct QuitJourney {
    @Test("Without a run, quitting asks nothing", arguments: ["q", "Ctrl-C"])
    func idle(key: String) {
        var journey = JourneyDriver()
        journey.poll([.llama])
        #expect(journey.press(key) == [.quit(stopRun: false)])
        #expect(!journey.isFinished && journey.shows("cleaning up"))
        journey.send(.shutdownComplete)
        #expect(journey.isFinished)
    }

    @Test("While a chain runs it asks, and cleans up")
    func running() {
        var journey = JourneyDriver()
        journey.runToSecondLoad()
        #expect(journey.press("q").isEmpty)
        #expect(journey.shows("Quit while research brief runs?"))
        #expect(journey.press("n").isEmpty && !journey.shows("Quit while"))
        #expect(journey.press("q y") == [.quit(stopRun: true)])
        #expect(!journey.isFinished)
        journey.press("q")
        #expect(journey.isFinished)
    }

    @Test("A run that ends while it asks answers for itself")
    func endsMeanwhile() {
        var journey = JourneyDriver()
        journey.runToSecondAnswer()
        journey.press("q")
        let done = ChainEvent.RunResult(status: .completed, output: "done")
        #expect(journey.events(.runFinished(done)) == [.quit(stopRun: false)])
        #expect(!journey.shows("Quit while"))

        var other = JourneyDriver()
        other.runToSecondAnswer()
        other.press("s")
        #expect(other.shows("Stop"))
        #expect(other.events(.runFinished(done)).isEmpty && !other.shows("Stop research brief"))
    }

    @Test("Ctrl-C twice is a yes")
    func impatient() {
        var journey = JourneyDriver()
        journey.runToSecondLoad()
        #expect(journey.press("Ctrl-C Ctrl-C") == [.quit(stopRun: true)])
    }

    @Test("A signal cleans up, a second one ends, and the first one is remembered")
    func signals() {
        var journey = JourneyDriver()
        journey.runToSecondLoad()
        #expect(journey.input(.signal(15)) == [.quit(stopRun: true)])
        #expect(!journey.isFinished)
        #expect(journey.input(.signal(2)).isEmpty)
        #expect(journey.isFinished)
        #expect(journey.state.exitSignal == 15)
    }

    @Test("A closed terminal ends the dashboard and leaves the clean-up to others")
    func closed() {
        var journey = JourneyDriver()
        journey.runToSecondLoad()
        #expect(journey.input(.closed) == [.quit(stopRun: true)])
        #expect(journey.isFinished)
    }
}
