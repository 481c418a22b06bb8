import CellScreen
import DashboardTestSupport
import PromptChainCore
import Testing

@testable import Dashboard

@Suite("Journey: tools, items, jumps, resumed runs") struct StepKindsJourney {
    private let search = ChainEvent.ToolUse(
        call: "1", server: "lake", tool: "search", arguments: .object(["query": "flat curves"]))

    private func begun() -> JourneyDriver {
        var journey = JourneyDriver(size: .init(width: 110, height: 30))
        journey.poll([.mistral()])
        journey.beginRun()
        journey.events(.stepStarted(step: 1, name: "Quick analysis", model: "mistral-small:22b", prompt: nil))
        return journey
    }

    @Test("A tool that is called stands under its step, and in the log")
    func tools() {
        var journey = begun()
        journey.events(.toolCalled(step: 1, search))
        journey.wait(2)
        #expect(journey.shows("step 1/3 waits for lake/search, 2s"))
        #expect(
            journey.shows("waits for a tool, 2s") && journey.shows("tool lake/search {\"query\":\"flat curves\"} · …"))
        #expect(journey.shows("step 1 calls lake/search {\"query\":\"flat curves\"}"))
        journey.events(.toolFinished(step: 1, search, seconds: 2, isError: false, output: "3 hits"))
        #expect(journey.shows("tool lake/search {\"query\":\"flat curves\"} · 2.0s"))
        #expect(journey.shows("lake/search answered in 2.0s"))
        var second = search
        second.call = "2"
        journey.events(.toolFinished(step: 1, second, seconds: 1, isError: true, output: "no such index"))
        #expect(journey.shows("· failed after 1.0s · 1 before"))
        #expect(journey.shows("lake/search failed after 1.0s: no such index"))
        journey.press("4 Enter")
        #expect(journey.shows("failed after 1.0s: no such index"))
    }

    @Test("Items that write at the same time are not mixed")
    func items() {
        var journey = begun()
        for item in 1...3 {
            journey.events(
                .stepStarted(step: 1, name: "Quick analysis", model: "mistral-small:22b", prompt: nil), item: item)
        }
        for word in ["alpha ", "beta "] {
            for item in 1...3 { journey.events(.token(step: 1, text: "\(word)\(item) ", thinking: false), item: item) }
        }
        #expect(journey.shows("alpha 1 beta 1") && !journey.shows("alpha 2"))
        #expect(journey.shows("item 1 · writes"))
        journey.events(.stepFinished(.init(step: 1, output: "")), item: 2)
        #expect(!journey.shows("alpha 2"))
        journey.events(.stepFinished(.init(step: 1, output: "")), item: 1)
        #expect(journey.shows("alpha 2 beta 2") && journey.shows("alpha 3 beta 3") && journey.shows("item 3, 2 done"))
        journey.events(.token(step: 1, text: "gamma 3", thinking: false), item: 3)
        journey.events(.stepFinished(.init(step: 1, output: "")), item: 3)
        #expect(journey.shows("▶ 1 Quick analysis"), "the step is done when it says so")
        journey.events(.stepFinished(.init(step: 1, output: "all")))
        #expect(journey.shows("✔ 1 Quick analysis") && journey.shows("gamma 3"))
    }

    private func items(total: Int?, size: Size) -> JourneyDriver {
        var journey = JourneyDriver(size: size)
        journey.poll([.mistral()])
        journey.beginRun()
        let model = ModelName("mistral-small:22b")
        journey.events(.stepStarted(step: 1, name: "Quick analysis", model: model, prompt: nil, items: total))
        for item in 1...3 {
            journey.events(.stepStarted(step: 1, name: "Quick analysis", model: model, prompt: "p"), item: item)
            journey.events(.token(step: 1, text: "alpha \(item)", thinking: false), item: item)
            if item < 3 { journey.events(.stepFinished(.init(step: 1, output: "")), item: item) }
        }
        return journey
    }

    @Test("How many items there are is told, where it is known")
    func itemCount() {
        let wide = Size(width: 110, height: 30)
        #expect(items(total: 12, size: wide).shows("item 3 of 12, 2 done · writes"))
        #expect(items(total: 12, size: wide).shows("step 1 begins: Quick analysis with mistral-small:22b for 12 items"))
        #expect(items(total: nil, size: wide).shows("item 3, 2 done · writes"))
        #expect(items(total: 2, size: wide).shows("item 3, 2 done · writes"), "no more than there are")
        #expect(items(total: 12, size: Size(width: 80, height: 24)).shows("item 3/12 · ~5 tok"))
        var left = items(total: 12, size: wide)
        left.events(.stepSkipped(step: 1, reason: "not now"), item: 7)
        #expect(left.shows("item 3 of 12, 2 done, 1 left out"))
    }

    @Test("A model writes until its step is over, not until its first item is")
    func itemsResidency() {
        var journey = items(total: 3, size: Size(width: 110, height: 30))
        func phase() -> ResidencyPhase? {
            journey.state.run?.residency.track(of: "mistral-small:22b")?.open?.phase
        }
        #expect(phase() == .generating)
        journey.events(.stepFinished(.init(step: 1, output: "")), item: 3)
        #expect(phase() == .generating)
        journey.events(.stepFinished(.init(step: 1, output: "all")))
        #expect(phase() == nil)
    }

    @Test("An item that never ends is shown when its step is over")
    func openItem() {
        var journey = begun()
        journey.events(.token(step: 1, text: "one", thinking: false), item: 1)
        journey.events(.token(step: 1, text: "two", thinking: false), item: 2)
        #expect(!journey.shows("two"))
        journey.events(.stepFailed(step: 1, reason: "cut", output: ""))
        #expect(journey.shows("two") && journey.shows("item 2"))
    }

    @Test("A jump back begins the steps anew, one ahead leaves steps out")
    func jumps() {
        var journey = begun()
        journey.events(.stepFinished(.init(step: 1, output: "x")))
        journey.events(.stepStarted(step: 2, name: "Deep reasoning", model: "deepseek-r1:70b", prompt: nil))
        journey.events(.jumped(from: 2, to: 1))
        #expect(journey.shows("· 2 Deep reasoning") && journey.shows("from step 2 on to step 1"))
        journey.events(.stepStarted(step: 1, name: "Quick analysis", model: "mistral-small:22b", prompt: nil))
        #expect(journey.shows("▶ 1 Quick analysis"))
        journey.events(.stepFinished(.init(step: 1, output: "x")), .jumped(from: 1, to: 3))
        #expect(journey.shows("left out: the chain went on to step 3"))
    }

    @Test("A step whose condition does not hold is left out, and says why")
    func skipped() {
        var journey = begun()
        journey.events(.stepFinished(.init(step: 1, output: "x")), .stepSkipped(step: 2, reason: "step 1 said no"))
        #expect(journey.shows("─ 2 Deep reasoning") && journey.shows("left out: step 1 said no"))
        #expect(journey.shows("step 2 is left out: step 1 said no"))
    }

    @Test("A run that goes on shows what was done before")
    func resumed() {
        var journey = JourneyDriver(size: .init(width: 110, height: 30))
        journey.poll([])
        journey.beginRun()
        journey.events(.runResumed(fromStep: 3))
        #expect(journey.shows("✔ 1 Quick analysis") && journey.shows("done in an earlier run"))
        #expect(journey.shows("goes on from step 3"))
        journey.events(.stepStarted(step: 3, name: "Summary", model: "mistral-small:22b", prompt: nil))
        #expect(journey.shows("▶ 3 Summary"))
    }

    @Test("The time between two parts of a run does not count")
    func resumedTime() {
        var journey = JourneyDriver(size: .init(width: 110, height: 30))
        journey.poll([])
        journey.beginRun()
        journey.events(.runResumed(fromStep: 3, seconds: 130))
        journey.wait(5)
        #expect(journey.shows("02:15"))
    }

    @Test("A run that goes on after its end is under way again")
    func resumedAfterTheEnd() {
        var journey = begun()
        journey.events(
            .stepFinished(.init(step: 1, output: "x")), .stepFailed(step: 2, reason: "no answer", output: ""),
            .runFinished(.init(status: .failed, output: "", error: "no answer")))
        #expect(journey.shows("research brief failed"))
        journey.events(.runResumed(fromStep: 2))
        #expect(journey.shows("✔ 1 Quick analysis") && journey.shows("step 2/3"))
        #expect(!journey.lines[1].contains("failed"))
    }
}

