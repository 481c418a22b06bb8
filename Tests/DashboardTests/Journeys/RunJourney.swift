import DashboardTestSupport
import PromptChainCore
import Testing

@testable import Dashboard

@Suite("Journey: running a chain") struct RunJourney {
    private func started() -> JourneyDriver {
        var journey = JourneyDriver()
        journey.poll([.llama, .nomic])
        journey.press("r")
        journey.send(.chainFiles(Scenario.chains))
        journey.press("Enter")
        return journey
    }

    @Test("A chain is chosen, its input written over several lines, and run")
    func run() {
        var journey = started()
        #expect(journey.effects.last == .listChainFiles)
        #expect(journey.shows("Input for research brief"))
        journey.type("Which claims hold?")
        journey.press("Enter")
        journey.input(.paste("They are:\n1. flat\n2. steep"))
        #expect(
            journey.press("Ctrl-D")
                == [
                    .startRun(
                        path: "examples/research-brief.yaml",
                        input: "Which claims hold?\nThey are:\n1. flat\n2. steep")
                ])
        #expect(journey.shows("the chain is starting"))
        journey.runToSecondLoad()
        #expect(journey.shows("▲ deepseek-r1:70b loads for step 2/3: 12s, about 16s left"))
        #expect(journey.press("r").isEmpty)
        #expect(journey.shows("a chain is running"))
    }

    @Test("F2 and Alt-Enter run it too, Escape does not", arguments: ["F2", "Alt-Enter"])
    func otherKeys(key: String) {
        var journey = started()
        #expect(journey.press(key) == [.startRun(path: "examples/research-brief.yaml", input: "")])
        var other = started()
        #expect(other.press("Esc").isEmpty && !other.shows("Input for"))
    }

    @Test("A chain with faults shows them instead")
    func faults() {
        var journey = JourneyDriver()
        journey.poll([])
        journey.press("r")
        journey.send(.chainFiles(Scenario.chains))
        #expect(journey.press("Down Enter") == [])
        #expect(journey.shows("3:5") && journey.shows("unknown key `modle`") && journey.shows("did you mean `model`?"))
        journey.press("Esc")
        #expect(journey.shows("Run a chain"))
    }

    @Test("What must be readable is readable without a key at 80x24, at every second of a run")
    func everySecond() {
        for name in ["idle", "loading", "load progress", "writing", "done"] {
            var journey = JourneyDriver()
            Scenario.all.first { $0.name == name }?.play(&journey)
            let screen = journey.screen
            #expect(screen.contains("llama3.1:8b") && screen.contains("81%!") && screen.contains("8k"), "\(name)")
            #expect(screen.contains("pinned") && screen.contains(" free") && screen.contains("? help"), "\(name)")
            if name == "idle" { continue }
            #expect(screen.contains("2 Deep reasoning") && screen.contains("deepseek-r1:70b"), "\(name)")
            #expect(screen.contains("step 2/3") || name == "done", "\(name)")
        }
    }

    @Test("Stopping asks, says so, and asks only once")
    func stop() {
        var journey = JourneyDriver()
        journey.runToSecondLoad()
        #expect(journey.press("s").isEmpty)
        #expect(journey.shows("Stop research brief?"))
        #expect(journey.press("y") == [.stopRun])
        #expect(journey.shows("stopping research brief at step 2/3"))
        #expect(journey.press("s").isEmpty)
        #expect(journey.shows("it is already being stopped"))
        journey.events(.runFinished(ChainEvent.RunResult(status: .cancelled, output: "", seconds: 20)))
        journey.send(.runEnded(run: "42"))
        #expect(journey.shows("research brief was stopped after 00:19"))
        #expect(journey.shows("■ 2 Deep reasoning"))
    }

    @Test("A run that ends without a word is over, and its step too")
    func vanished() {
        var journey = JourneyDriver()
        journey.runToSecondLoad()
        journey.send(.runEnded(run: "42"))
        #expect(!journey.lines[4].contains("loading"))
        #expect(journey.shows("was stopped"))
        #expect(journey.press("r") == [.listChainFiles])
    }

    @Test("The models of a run say what they do, where a countdown would lie")
    func phases() {
        var journey = JourneyDriver()
        journey.runToSecondAnswer()
        #expect(journey.lines[4].contains("deepseek-r1:70b") && journey.lines[4].contains("gen ~"))
        journey.events(.token(step: 2, text: "Hm. ", thinking: true))
        #expect(journey.lines[4].contains("thinking"))
        // Somebody else's model, past its time.
        journey.poll([.sample("qwen3:8b", size: 5, expires: -30)])
        #expect(journey.shows("busy"))
    }
}
