import DashboardTestSupport
import PromptChainCore
import Testing

@testable import Dashboard

@Suite("Journey: watching a run of another process") struct AttachJourney {
    private func attached(isReadOnly: Bool = false) -> JourneyDriver {
        JourneyDriver(
            size: .init(width: 110, height: 30), servers: [], isReadOnly: isReadOnly,
            feed: FeedDescription(kind: .attached, name: "run 42"))
    }

    @Test("It shows where it is, and the run in the same panes")
    func follow() {
        var journey = attached()
        #expect(journey.shows("looking for run 42"))
        journey.runToSecondLoad()
        journey.send(.feed(.live(processID: 4242)))
        #expect(journey.lines[0].contains("attached") && journey.lines[0].contains("pid 4242"))
        #expect(journey.shows("▲ deepseek-r1:70b loads for step 2/3: 12s, about 16s left"))
        #expect(journey.shows("✔ 1 Quick analysis"))
    }

    @Test("Models come from the run's own events, until a server tells more")
    func models() {
        var journey = attached()
        journey.beginRun()
        journey.events(
            .modelLoaded(model: "mistral-small:22b", loadSeconds: 2, vramBytes: .gib(13.9), contextLength: 8192))
        #expect(journey.lines[4].contains("mistral-small:22b") && journey.lines[0].contains("13.9/48.0"))
        journey.events(.serverSample(.gpuBox([.nomic], at: journey.clock)))
        #expect(journey.shows("nomic-embed-text") && !journey.lines[4].contains("mistral-small:22b"))
        #expect(journey.lines[0].contains("gpu-box") && !journey.lines[0].contains("this run"))
    }

    @Test("A server that is asked here is not painted over by what the run tells of it")
    func askedServer() {
        var journey = JourneyDriver(feed: FeedDescription(kind: .attached, name: "run 42"))
        journey.poll([.llama])
        journey.beginRun()
        journey.events(.serverSample(.gpuBox([.nomic], at: journey.clock)))
        #expect(journey.shows("llama3.1:8b") && !journey.shows("nomic-embed-text"))
    }

    @Test("Stopping asks as it does for an own run, and goes to the run")
    func stop() {
        var journey = attached()
        journey.runToSecondLoad()
        journey.send(.feed(.live(processID: 4242)))
        #expect(journey.press("s").isEmpty)
        #expect(journey.shows("Stop research brief?"))
        #expect(journey.press("y") == [.stopRun])
        #expect(journey.shows("stopping research brief at step 2/3"))
        journey.events(.runFinished(ChainEvent.RunResult(status: .cancelled, output: "", seconds: 20)))
        journey.send(.feed(.ended(.finished)))
        #expect(journey.shows("research brief was stopped after 00:19") && journey.lines[0].contains("recorded"))
    }

    @Test("Read-only leaves the run alone")
    func readOnly() {
        var journey = attached(isReadOnly: true)
        journey.runToSecondLoad()
        #expect(journey.press("s").isEmpty && journey.shows("read-only: s is switched off"))
    }

    @Test("Keys that start chains say why they cannot")
    func noOtherRun() {
        var journey = attached()
        #expect(journey.press("r").isEmpty)
        #expect(journey.shows("this dashboard shows a run of another process"))
        #expect(!(journey.lines.last ?? "").contains("r run"))
    }

    @Test("Leaving asks nothing, since the run goes on")
    func quit() {
        var journey = attached()
        journey.runToSecondLoad()
        #expect(journey.press("q") == [.quit(stopRun: false)])
    }

    @Test("A run whose process died is shown as such, as it stood then")
    func died() {
        var journey = attached()
        journey.runToSecondLoad()
        journey.wait(500)
        journey.send(.feed(.ended(.died)))
        #expect(journey.shows("▲ research brief: its process is gone"))
        #expect(journey.lines[0].contains("lost") && journey.shows("▲ 2 Deep reasoning"))
        #expect(journey.shows("00:07"), "time stands still where it was last heard")
        #expect(journey.press("s").isEmpty && journey.shows("no chain is running"))
    }

