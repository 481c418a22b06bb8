import CellScreen
import DashboardTestSupport
import Foundation
import PromptChainCore
import Testing

@testable import Dashboard

@Suite("Journey: from the Log and Output to files, pagers and events") struct LogKeysJourney {
    private func logging() -> JourneyDriver {
        var journey = JourneyDriver(size: Size(width: 110, height: 30))
        journey.log(.info, "poll 1")
        journey.log(.warning, "the server is slow")
        return journey
    }

    private static let name = "promptchain-log-2026-11-24T120344.txt"

    @Test("S proposes a name and saves what the filter shows; where it went is said, and stays in the log")
    func save() {
        var journey = logging()
        journey.press("6 f f S")
        #expect(journey.shows("Save the log") && journey.shows(Self.name))
        #expect(journey.shows("as the filter shows it: from warning on"))
        let effects = journey.press("Enter")
        guard case .saveText(let saving) = effects.first, case .log(let kept, let filter) = saving.text else {
            Issue.record("nothing is saved")
            return
        }
        #expect(saving.path == Self.name && !saving.replaces && kept.count == 2)
        #expect(kept.filter { filter.shows($0.line) }.map(\.line.message) == ["the server is slow"])
        journey.send(.textSaved(saving, .saved(path: "/home/me/\(Self.name)", bytes: 74)))
        #expect(journey.state.notices.all.last?.text == "saved the log to /home/me/\(Self.name): 74 bytes")
        #expect(journey.state.log.kept.last?.line.message.hasPrefix("saved the log to /home/me/") == true)
    }

    @Test("A file that is there is replaced after a question only")
    func replace() {
        var journey = logging()
        journey.press("6 S Ctrl-U")
        journey.type("here.txt")
        guard case .saveText(let saving) = journey.press("Enter").first else {
            Issue.record("nothing is saved")
            return
        }
        journey.send(.textSaved(saving, .exists(path: "/tmp/here.txt")))
        #expect(journey.shows("Replace the file?") && journey.shows("/tmp/here.txt is there already"))
        #expect(journey.press("n").isEmpty)
        journey.send(.textSaved(saving, .exists(path: "/tmp/here.txt")))
        guard case .saveText(let again) = journey.press("y").first else {
            Issue.record("nothing is replaced")
            return
        }
        #expect(again.replaces && again.path == "here.txt")
        journey.send(
            .textSaved(
                again, .failed("cannot write /tmp/here.txt: no space left on device", hint: "choose another folder")))
        #expect(journey.shows("no space left on device"))
        journey.press("S Ctrl-U")
        #expect(journey.press("Enter").isEmpty && journey.shows("write the name of a file first"))
    }

    @Test("In Output S and e take the step's text, and its prompt where that is shown")
    func output() {
        var journey = JourneyDriver(size: Size(width: 110, height: 30))
        #expect(journey.press("5 S").isEmpty && journey.shows("there is nothing to save yet"))
        #expect(journey.press("e").isEmpty && journey.shows("there is nothing to read yet"))
        journey.beginRun()
        journey.events(
            .stepStarted(step: 1, name: "Quick analysis", model: "mistral-small:22b", prompt: "Analyse"),
            .token(step: 1, text: "One\nTwo", thinking: false))
        #expect(journey.press("e") == [.writePaged(.text("One\nTwo\n"), fromEnd: false)])
        journey.press("S")
        #expect(journey.shows("Save the text of step 1") && journey.shows("-step-1-2026-11-24T120344.txt"))
        journey.press("Esc i")
        #expect(journey.press("e") == [.writePaged(.text("Analyse\n"), fromEnd: false)])
    }

    @Test("e leaves the terminal to a pager until that ends, and the file goes")
    func pager() {
        var journey = logging()
        guard case .writePaged(.log(let kept, _), let fromEnd) = journey.press("6 e").first else {
            Issue.record("no pager is asked for")
            return
        }
        #expect(kept.count == 2 && fromEnd)
        let paged = PagedText(path: "/tmp/p.1", commands: [["less", "+G"], ["more"]])
        #expect(journey.send(.textPaged(paged)) == [.page([["less", "+G", "/tmp/p.1"], ["more", "/tmp/p.1"]])])
        #expect(journey.press("e").isEmpty)
        #expect(journey.send(.programEnded(.exited(0))) == [.redraw, .forgetPaged("/tmp/p.1")])
        #expect(journey.press("e").count == 1)
        journey.send(.textPaged(paged))
        journey.send(.programEnded(.notStarted("most: no such file or directory")))
        let reason = "the pager cannot be started: most: no such file or directory"
        #expect(journey.state.notices.all.last?.text == reason)
    }

    @Test("Without a terminal there is no pager, and that is said")
    func noTerminal() {
        var state = DashboardState(
            servers: [], hasTerminal: false, size: Size(width: 110, height: 30), clock: JourneyDriver.start)
        state.focus = .log
        state.report(.info, "a line")
        #expect(DashboardUpdate.apply(.key(KeyStroke("e")), to: &state).isEmpty)
        #expect(state.notices.current(at: 0)?.text == "a pager needs a terminal")
    }

