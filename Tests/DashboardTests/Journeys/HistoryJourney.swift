import CellScreen
import DashboardTestSupport
import Foundation
import PromptChainCore
import Testing

@testable import Dashboard

@Suite("Journey: recorded runs") struct HistoryJourney {
    private static let runs = [
        RecordedRunSummary(
            id: "c3", number: 3, chain: "Brief", startedAt: JourneyDriver.start - 60, state: .running, steps: 3,
            stepsDone: 1),
        RecordedRunSummary(
            id: "b2", number: 2, chain: "Survey", startedAt: JourneyDriver.start - 3600, state: .died, steps: 3,
            stepsDone: 2),
        RecordedRunSummary(
            id: "a1", number: 1, chain: "Survey", startedAt: JourneyDriver.start - 7200, state: .completed, steps: 3,
            stepsDone: 3, seconds: 72, stallSeconds: 12),
    ]

    private func listed(width: Int = 110, isReadOnly: Bool = false) -> JourneyDriver {
        var journey = JourneyDriver(size: Size(width: width, height: 30), isReadOnly: isReadOnly)
        journey.wait(0)
        journey.send(.snapshot(.gpuBox([.llama, .nomic], at: journey.clock)))
        #expect(journey.press("R") == [.listRuns])
        #expect(journey.shows("looking for recorded runs"))
        journey.send(.recordedRuns(Self.runs))
        return journey
    }

    @Test("R lists the recorded runs with their time, state, length and stall")
    func list() {
        let journey = listed()
        #expect(journey.shows("Recorded runs") && journey.shows("WAITED"))
        #expect(journey.shows("2026-11-24 11:03") && journey.shows("died") && journey.shows("2/3"))
        #expect(journey.shows("completed") && journey.shows("12s"))
    }

    @Test("Where columns do not fit they are left out whole, and the names are not cut")
    func narrow() {
        let journey = listed(width: 60)
        #expect(journey.shows("Survey") && journey.shows("2026-11-24 11:03") && journey.shows("RUN"))
        #expect(journey.shows("STATUS") && !journey.shows("STEPS") && !journey.shows("WAITED"))
        let narrowest = listed(width: 40)
        #expect(narrowest.shows("Survey") && narrowest.shows("RUN") && !narrowest.shows("BEGAN"))
        #expect(!narrowest.shows("2026"))
    }

    @Test("Enter opens a run as a replay, and Esc goes back to the servers")
    func openAndLeave() {
        var journey = listed()
        #expect(journey.press("Down Down Enter") == [.openRun(id: "a1")])
        journey.send(
            .runOpened(Self.runs[2], FeedDescription(kind: .replay(ReplayStart(isPaused: true)), name: "run a1")))
        #expect(journey.shows("paused") && !journey.shows("llama3.1:8b"))
        // What the servers say meanwhile is not what was.
        journey.send(.snapshot(.gpuBox([.llama], at: journey.clock)))
        #expect(!journey.shows("llama3.1:8b"))
        #expect(journey.press("u") == [])
        #expect(journey.press("Esc Esc").contains(.leaveRun))
        #expect(journey.shows("llama3.1:8b") && !journey.shows("paused"))
    }

    @Test("A run that died is gone on with, in the same dashboard")
    func resume() {
        var journey = listed()
        journey.press("Down Enter")
        journey.send(.runOpened(Self.runs[1], FeedDescription(kind: .replay(ReplayStart()), name: "run b2")))
        #expect(journey.press("r") == [])
        #expect(journey.shows("Go on with Survey?") && journey.shows("2 of 3 steps done"))
        #expect(journey.press("y") == [.resumeRun(id: "b2")])
        journey.send(.runLeft)
        let start = ChainEvent.RunStarted(chain: "Survey", steps: ["One", "Two", "Three"], models: [nil, nil, nil])
        journey.send(
            .runEvents([
                ChainEventRecord(
                    sequence: 9, time: Date(timeIntervalSince1970: journey.clock), run: "b2", event: .runStarted(start)),
                ChainEventRecord(
                    sequence: 10, time: Date(timeIntervalSince1970: journey.clock), run: "b2",
                    event: .runResumed(fromStep: 3)),
            ]))
        #expect(journey.shows("llama3.1:8b") && journey.shows("Three"))
    }

    @Test("F2 in the list goes on with a run; a changed chain is refused with the reason")
    func refused() {
        var journey = listed()
        journey.press("Down F2")
        #expect(journey.press("y") == [.resumeRun(id: "b2")])
        journey.send(
            .operationFinished(
                .startRun(path: "b2"),
                .failed(sentence: "run b2 cannot go on: its chain has changed since", hint: "--force goes on")))
        #expect(journey.shows("its chain has changed since"))
    }

    @Test("A completed run has nothing to go on with, and read-only leaves that out")
    func notResumable() {
        var journey = listed()
        #expect(journey.press("Down Down F2") == [])
        #expect(journey.shows("there is nothing to go on with"))
        var reader = listed(isReadOnly: true)
        #expect(!reader.shows("F2"))
        #expect(reader.press("Down F2") == [] && !reader.shows("Go on with"))
    }

