import CellScreen
import DashboardTestSupport
import Foundation
import PromptChainCore
import Testing

@testable import Dashboard

@Suite("The program") struct DashboardProgramTests {
    @Test("Readings replace each other while unread; events do not")
    func coalescing() {
        let one = DashboardMessage.snapshot(.gpuBox([], at: 1))
        let two = DashboardMessage.snapshot(.gpuBox([.llama], at: 2))
        #expect(one.coalescingKey == two.coalescingKey && one.coalescingKey != nil)
        let record = ChainEventRecord(
            sequence: 1, time: Date(timeIntervalSince1970: 0), run: "1",
            event: .token(step: 1, text: "a", thinking: false))
        #expect(DashboardMessage.runEvents([record]).coalescingKey == nil)
        var events = DashboardMessage.runEvents([record])
        #expect(DashboardMessage.join(.runEvents([record]), into: &events) && events == .runEvents([record, record]))
        var snapshot = one
        #expect(!DashboardMessage.join(two, into: &snapshot) && snapshot == one)
        #expect(!DashboardMessage.join(events, into: &snapshot) && !DashboardMessage.join(one, into: &events))
        #expect(events == .runEvents([record, record]))
    }

    @Test("An idle dashboard wakes with the clock, a busy one for its spinner")
    func ticks() {
        var journey = JourneyDriver()
        journey.poll([.llama])
        journey.wait(0.25)
        #expect(DashboardProgram().nextTick(journey.state) == 750)
        journey.press("u")
        #expect((DashboardProgram().nextTick(journey.state) ?? 0) < 200)
    }

    @Test("Drawing changes nothing, and draws the same twice")
    func pure() {
        var journey = JourneyDriver()
        journey.runToSecondAnswer()
        let before = journey.state
        #expect(journey.picture == journey.picture)
        #expect(journey.state == before)
    }

    @Test("Nothing that could drive a terminal reaches the screen")
    func hostile() {
        var journey = JourneyDriver()
        Scenario.all.first { $0.name == "hostile text" }?.play(&journey)
        for cell in journey.picture.cells {
            for scalar in cell.character.unicodeScalars {
                #expect(scalar.value >= 0x20 && !(0x7F..<0xA0).contains(scalar.value) && scalar.value != 0x202E)
            }
        }
    }

    @Test("In ASCII nothing of ours needs another letter")
    func ascii() {
        for scenario in Scenario.all where scenario.name != "hostile text" {
            var journey = JourneyDriver(isASCII: true)
            scenario.play(&journey)
            let odd = journey.screen.filter { !$0.isASCII }
            #expect(odd.isEmpty, "\(scenario.name): \(odd)")
        }
    }

    @Test("A thousand tokens a second cost little")
    func flood() {
        var journey = JourneyDriver()
        journey.beginRun()
        journey.events(.stepStarted(step: 1, name: "Quick analysis", model: "mistral-small:22b", prompt: nil))
        let time = Date(timeIntervalSince1970: journey.clock)
        let clock = ContinuousClock()
        let spent = clock.measure {
            for batch in 0..<300 {
                let records = (0..<33).map {
                    ChainEventRecord(
                        sequence: batch * 33 + $0, time: time, run: "42",
                        event: .token(step: 1, text: " token\($0)", thinking: false))
                }
                journey.send(.runEvents(records))
            }
        }
        // Ten seconds' worth, in an unoptimised build on a slow machine.
        #expect(spent < .seconds(5), "\(spent)")
        #expect(journey.state.run?.steps[0].text.byteCount ?? 0 > 70_000)
    }
}
