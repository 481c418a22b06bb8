import CellScreen
import DashboardTestSupport
import Foundation
import PromptChainCore
import Testing

@testable import Dashboard

@Suite("Journey: a replay") struct ReplayJourney {
    /// The events of the sample run, as they were recorded.
    private static let recorded: [ChainEventRecord] = {
        var journey = JourneyDriver(servers: [], feed: FeedDescription(kind: .events, name: "x"))
        journey.events(.serverSample(.gpuBox([.llama, .nomic], at: journey.clock)))
        journey.runToEnd()
        return journey.records
    }()

    private func replay(
        speed: Double = 1, at: Double = 0, isPaused: Bool = false, size: Size = Size(width: 110, height: 30)
    ) -> JourneyDriver {
        var journey = JourneyDriver(
            size: size, servers: [], isReadOnly: true,
            feed: FeedDescription(
                kind: .replay(ReplayStart(speed: speed, at: at, isPaused: isPaused)), name: "run 42"))
        journey.wait(0)
        journey.send(.feed(.records(Self.recorded)))
        journey.send(.feed(.recordComplete))
        return journey
    }

    @Test("Time passes at its speed, and the clock is that of the run")
    func play() {
        var journey = replay(speed: 4)
        #expect(journey.shows("00:00/00:27 4x") && journey.shows("12:03:44"))
        journey.wait(0.5)
        #expect(journey.shows("00:02/00:27 4x") && journey.shows("12:03:46"))
        #expect(journey.shows("mistral-small:22b loads for step 1/3"))
        journey.wait(3.5)
        #expect(journey.shows(" 00:16/") && journey.shows("deepseek-r1:70b loads for step 2/3"))
    }

    @Test("Space pauses, and goes on")
    func pause() {
        var journey = replay()
        journey.wait(3)
        journey.press("Space")
        #expect(journey.lines[0].contains("paused"))
        #expect(journey.lines.last?.contains("Space go on") == true)
        let still = journey.screen
        journey.wait(60)
        #expect(journey.screen == still)
        journey.press("Space")
        journey.wait(1)
        #expect(journey.shows(" 00:04/"))
        #expect(journey.lines.last?.contains("Space pause") == true)
        journey.press("End")
        #expect(journey.lines.last?.contains("Space again") == true)
    }

    @Test("Arrows go by seconds and brackets by steps, in both directions")
    func seek() {
        var journey = replay(isPaused: true)
        journey.press("Right Right")
        #expect(journey.shows(" 00:10/"))
        journey.press("Left")
        #expect(journey.shows(" 00:05/") && journey.shows("▶ 1 Quick analysis"))
        journey.press("]")
        #expect(journey.shows("▶ 2 Deep reasoning") && journey.shows(" 00:07/"))
        journey.press("]")
        #expect(journey.shows("▶ 3 Summary"))
        journey.press("]")
        #expect(journey.shows("no step begins after this"))
        journey.press("[")
        #expect(journey.shows("▶ 2 Deep reasoning") && journey.shows("· 3 Summary"))
        journey.press("[ [ [")
        #expect(journey.shows(" 00:00/"))
    }

    @Test("Home and End go to the ends; Space at the end begins again")
    func ends() {
        var journey = replay()
        journey.press("End")
        #expect(journey.shows("✔ research brief done in") && journey.lines[0].contains("00:27/00:27"))
        journey.press("Home")
        #expect(journey.shows(" 00:00/") && !journey.shows("✔"))
        journey.press("End Space")
        #expect(journey.shows("00:00/00:27 1x"))
        journey.wait(2)
        #expect(journey.shows(" 00:02/"))
    }

    @Test("Plus and minus change the speed")
    func speed() {
        var journey = replay()
        journey.press("+ +")
        #expect(journey.lines[0].contains("4x"))
        journey.press("- - -")
        #expect(journey.lines[0].contains("0.50x"))
        journey.press("+ + + + + + + + + + + +")
        #expect(journey.lines[0].contains("64x"))
    }

    @Test("Going back shows what was there, whatever was seen since", arguments: [0, 5, 10, 15, 20, 25])
    func back(seconds: Int) {
        let there = replay(at: Double(seconds), isPaused: true)
        var back = replay(isPaused: true)
        for _ in 0..<5 { back.press("Right") }
        for _ in 0..<(5 - seconds / 5) { back.press("Left") }
        var again = back
        again.press("End Home")
        for _ in 0..<(seconds / 5) { again.press("Right") }
        // The selected model stays selected.
        func text(_ journey: JourneyDriver) -> [String] { journey.lines.map { $0.replacing("▸", with: " ") } }
        #expect(text(back) == text(there) && text(again) == text(there))
    }