    @Test(":level sets the level of a component, or of all; finer lines are asked for")
    func levels() {
        var journey = logging()
        let other = Date(timeIntervalSince1970: journey.clock)
        journey.send(.log(LogLine(time: other, level: .info, component: "promptchain.server_box", message: "loads")))
        journey.press("6 z :")
        journey.type("level server warn")
        #expect(journey.press("Enter") == [.setLogLevel(component: "server", .warning)])
        #expect(journey.shows("server from warning on") && !journey.shows("loads") && journey.shows("poll 1"))
        journey.press(":")
        journey.type("level debug")
        #expect(journey.press("Enter") == [.setLogLevel(component: nil, .debug)])
        #expect(journey.shows("from debug on") && journey.shows("loads"))
        journey.press(":")
        journey.type("level all")
        #expect(journey.press("Enter").isEmpty && !journey.shows("from debug on"))
        journey.press(":")
        journey.type("level server loud")
        journey.press("Enter")
        #expect(journey.shows("there is no level “loud”"))
        journey.press(":")
        journey.type("level sever error")
        journey.press("Enter")
        #expect(journey.shows("no line of “sever” has come yet") && journey.shows("did you mean “server”?"))
        journey.press(":")
        journey.type("level se")
        #expect(journey.shows("level server all"))
    }

    @Test("L goes from a step to its line, and marks it; y copies it")
    func step() {
        var journey = JourneyDriver(size: Size(width: 110, height: 30))
        #expect(journey.press("4 L").isEmpty && journey.shows("no chain has run yet"))
        journey.beginRun()
        journey.wait(1)
        journey.events(.stepStarted(step: 1, name: "Quick analysis", model: "mistral-small:22b", prompt: "Analyse"))
        journey.wait(5)
        for number in 0..<60 { journey.log(.info, "later \(number)") }
        journey.press("L")
        #expect(journey.state.focus == .log && journey.shows("▸"))
        #expect(
            journey.press("y") == [.copy("12:03:45 info chain: step 1 begins: Quick analysis with mistral-small:22b")])
        journey.press("/")
        journey.type("later 7")
        journey.press("Enter")
        #expect(journey.press("y") == [.copy("12:03:50 info promptchain.test: later 7")])
        journey.press("Esc Esc 4 L Esc Esc")
        #expect(journey.state.log.marked == nil)
        journey.events(.stepFailed(step: 1, reason: "out of memory", output: ""))
        journey.press("4 L")
        #expect(journey.press("y") == [.copy("12:03:50 error chain: step 1 failed: out of memory")])
        journey.press("4 j j L")
        #expect(journey.shows("has not begun"))
    }

    @Test("L goes from a model to its last load or unload, through a filter that hides it")
    func model() {
        var journey = JourneyDriver(size: Size(width: 110, height: 30))
        journey.poll([.llama])
        journey.log(.info, "loading llama3.1:8b")
        journey.wait(30)
        for number in 0..<60 { journey.log(.warning, "later \(number)") }
        journey.press("6 f f 1 L")
        #expect(journey.state.focus == .log && journey.shows("loading llama3.1:8b"))
        #expect(journey.shows("the filter hid the line of llama3.1:8b, and is dropped"))
    }

    @Test("The dialog behind w leads to the Log where a finding began")
    func why() {
        var bench = RuleBench()
        bench.read([.llama])
        bench.journey.log(.info, "llama3.1:8b is loaded, partly on the CPU")
        bench.journey.wait(20)
        for number in 0..<60 { bench.journey.log(.info, "later \(number)") }
        bench.journey.press("w L")
        #expect(bench.journey.state.dialogs.isEmpty && bench.journey.state.focus == .log)
        #expect(bench.journey.shows("llama3.1:8b is loaded, partly on the CPU"))
    }

    @Test("A finding that rests on a line of a server's log quotes it, and L goes to that line")
    func quoted() {
        let line = "truncating input prompt limit=4096 prompt=17624 keep=5 new=4096"
        var bench = RuleBench()
        bench.journey = JourneyDriver(size: Size(width: 110, height: 30))
        bench.read([.whole("llama3.1:8b")])
        bench.serverLog("before")
        bench.serverLog(line)
        bench.serverLog("after")
        bench.read(after: 20, [.whole("llama3.1:8b")])
        #expect(bench.line.contains("gpu-box cut a prompt: 4096 tokens of 17624 were read"))
        for number in 0..<60 { bench.journey.log(.info, "later \(number)") }
        bench.journey.press("w")
        #expect(bench.journey.shows("it says") && bench.journey.shows("truncating input prompt limit=4096"))
        bench.journey.press("L")
        #expect(bench.journey.state.focus == .log)
        #expect(bench.journey.press("y") == [.copy("12:03:45 warning server: \(line)")])
    }

    @Test("The footer names the keys of the pane that has the focus, and hints the user's own keys")
    func footer() {
        var journey = logging()
        journey.press("6")
        let log = journey.lines.last ?? ""
        for label in ["/ search", "& filter", "f level", "y copy", "S save", "e pager"] { #expect(log.contains(label)) }
        #expect(!log.contains("i prompt"))
        journey.press("5")
        let output = journey.lines.last ?? ""
        #expect(output.contains("i prompt") && !output.contains("& filter"))
        let (keys, _) = KeyMap.reading(
            [KeyChoice(action: "focus.log", keys: ["F6"], line: 1, column: 1, keysLine: 1, keysColumn: 1)], file: "c")
        var other = JourneyDriver(keys: keys)
        other.press("5 f")
        #expect(other.state.notices.all.last?.hint == "F6 goes there")
    }
}
