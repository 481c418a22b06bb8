import CellScreen
import DashboardTestSupport
import Foundation
import PromptChainCore
import Testing

@testable import Dashboard

@Suite("Journey: reading, searching, choosing") struct ReadingJourney {
    private func withOutput() -> JourneyDriver {
        var journey = JourneyDriver()
        journey.beginRun()
        journey.events(.stepStarted(step: 1, name: "Quick analysis", model: "mistral-small:22b", prompt: nil))
        for number in 1...60 {
            journey.events(.token(step: 1, text: "line \(number) of the answer\n", thinking: false))
        }
        return journey
    }

    @Test("Output follows its end until the user scrolls, and again at the end")
    func follow() {
        var journey = withOutput()
        #expect(journey.shows("line 60"))
        journey.press("5 PgUp")
        #expect(!journey.shows("line 60") && journey.shows("G follows"))
        let before = journey.lines[15...19]
        journey.events(.token(step: 1, text: "line 61\n", thinking: false))
        #expect(journey.lines[15...19] == before)
        journey.press("G")
        #expect(journey.shows("line 61") && !journey.shows("G follows"))
        journey.press("g")
        #expect(journey.shows("line 1 of the answer"))
    }

    @Test("The place stays when the screen gets another width")
    func resize() {
        var journey = withOutput()
        journey.press("5 g j j j j")
        journey.input(.resize(Size(width: 100, height: 24)))
        #expect(journey.shows("line 5 of the answer"))
    }

    @Test("A search goes from match to match, and says when there is none")
    func search() {
        var journey = withOutput()
        journey.press("5 /")
        journey.type("line 7 ")
        #expect(journey.shows("line 7 of the answer") && journey.lines.last?.contains("line 7") == true)
        journey.press("Enter")
        #expect(journey.shows("stands in 1 line"))
        journey.press("Esc Esc /")
        journey.type("nowhere")
        journey.press("Enter")
        #expect(journey.shows("nothing holds “nowhere”"))
    }

    @Test("The log is searched too, and matches are marked")
    func log() {
        var journey = JourneyDriver()
        for number in 0..<40 {
            journey.send(
                .log(
                    LogLine(
                        time: Date(timeIntervalSince1970: journey.clock), level: .info,
                        component: "promptchain.ollama_model_manager", message: "poll \(number)")))
        }
        journey.press("6 /")
        journey.type("poll 3")
        journey.press("Enter n")
        let row = journey.lines.firstIndex { $0.contains("ollama  poll 3") } ?? 0
        let column =
            journey.lines[row].firstIndex(of: "p").map {
                journey.lines[row].distance(from: journey.lines[row].startIndex, to: $0)
            } ?? 0
        #expect(journey.picture[column, row].style.attributes.contains(.reverse))
    }

    @Test("Steps are chosen in the chain pane, and their text shown")
    func steps() {
        var journey = JourneyDriver()
        journey.runToSecondAnswer()
        journey.press("4 k")
        #expect(journey.shows("5 Output ─ step 1 Quick analysis") && journey.shows("The question has three parts."))
        journey.press("Enter")
        #expect(journey.shows("first token") && journey.shows("41.2 tokens/s"))
        journey.press("Esc j")
        #expect(journey.shows("5 Output ─ step 2 Deep reasoning"))
    }

    @Test("A filter shows what holds it, and Escape goes back")
    func filter() {
        var journey = JourneyDriver()
        journey.poll([.llama, .nomic, .mistral()])
        journey.press("/")
        journey.type("EMB")
        #expect(journey.shows("▸nomic-embed-text") && journey.shows("1 of 3") && !journey.shows(" llama3.1:8b  "))
        journey.press("Enter")
        #expect(journey.shows("/EMB"))
        journey.press("Esc")
        #expect(journey.shows("llama3.1:8b"))
    }

