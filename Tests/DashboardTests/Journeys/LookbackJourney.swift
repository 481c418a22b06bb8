import CellScreen
import DashboardTestSupport
import PromptChainCore
import Testing

@testable import Dashboard

@Suite("Journey: looking at an earlier moment") struct LookbackJourney {
    /// The sample run with the second model there; the cursor has the keys.
    private func run(size: Size = Size(width: 110, height: 34)) -> JourneyDriver {
        var journey = JourneyDriver(size: size)
        journey.poll([.llama, .nomic])
        journey.runToSecondAnswer()
        journey.poll([.llama, .nomic, .deepseek(expires: 10)])
        journey.press("3")
        return journey
    }

    /// Goes back until the header tells of a time.
    private func goBack(_ journey: inout JourneyDriver, to time: String) {
        for _ in 0..<200 where !journey.lines[0].contains(time) { journey.press("Left") }
    }

    @Test("All panes show that moment; End returns")
    func back() {
        var journey = run()
        let live = journey.screen
        #expect(journey.shows("deepseek-r1:70b       41.9G"))
        goBack(&journey, to: "12:03:48")
        #expect(journey.lines[0].contains("12:03:48, ") && journey.lines[0].contains("ago"))
        // Models, memory, chain, output and verdict are those of then.
        #expect(journey.shows("mistral-small:22b     13.9G") && !journey.shows("41.9G"))
        #expect(journey.shows("VRAM 18.9/48.0"))
        #expect(journey.shows("▶ 1 Quick analysis") && journey.shows("· 2 Deep reasoning"))
        #expect(journey.shows("The question has three parts.") && !journey.shows("what would have to be measured"))
        #expect(journey.lines[1].contains("step 1/3"))
        #expect(!journey.shows("step 2 begins"))
        #expect(journey.shows("▼") && journey.shows("End: now"))
        journey.press("End")
        #expect(journey.screen == live)
    }

    @Test("Esc returns as well, and the cursor cannot pass now or the first thing that is known")
    func ends() {
        var journey = run()
        let live = journey.screen
        journey.press("Left Esc")
        #expect(journey.screen == live)
        journey.press("Left Right")
        #expect(journey.state.lookback == nil)
        for _ in 0..<40 { journey.press("PgUp") }
        #expect(journey.lines[0].contains("12:03:44, "))
        #expect(journey.shows("▶ 1 Quick analysis") || journey.shows("· 1 Quick analysis"))
        journey.press(
            "PgDn PgDn PgDn PgDn PgDn PgDn PgDn PgDn PgDn PgDn PgDn PgDn PgDn PgDn PgDn PgDn PgDn PgDn PgDn PgDn")
        #expect(journey.state.lookback == nil)
    }

    @Test("What was waited for then is said then")
    func waiting() {
        var journey = run()
        goBack(&journey, to: "12:03:55")
        #expect(journey.lines[1].contains("deepseek-r1:70b loads for step 2/3"))
        goBack(&journey, to: "12:03:50")
        #expect(journey.shows("mistral-small:22b"))
    }

    @Test("Nothing can be changed from there, and why is said", arguments: ["l", "U", "r", "s", "p"])
    func keys(key: String) {
        var journey = run()
        journey.press("Left")
        #expect(journey.press(key).isEmpty)
        #expect(journey.shows("\(key) changes nothing there") && journey.state.dialogs.isEmpty)
        #expect(journey.lines.last?.contains("load") == false)
    }

    @Test("Readings and events go on being noted meanwhile")
    func goesOn() {
        var journey = run()
        goBack(&journey, to: "12:03:48")
        let there = journey.lines.dropFirst(2).prefix(10)
        journey.wait(3)
        journey.poll([.llama])
        journey.events(.token(step: 2, text: " And one more sentence.", thinking: false))
        #expect(journey.lines.dropFirst(2).prefix(10) == there)
        journey.press("End")
        #expect(journey.shows("more sentence.") && journey.shows("1 loaded"))
    }

    @Test("Panes, zoom, details and help work there; quitting asks about the run of now")
    func looking() {
        var journey = run()
        goBack(&journey, to: "12:03:48")
        journey.press("4 Enter")
        #expect(journey.shows("mistral-small:22b"))
        journey.press("Esc 1 j")
        #expect(journey.state.focus == .models && journey.state.lookback != nil)
        journey.press("Enter")
        #expect(journey.shows("in VRAM"))
        journey.press("Esc z")
        #expect(journey.state.isZoomed && journey.lines[0].contains("12:03:48"))
        journey.input(.resize(Size(width: 90, height: 20)))
        #expect(journey.shows("12:03:48"))
        journey.press("z q")
        #expect(journey.shows("Quit while research brief runs?") && journey.state.lookback == nil)
    }

    @Test("A million tokens cost a bounded amount, and the text of then is there")
    func bounded() {
        var journey = JourneyDriver(size: Size(width: 110, height: 34))
        journey.poll([.llama])
        journey.beginRun()
        journey.events(.stepStarted(step: 1, name: "Quick analysis", model: "mistral-small:22b", prompt: nil))
        var marks = TextMarks()
        for token in 0..<1_000_000 {
            marks.note(TextBuffer(byteLimit: 10), characters: token, isThinking: false, at: Double(token) / 50)
        }
        #expect(marks.all.count <= TextMarks.limit)
        #expect((marks.last(at: 10_000)?.characters ?? 0) > 400_000)
        var track = ResidencyTrack(model: "m")
        for time in 0..<10_000 {
            track.begin(time.isMultiple(of: 2) ? .generating : .resident, at: Double(time))
        }
        #expect(track.spans.count <= 2 * ResidencyTrack.limit)
    }

    @Test("In a replay time has keys of its own")
    func replay() {
        var journey = JourneyDriver(
            servers: [], feed: FeedDescription(kind: .replay(ReplayStart()), name: "run 42"))
        journey.press("3 PgUp")
        #expect(journey.shows("a replay goes through time by its own keys"))
    }

    @Test("Before anything is known there is nothing to go back to")
    func nothing() {
        var journey = JourneyDriver()
        journey.press("3 Left")
        #expect(journey.shows("nothing is known of earlier moments yet") && journey.state.lookback == nil)
    }
}
