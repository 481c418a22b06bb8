import CellScreen
import Foundation
import Testing

@testable import Terminal

/// One at a time: ncurses has one screen a process.
@Suite("NcursesScreen", .serialized)
struct NcursesScreenTests {
    private let waker: Waker

    init() throws {
        waker = try Waker()
    }

    private func open(
        _ terminal: PseudoTerminal, type: String = "xterm-256color", _ more: [String: String] = [:]
    ) throws -> NcursesScreen {
        try NcursesScreen(waker: waker, path: terminal.path, environment: more.merging(["TERM": type]) { $1 })
    }

    private func picture(_ screen: NcursesScreen, _ text: String, _ style: Style = .plain) -> CellBuffer {
        var buffer = CellBuffer(size: screen.size)
        buffer.write(text, at: Point(x: 0, y: 0), style: style)
        return buffer
    }

    /// What comes within five seconds, until something does.
    private func events(_ screen: NcursesScreen) -> [InputEvent] {
        for _ in 0..<50 {
            let events = screen.waitForInput(milliseconds: 100)
            if !events.isEmpty { return events }
        }
        return []
    }

    @Test("it enters the alternate screen, draws, and leaves everything as it was")
    func enterAndLeave() throws {
        let terminal = try PseudoTerminal()
        #expect(terminal.isCooked)
        let screen = try open(terminal)
        #expect(screen.size == Size(width: 80, height: 24))
        #expect(!terminal.isCooked)
        screen.present(picture(screen, "hello 日本 ✓"))
        let start = terminal.read(until: "✓")
        #expect(start.contains("\u{1B}[?1049h") && start.contains("\u{1B}[?2004h") && start.contains("hello 日本 ✓"))
        screen.close()
        screen.close()
        let end = terminal.read(until: "\u{1B}[?1049l")
        #expect(end.contains("\u{1B}[?2004l") && end.contains("\u{1B}[?1049l"))
        #expect(terminal.isCooked)
    }

    @Test("a second screen is refused, until the first is closed")
    func onlyOne() throws {
        let terminal = try PseudoTerminal()
        let screen = try open(terminal)
        #expect(throws: TerminalError.alreadyOpen) { try open(terminal) }
        screen.close()
        try open(terminal).close()
    }

    @Test(
        "what cannot be a dashboard's terminal is refused with a sentence, and left as it was",
        arguments: [
            ("bogus", TerminalError.unknownType("bogus")), ("dumb", .incapable(type: "dumb")), ("", .noType),
        ])
    func refused(type: String, error: TerminalError) throws {
        let terminal = try PseudoTerminal()
        #expect(throws: error) { try open(terminal, type: type) }
        #expect(terminal.isCooked)
        #expect(error.message.hasSuffix(".") && error.hint.hasSuffix("."))
    }