@Suite("Journey: the terminal goes away") struct HangUpJourney {
    private func running(outlives: Bool) -> JourneyDriver {
        var journey = JourneyDriver(outlivesTerminal: outlives)
        journey.poll([.llama])
        journey.runToSecondLoad()
        return journey
    }

    @Test("A run goes on", arguments: [DashboardMessage.terminalClosed, .signal(1)])
    func goesOn(message: DashboardMessage) {
        var journey = running(outlives: true)
        #expect(journey.send(message).isEmpty)
        #expect(journey.isFinished && journey.state.isLeftRunning && journey.state.exitSignal == nil)
    }

    @Test("A run that is about to begin goes on too")
    func starting() {
        var journey = JourneyDriver(outlivesTerminal: true)
        journey.send(.operationStarted(.startRun(path: "x.yaml")))
        journey.send(.terminalClosed)
        #expect(journey.state.isLeftRunning)
    }

    @Test("It is stopped where that is asked for, where it is being stopped, and by other signals")
    func stops() {
        var other = running(outlives: false)
        #expect(other.send(.signal(1)) == [.quit(stopRun: true)])
        #expect(!other.state.isLeftRunning && other.state.exitSignal == 1)
        var stopping = running(outlives: true)
        stopping.press("s y")
        #expect(stopping.send(.terminalClosed) == [.quit(stopRun: true)])
        #expect(!stopping.state.isLeftRunning)
        var terminated = running(outlives: true)
        #expect(terminated.send(.signal(15)) == [.quit(stopRun: true)])
        #expect(terminated.send(.signal(1)).isEmpty && terminated.isFinished && !terminated.state.isLeftRunning)
    }

    @Test("Without a run, and while watching somebody else's, it ends as ever")
    func nothingRuns() {
        var idle = JourneyDriver(outlivesTerminal: true)
        idle.poll([.llama])
        #expect(idle.send(.signal(1)) == [.quit(stopRun: true)] && idle.state.exitSignal == 1)
        var attached = JourneyDriver(feed: .init(kind: .attached, name: "run 42"), outlivesTerminal: true)
        attached.runToSecondLoad()
        attached.send(.terminalClosed)
        #expect(attached.isFinished && !attached.state.isLeftRunning)
        var done = JourneyDriver(outlivesTerminal: true)
        done.runToEnd()
        done.send(.terminalClosed)
        #expect(done.isFinished && !done.state.isLeftRunning)
    }
}
