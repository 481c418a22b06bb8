import DashboardTestSupport
import PromptChainCore
import Testing

@testable import Dashboard

@Suite("Journey: somebody looks elsewhere") struct AlertJourney {
    private static let all = AlertRules(rings: true, showsOnDesktop: true, startsProgram: true, leastSeconds: 20)

    private static func told(_ effects: [DashboardEffect]) -> [DashboardEffect] {
        effects.filter {
            switch $0 {
            case .ring, .showOnDesktop, .startNotifier: true
            default: false
            }
        }
    }

    @Test("The end of a long run is told once, by bell, desktop and program")
    func end() {
        var journey = JourneyDriver(alertRules: Self.all)
        journey.runToEnd()
        let told = Self.told(journey.effects)
        #expect(told.count == 3 && told.first == .ring)
        guard case .showOnDesktop(let alert)? = told.dropFirst().first else {
            Issue.record("nothing is shown")
            return
        }
        #expect(alert.title == "research brief is done")
        #expect(
            alert.text.hasPrefix("3 steps in 00:") && alert.text.hasSuffix(", waited \(Seconds.text(16.4)) for models"))
        #expect(told.last == .startNotifier(alert))
        journey.wait(10)
        journey.poll([.llama])
        #expect(Self.told(journey.effects).count == 3)
    }

    @Test("A short run, one that the user stopped, and a replay are not told")
    func quiet() {
        var short = JourneyDriver(
            alertRules: AlertRules(rings: true, showsOnDesktop: false, startsProgram: false, leastSeconds: 300))
        short.runToEnd()
        #expect(Self.told(short.effects).isEmpty)

        var stopped = JourneyDriver(alertRules: Self.all)
        stopped.runToSecondAnswer()
        stopped.wait(60)
        stopped.events(.runFinished(ChainEvent.RunResult(status: .cancelled, output: "")))
        #expect(Self.told(stopped.effects).isEmpty)

        var silent = JourneyDriver()
        silent.runToEnd()
        #expect(Self.told(silent.effects).isEmpty)
    }

    @Test("A run that fails says why")
    func failure() {
        var journey = JourneyDriver(
            alertRules: AlertRules(rings: false, showsOnDesktop: true, startsProgram: false, leastSeconds: 5))
        journey.runToSecondAnswer()
        journey.events(.runFinished(ChainEvent.RunResult(status: .failed, output: "", error: "gpu-box went away")))
        guard case .showOnDesktop(let alert)? = Self.told(journey.effects).first else {
            Issue.record("nothing is shown")
            return
        }
        #expect(alert.title == "research brief failed" && alert.text.hasPrefix("gpu-box went away ("))
    }

    @Test("A server that goes out of reach is told once, and not to who has just started the dashboard")
    func grave() {
        var journey = JourneyDriver(alertRules: Self.all)
        journey.poll([], state: .unreachable(reason: "connection refused", hint: "start it"))
        for _ in 0..<5 { journey.wait(1) }
        #expect(Self.told(journey.effects).isEmpty)
        journey.poll([.llama])
        journey.wait(400)
        for _ in 0..<3 {
            journey.poll([.llama], state: .unreachable(reason: "connection refused", hint: "start it"))
            journey.wait(10)
            journey.poll([.llama], state: .unreachable(reason: "connection refused", hint: "start it"))
            journey.wait(20)
            journey.poll([.llama])
            journey.wait(20)
        }
        #expect(Self.told(journey.effects).count <= 3)
    }
}