    @Test("a path that is no terminal is refused")
    func noTerminal() {
        #expect(throws: TerminalError.noTerminal(path: "/dev/null", code: ENOTTY)) {
            try NcursesScreen(waker: waker, path: "/dev/null", environment: ["TERM": "xterm"])
        }
    }

    @Test("only what changed is written")
    func changes() throws {
        let terminal = try PseudoTerminal()
        let screen = try open(terminal)
        defer { screen.close() }
        screen.present(picture(screen, "counter 1"))
        #expect(terminal.read(until: "\u{1B}[?2026l").contains("counter 1"))
        screen.present(picture(screen, "counter 2"))
        #expect(terminal.read(until: "2").utf8.count < 12)
        screen.present(picture(screen, "counter 2"))
        #expect(terminal.readNow(milliseconds: 20).isEmpty)
        screen.invalidate()
        screen.present(picture(screen, "counter 2"))
        #expect(terminal.read(until: "counter 2").contains("counter 2"))
    }

    @Test("keys, pastes and rings of the waker come out of the wait")
    func input() throws {
        let terminal = try PseudoTerminal()
        let screen = try open(terminal)
        defer { screen.close() }
        #expect(screen.waitForInput(milliseconds: 0).isEmpty)
        terminal.type("é")
        #expect(events(screen) == [.key(KeyStroke("é"))])
        terminal.type("\u{1B}[200~two\rlines\u{1B}[201~")
        #expect(events(screen) == [.paste("two\nlines")])
        terminal.type("\u{1B}")
        #expect(events(screen) == [.key(KeyStroke(.escape))])
        waker.ring()
        #expect(screen.waitForInput(milliseconds: nil).isEmpty)
        #expect(!waker.isRinging)
    }

    @Test("another program gets the terminal as a shell has it, and its end is reported")
    func lending() throws {
        let terminal = try PseudoTerminal()
        let screen = try open(terminal)
        defer { screen.close() }
        screen.present(picture(screen, "before"))
        _ = terminal.read(until: "before")
        screen.lend(to: [["no-such-program"], ["sh", "-c", "stty -a <&1 >&2; read line; echo got=$line; exit 3"]])
        #expect(screen.isLent && terminal.isCooked)
        screen.present(picture(screen, "hidden"))
        screen.ring()
        let settings = terminal.read(until: "icanon")
        #expect(settings.contains("\u{1B}[?1049l") && settings.contains("isig icanon"))
        terminal.type("words\n")
        #expect(events(screen) == [.programEnded(.exited(3))])
        let said = terminal.read(until: "got=words")
        #expect(said.contains("got=words") && !said.contains("hidden") && !said.contains("\u{7}"))
        #expect(!screen.isLent && !terminal.isCooked)
        screen.present(picture(screen, "again"))
        #expect(terminal.read(until: "again").contains("\u{1B}[?1049h"))
    }

    @Test("where there is no such program, that is reported with the reason")
    func noProgram() throws {
        let terminal = try PseudoTerminal()
        let screen = try open(terminal)
        defer { screen.close() }
        screen.lend(to: [["no-such-program", "x"]])
        #expect(!screen.isLent)
        #expect(events(screen) == [.programEnded(.notStarted("no-such-program: No such file or directory"))])
    }

    @Test("what ends this program ends the one that has the terminal; Ctrl-C is that one's own")
    func lendingEnds() throws {
        let terminal = try PseudoTerminal()
        let screen = try open(terminal)
        screen.lend(to: [["sh", "-c", "echo ready; exec sleep 600"]])
        _ = terminal.read(until: "ready")
        send(SIGINT)
        #expect(screen.waitForInput(milliseconds: 50).isEmpty)
        send(SIGTERM)
        #expect(events(screen) == [.signal(SIGTERM)])
        #expect(events(screen) == [.programEnded(.signalled(SIGTERM))])
        screen.close()
        #expect(terminal.isCooked)
        let second = try open(terminal)
        second.lend(to: [["sleep", "600"]])
        second.close()
        #expect(terminal.isCooked && !second.isLent)
    }

    @Test("a new size is reported, down to one cell and back, and drawn")
    func resize() throws {
        let terminal = try PseudoTerminal()
        let screen = try open(terminal)
        defer { screen.close() }
        for size in [Size(width: 1, height: 1), Size(width: 200, height: 50), Size(width: 3, height: 2)] {
            terminal.resize(to: size)
            send(SIGWINCH)
            #expect(events(screen) == [.resize(size)])
            #expect(screen.size == size)
            screen.present(picture(screen, "X"))
            #expect(terminal.read(until: "X").contains("X"))
        }
    }

    @Test("signals that ask to end are reported")
    func signals() throws {
        let terminal = try PseudoTerminal()
        let time = ManualTime()
        let screen = try NcursesScreen(
            waker: waker, signals: SignalNotes(waker: waker, clock: time), path: terminal.path,
            environment: ["TERM": "xterm-256color"])
        for number in [SIGHUP, SIGINT, SIGTERM, SIGTERM] {
            send(number)
            #expect(events(screen) == [.signal(number)])
            time.advance(milliseconds: 1000)
        }
        screen.close()
    }

    @Test("signals are no longer caught once the screen is closed")
    func signalsAfterwards() throws {
        let terminal = try PseudoTerminal()
        let before = handler(of: SIGTERM)
        let screen = try open(terminal)
        #expect(handler(of: SIGTERM) != before)
        screen.close()
        #expect(handler(of: SIGTERM) == before)
    }

    @Test("a program that a signal ends ignores those that come afterwards")
    func signalsAtTheEnd() throws {
        let before = handler(of: SIGTERM)
        do {
            let notes = SignalNotes(waker: waker)
            notes.ignoreAfterwards()
            #expect(handler(of: SIGTERM) != before)
        }
        for number in [SIGHUP, SIGINT, SIGTERM] {
            #expect(handler(of: number) == unsafeBitCast(SIG_IGN, to: Int.self))
            signal(number, SIG_DFL)
        }
        #expect(handler(of: SIGTERM) == before)
    }

    private func handler(of signal: Int32) -> Int {
        var action = sigaction()
        sigaction(signal, nil, &action)
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
    }

    @Test("several signals of one moment count as one, and a hang-up says nothing new after another signal")
    func signalsAtOnce() throws {
        let terminal = try PseudoTerminal()
        let time = ManualTime()
        let notes = SignalNotes(waker: waker, clock: time)
        let screen = try NcursesScreen(
            waker: waker, signals: notes, path: terminal.path, environment: ["TERM": "xterm-256color"])
        send(SIGHUP)
        send(SIGTERM)
        #expect(events(screen) == [.signal(SIGTERM)])
        time.advance(milliseconds: 400)
        send(SIGTERM)
        #expect(screen.waitForInput(milliseconds: 50).isEmpty)
        time.advance(milliseconds: 1000)
        send(SIGHUP)
        #expect(screen.waitForInput(milliseconds: 50).isEmpty)
        screen.close()
        send(SIGTERM)
        waker.wait(milliseconds: 5000)
        #expect(notes.take() == SIGTERM)
        #expect(notes.take() == nil)
    }

    @Test("a terminal that reads nothing is left in time, and finds the farewell when it reads again")
    func unresponsive() throws {
        let terminal = try PseudoTerminal(Size(width: 200, height: 50))
        let screen = try open(terminal)
        for round in 0..<40 {
            var buffer = CellBuffer(size: screen.size)
            for row in 0..<50 {
                let text = (0..<200).map { "\((round + row + $0) % 10)" }.joined()
                buffer.write(text, at: Point(x: 0, y: row), style: .plain)
            }
            screen.invalidate()
            screen.present(buffer)
        }
        let start = SystemTime().uptime()
        screen.close()
        #expect(SystemTime().uptime() - start < 3)
        #expect(screen.isUnresponsive && terminal.isCooked)
        let rest = terminal.read(until: "\u{1B}[?1049l")
        #expect(rest.contains("\u{1B}[?1049l"))
        // The end of the picture that was thrown away.
        #expect(rest.contains("\u{1B}[?2026l"))
    }

    @Test("a terminal that goes away is reported once, and the wait does not spin afterwards")
    func hangUp() throws {
        let terminal = try PseudoTerminal()
        let screen = try open(terminal)
        terminal.hangUp()
        #expect(events(screen) == [.closed])
        #expect(screen.waitForInput(milliseconds: 1).isEmpty)
        screen.present(picture(screen, "nobody sees this"))
        screen.ring()
        screen.close()
    }

    @Test("mouse, bell and clipboard reach the terminal")
    func requests() throws {
        let terminal = try PseudoTerminal()
        let screen = try open(terminal)
        screen.setMouse(true)
        screen.ring()
        screen.copyToClipboard("hi")
        let text = terminal.read(until: "aGk=\u{7}")
        #expect(text.contains("\u{1B}[?1000h\u{1B}[?1006h\u{7}\u{1B}]52;c;aGk=\u{7}"))
        screen.close()
        #expect(terminal.read(until: "\u{1B}[?1000l").contains("\u{1B}[?1000l"))
    }
}