    @Test("A long run comes in outline: the text of a step is asked for when it is shown")
    func outline() {
        var journey = JourneyDriver(
            size: Size(width: 110, height: 30), servers: [], feed: FeedDescription(kind: .attached, name: "run 42"))
        journey.wait(0)
        func record(_ sequence: Int, _ event: ChainEvent) -> ChainEventRecord {
            ChainEventRecord(
                sequence: sequence, time: Date(timeIntervalSince1970: JourneyDriver.start + Double(sequence)),
                run: "r", event: event)
        }
        let whole = [
            record(2, .stepStarted(step: 1, name: "One", model: nil, prompt: "p")),
            record(3, .token(step: 1, text: "the first words", thinking: false)),
            record(4, .stepFinished(.init(step: 1, outputTokens: 3, output: "the first words"))),
        ]
        let asked = journey.send(
            .feed(
                .outline([
                    record(1, .runStarted(.init(chain: "Long", steps: ["One", "Two"], models: [nil, nil]))),
                    record(4, .stepStarted(step: 1, name: "One", model: nil, prompt: nil)),
                    record(4, .stepFinished(.init(step: 1, outputTokens: 3, output: ""))),
                ])))
        #expect(asked == [.readStep(1)])
        #expect(journey.shows("reading what step 1 wrote"))
        journey.send(.feed(.wholeStep(1, whole)))
        #expect(journey.shows("the first words"))
        #expect(
            journey.send(.runEvents([record(5, .stepStarted(step: 2, name: "Two", model: nil, prompt: "q"))])) == [])
    }

    @Test("Of items that are done the prompts are kept within the bounds of what was sent")
    func promptsOfItems() {
        var journey = JourneyDriver(size: Size(width: 110, height: 30), servers: [])
        journey.wait(0)
        journey.events(
            .runStarted(.init(chain: "Long", steps: ["One"], models: ["m"])),
            .stepStarted(step: 1, name: "One", model: "m", prompt: nil, items: 2000))
        let prompt = String(repeating: "words ", count: 700)
        for item in 1...2000 {
            journey.events(
                .stepStarted(step: 1, name: "One", model: "m", prompt: prompt),
                .promptSent(
                    .init(
                        step: 1, round: 1, server: "box", model: "m", messages: [.init(role: "user", content: nil)],
                        tools: [], parameters: [:])),
                .token(step: 1, text: "answer", thinking: false), item: item)
            if item < 2000 { journey.events(.stepFinished(.init(step: 1, output: "answer")), item: item) }
        }
        let step = journey.state.run?.steps.first
        #expect(step?.itemPrompts.keys.sorted() == [2000])
        #expect(step?.sent.all.last?.sent.messages.first?.content == prompt)
        #expect((step?.sent.forgotten ?? 0) > 0)
        #expect(journey.shows("item 2000 of 2000, 1999 done"))
    }

    @Test("Of very many items the newest are shown, and the others when the step is over")
    func newestItems() {
        var journey = JourneyDriver(
            size: Size(width: 110, height: 30), servers: [], feed: FeedDescription(kind: .attached, name: "run 42"))
        journey.wait(0)
        func record(_ sequence: Int, _ event: ChainEvent, item: Int? = nil) -> ChainEventRecord {
            ChainEventRecord(
                sequence: sequence, time: Date(timeIntervalSince1970: JourneyDriver.start + Double(sequence)),
                run: "r", item: item, event: event)
        }
        let done = (1...40).map { record(2 + $0, .stepFinished(.init(step: 1, output: "")), item: $0) }
        journey.send(
            .feed(
                .outline(
                    [
                        record(1, .runStarted(.init(chain: "Long", steps: ["One", "Two"], models: [nil, nil]))),
                        record(2, .stepStarted(step: 1, name: "One", model: nil, prompt: nil, items: 50)),
                    ] + done)))
        journey.send(
            .runEvents([
                record(50, .stepStarted(step: 1, name: "One", model: nil, prompt: "p"), item: 41),
                record(51, .token(step: 1, text: "the newest words", thinking: false), item: 41),
            ]))
        #expect(journey.shows("item 41 of 50, 40 done"))
        #expect(journey.shows("40 items before, shown when the step is over") && journey.shows("the newest words"))
        let end = record(60, .stepFinished(.init(step: 1, output: "all")))
        #expect(journey.send(.runEvents([end])).isEmpty, "the record may not have it yet")
        let next = journey.send(
            .runEvents([
                record(61, .stepStarted(step: 2, name: "Two", model: nil, prompt: "q")),
                record(62, .runFinished(.init(status: .completed, output: "all"))),
            ]))
        #expect(!next.contains(.readStep(1)))
        let asked = journey.press("4 k")
        #expect(asked.contains(.readStep(1)))
        let whole = [
            record(2, .stepStarted(step: 1, name: "One", model: nil, prompt: nil, items: 50)),
            record(3, .token(step: 1, text: "the very first words", thinking: false), item: 1), end,
        ]
        // What is recorded so far may be less than what is here.
        var behind = journey
        behind.send(.feed(.wholeStep(1, Array(whole.prefix(1)))))
        #expect(behind.shows("the newest words"))
        journey.send(.feed(.wholeStep(1, whole)))
        #expect(journey.shows("the very first words"))
    }
}