    @Test(
        "Every other way to lose a run is said",
        arguments: [
            (FeedEnding.silent(processID: 7), "its process (7) does not answer"),
            (.elsewhere(host: "gpu-box"), "it runs on gpu-box, and cannot be followed from here"),
            (.failed("no permission"), "its events cannot be read: no permission"),
        ])
    func lost(ending: FeedEnding, words: String) {
        var journey = attached()
        journey.beginRun()
        journey.send(.feed(.ended(ending)))
        #expect(journey.shows(words))
        var empty = attached()
        empty.send(.feed(.ended(ending)))
        #expect(empty.shows("run 42: no event came"))
    }

    @Test("Events that nobody holds any more are said, and a record that cannot be read")
    func gaps() {
        var journey = attached()
        journey.send(.feed(.missed(12)))
        #expect(journey.shows("12 events of the run could not be had"))
        journey.send(.feed(.unreadable("the disk is gone")))
        #expect(journey.shows("the record of the run cannot be read: the disk is gone"))
    }
}

@Suite("Journey: events of another program") struct EventsJourney {
    private func listening() -> JourneyDriver {
        JourneyDriver(
            size: .init(width: 110, height: 30), servers: [], feed: FeedDescription(kind: .events, name: "events.jsonl")
        )
    }

    @Test("A file that is not there yet is waited for")
    func wait() {
        var journey = listening()
        journey.send(.feed(.waiting("waiting for events.jsonl: there is no such file yet")))
        #expect(journey.shows("waiting for events.jsonl: there is no such file yet"))
        journey.send(.feed(.live(processID: nil)))
        #expect(journey.shows("waiting for the first event of events.jsonl"))
        journey.runToSecondLoad()
        #expect(journey.shows("deepseek-r1:70b loads for step 2/3"))
    }

    @Test("Bad lines are told once, and counted")
    func badLines() {
        var journey = listening()
        journey.send(.feed(.badLines(count: 1, first: "line 1 of events.jsonl is no event: this is no JSON")))
        #expect(journey.shows("line 1 of events.jsonl is no event: this is no JSON"))
        journey.wait(30)
        journey.send(.feed(.badLines(count: 3, first: "line 1 of events.jsonl is no event: this is no JSON")))
        #expect(journey.lines[0].contains("3 bad lines"))
        #expect(!journey.lines.dropLast(8).joined().contains("is no event"))
    }

    @Test("A program that stops in the middle leaves the run as it stood")
    func noMore() {
        var journey = listening()
        journey.runToSecondAnswer()
        journey.send(.feed(.ended(.noMoreEvents)))
        #expect(journey.lines[0].contains("no more events"))
        #expect(journey.shows("▲ research brief: no more events, the last that was heard is of step 2"))
        #expect(journey.shows("and nothing in the log speaks against it."))
        #expect(journey.press("q") == [.quit(stopRun: false)])
    }

    @Test("A program that stops after the end says nothing more than that")
    func afterTheEnd() {
        var journey = listening()
        journey.runToEnd()
        journey.send(.feed(.ended(.noMoreEvents)))
        #expect(journey.shows("✔ research brief done in") && !journey.lines[0].contains("no more events"))
    }

    @Test("It can only be stopped where it runs")
    func stop() {
        var journey = listening()
        journey.runToSecondLoad()
        #expect(journey.press("s").isEmpty && journey.shows("what runs here cannot be stopped from here"))
    }

    @Test("Events may begin in the middle of a run, with steps that nobody named")
    func inTheMiddle() {
        var journey = listening()
        journey.events(.token(step: 2, text: "Hello from Python", thinking: false))
        #expect(journey.shows("Hello from Python") && journey.shows("2 step 2") && journey.shows("events.jsonl"))
        journey.events(.stepFinished(ChainEvent.StepResult(step: 2, output: "Hello from Python")))
        #expect(journey.shows("✔ 2 step 2"))
    }
}