    @Test("A theme is seen while it is chosen; Escape goes back to the one before")
    func theme() throws {
        var journey = JourneyDriver(theme: try #require(Theme.shipped(named: "midnight")))
        #expect(journey.press("t") == [.listThemes])
        #expect(journey.press("Up") == [.selectTheme("daylight")])
        journey.send(.themeLoaded(try #require(Theme.shipped(named: "daylight"))))
        #expect(journey.picture[0, 0].style.background == .rgb(red: 0xFB, green: 0xFA, blue: 0xF7))
        #expect(journey.press("Esc") == [.selectTheme("midnight")])
    }

    @Test("Zoom fills the screen with a pane, mouse and redraw ask the screen")
    func screen() {
        var journey = JourneyDriver()
        journey.poll([.llama])
        journey.press("6 z")
        #expect(journey.shows("6 Log") && !journey.shows("1 Models"))
        journey.press("Esc")
        #expect(journey.shows("1 Models"))
        #expect(journey.press("m") == [.mouse(true)])
        journey.input(.mouse(MouseEvent(kind: .press, point: Point(x: 60, y: 5))))
        #expect(journey.state.focus == .chain)
        #expect(journey.press("Ctrl-L Ctrl-Z") == [.redraw, .suspend])
        #expect(DashboardProgram().screenRequest(for: .suspend) == .suspend)
        #expect(DashboardProgram().screenRequest(for: .stopRun) == nil)
    }

    @Test("A key of another pane says where it works")
    func elsewhere() {
        var journey = JourneyDriver()
        journey.poll([.llama])
        #expect(journey.press("5 u").isEmpty)
        #expect(journey.shows("u works in Models") && journey.shows("1 goes there"))
        journey.press("1 n")
        #expect(journey.shows("n works in Output and Log"))
        // These panes share their keys; not each key works in both.
        journey.press("i")
        #expect(journey.shows("i works in Output") && !journey.shows("i works in Output and"))
        journey.press("&")
        #expect(journey.shows("& works in Log") && journey.shows("6 goes there"))
    }

    @Test("Help and the way out stand in every footer, in every pane and at every width", arguments: [40, 60, 80, 200])
    func footers(width: Int) {
        for readOnly in [false, true] {
            var journey = JourneyDriver(size: Size(width: width, height: 24), isReadOnly: readOnly)
            journey.poll([.llama])
            for pane in 1...6 {
                journey.press("\(pane)")
                #expect(journey.lines.last?.contains("? help  q quit") == true, "\(journey.lines.last ?? "")")
            }
        }
    }

    @Test("What cannot be said in a row of the help goes on in the next", arguments: [40, 80])
    func wholeHelp(width: Int) {
        var journey = JourneyDriver(size: Size(width: width, height: 400))
        journey.press("?")
        let words = Set(journey.screen.split { !$0.isLetter })
        for binding in KeyMap.standard.table where binding.context != .replay && !binding.help.hasPrefix("to ") {
            let last = binding.help.split { !$0.isLetter }.last ?? ""
            #expect(words.contains(last), "\(binding.help)")
        }
    }

    @Test("A log whose file fails says so once, keeps what memory holds, and waits for nothing")
    func failedLogFile() {
        var journey = JourneyDriver(size: Size(width: 110, height: 30))
        func log(_ message: String) -> DashboardMessage {
            .log(
                LogLine(
                    time: Date(timeIntervalSince1970: journey.clock), level: .info, component: "promptchain.a",
                    message: message))
        }
        journey.send(log("the newest line"))
        journey.send(.logAnswer(.stored(-10..<0)))
        journey.press("6 /")
        journey.type("nowhere")
        journey.press("Enter")
        journey.send(.logAnswer(.failed("no space left on device")))
        let words = "older lines of the log are not kept any more: no space left on device"
        #expect(journey.state.notices.all.map(\.text) == [words] && journey.shows("the newest line"))
        journey.press("Esc /")
        journey.type("newest line")
        journey.press("Enter")
        #expect(journey.state.log.search.words == "/newest line 1 of 1")
    }

    @Test("What a run tells twice stands in the log once")
    func once() {
        var journey = JourneyDriver()
        journey.beginRun()
        journey.events(.log(level: "info", component: "promptchain.chain", message: "said twice"))
        journey.send(
            .log(
                LogLine(
                    time: Date(timeIntervalSince1970: journey.clock), level: .info, component: "promptchain.chain",
                    message: "said twice")))
        #expect(journey.state.log.entries.count { $0.line.message == "said twice" } == 1)
    }
}