    @Test(
        "It ends on the final screen of the live run",
        arguments: [Size(width: 80, height: 24), Size(width: 200, height: 50)])
    func finalScreen(size: Size) {
        var live = JourneyDriver(size: size, servers: [])
        for record in Self.recorded {
            live.send(
                .tick(
                    uptime: record.time.timeIntervalSince1970 - JourneyDriver.start,
                    clock: record.time.timeIntervalSince1970))
            live.send(.runEvents([record]))
        }
        live.send(.runEnded(run: "42"))
        let replayed = replay(at: .infinity, size: size)
        #expect(replayed.state.clock == live.state.clock)
        // The header says that it is a replay, the footer and the verdict offer other keys.
        #expect(Array(replayed.lines.dropFirst(2).dropLast()) == Array(live.lines.dropFirst(2).dropLast()))
        #expect(live.lines[1].hasPrefix(replayed.lines[1]))
    }

    @Test("A record without an end stops where it stops")
    func cut() {
        var journey = JourneyDriver(
            servers: [], feed: FeedDescription(kind: .replay(ReplayStart(at: .infinity)), name: "run 42"))
        journey.send(.feed(.records(Array(Self.recorded.prefix(20)))))
        #expect(!journey.shows("the record ends here"))
        journey.send(.feed(.recordComplete))
        #expect(journey.shows("research brief: the record ends here"))
        journey.press("Home")
        #expect(!journey.shows("the record ends here"))
    }

    @Test("An empty record is said, and keys do no harm")
    func empty() {
        var journey = JourneyDriver(
            servers: [], feed: FeedDescription(kind: .replay(ReplayStart()), name: "run 42"))
        #expect(journey.shows("reading the record of run 42"))
        journey.send(.feed(.recordComplete))
        journey.press("Space Left Right [ ] Home End + - s r q")
        #expect(journey.state.closing == .cleaningUp)
    }

    @Test("The keys of a replay stand in footer and help")
    func help() {
        var journey = replay(size: Size(width: 160, height: 50))
        #expect(journey.lines.last?.contains("Space pause") == true)
        #expect(journey.lines.last?.contains("stop") == false)
        journey.press("?")
        #expect(journey.shows("IN A REPLAY") && journey.shows("five seconds back"))
        var other = JourneyDriver(size: Size(width: 160, height: 50))
        other.press("?")
        #expect(!other.shows("IN A REPLAY"))
    }

    @Test("Ten thousand steps are gone through in both directions")
    func manySteps() {
        var records: [ChainEventRecord] = []
        func add(_ event: ChainEvent) {
            let time = Date(timeIntervalSince1970: JourneyDriver.start + Double(records.count))
            records.append(ChainEventRecord(sequence: records.count + 1, time: time, run: "big", event: event))
        }
        let names = (1...10_000).map { "Step \($0)" }
        add(.runStarted(.init(chain: "big", steps: names, models: names.map { _ in "m" })))
        for number in 1...10_000 {
            add(.stepStarted(step: number, name: names[number - 1], model: "m", prompt: nil))
            add(.token(step: number, text: "text of \(number)", thinking: false))
            add(.stepFinished(.init(step: number, output: "text of \(number)")))
        }
        add(.runFinished(.init(status: .completed, output: "done")))
        var journey = JourneyDriver(
            servers: [], feed: FeedDescription(kind: .replay(ReplayStart(at: .infinity)), name: "run big"))
        for start in stride(from: 0, to: records.count, by: 5000) {
            journey.send(.feed(.records(Array(records[start..<min(records.count, start + 5000)]))))
        }
        journey.send(.feed(.recordComplete))
        #expect(journey.shows("✔ 10000 Step 10000") && journey.shows("text of 10000"))
        #expect((journey.state.feed?.replay?.marks.count ?? 0) > 4)
        journey.press("[")
        #expect(journey.shows("10000 Step 10000"))
        journey.press("[")
        #expect(journey.shows("▶ 9999 Step 9999") && journey.shows("· 10000 Step 10000"))
        journey.press("Home ] ] ]")
        #expect(journey.shows("▶ 3 Step 3") && journey.shows("✔ 2 Step 2"))
    }
}
