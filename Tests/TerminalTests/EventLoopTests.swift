import CellScreen
import Synchronization
import Terminal
import Testing

@Suite("EventLoop")
struct EventLoopTests {
    private let mailbox = Mailbox<NoteProgram.Message>()
    private let time = ManualTime()

    private func run(
        _ screen: ScriptedScreen, from state: NoteProgram.State = NoteProgram.State(),
        perform: @escaping @Sendable (NoteProgram.Effect) -> Void = { _ in }
    ) -> NoteProgram.State {
        EventLoop(program: NoteProgram(), screen: screen, mailbox: mailbox, clock: time, perform: perform).run(state)
    }

    private func key(_ character: Character) -> InputEvent { .key(KeyStroke(character)) }

    @Test("the first picture is drawn before anything is waited for")
    func firstPicture() {
        let screen = ScriptedScreen([])
        _ = run(screen, from: NoteProgram.State(notes: ["hello"]))
        #expect(screen.log == ["present hello"])
    }

    @Test("keys come before messages of the same wake, and their answer is drawn first")
    func keysFirst() {
        let screen = ScriptedScreen([
            {
                mailbox.post(.note("message"))
                return [key("a"), key("b")]
            }
        ])
        let end = run(screen)
        #expect(end.notes == ["a", "b", "message"])
        #expect(screen.log == ["present ", "present a b"])
    }

    @Test("the answer to a key does not wait for the next frame; a message does")
    func pacing() {
        let screen = ScriptedScreen([
            { [key("a")] },
            {
                mailbox.post(.note("m"))
                return []
            },
            {
                time.advance(milliseconds: 33)
                return []
            },
            {
                time.advance(milliseconds: 1)
                return []
            },
        ])
        _ = run(screen)
        #expect(screen.log == ["present ", "present a", "present a m"])
        // For ever twice, then until the frame is due, then its rest, then for ever.
        #expect(screen.waits == [nil, nil, 34, 1, nil])
    }

    @Test("a flood of messages is drawn at most 30 times a second, in batches between which keys are read")
    func flood() {
        let steps = (0..<400).map { _ -> ScriptedScreen.Step in
            {
                time.advance(milliseconds: 1)
                for _ in 0..<10 { mailbox.post(.note("t")) }
                return []
            }
        }
        let screen = ScriptedScreen(steps)
        let end = run(screen)
        #expect(end.notes.count == 4000)
        #expect((11...13).contains(screen.pictures.count))
    }

    @Test("messages that keep coming wake the loop no more until the next picture, the first ones do")
    func holding() {
        let rings = Mutex(0)
        let mailbox = Mailbox<NoteProgram.Message>(wake: { rings.withLock { $0 += 1 } })
        var heard: [Int] = []
        let post: ScriptedScreen.Step = {
            mailbox.post(.note("m"))
            mailbox.post(.note("m"))
            heard.append(rings.withLock { $0 })
            time.advance(milliseconds: 2)
            return []
        }
        let due: ScriptedScreen.Step = {
            mailbox.post(.note("late"))
            time.advance(milliseconds: 40)
            return []
        }
        let screen = ScriptedScreen([post, post, post, due, post])
        let end = EventLoop(program: NoteProgram(), screen: screen, mailbox: mailbox, clock: time) { _ in }
            .run(NoteProgram.State())
        // Two batches are taken as they come; what comes then waits for the picture, and the loop listens again.
        #expect(heard == [1, 2, 2, 3])
        #expect(end.notes.filter { $0 == "m" }.count == 8 && end.notes.contains("late"))
    }

    @Test("a key is answered between two batches, however many messages wait")
    func batches() {
        for index in 0..<1000 { mailbox.post(.note("\(index)")) }
        let screen = ScriptedScreen([{ [] }, { [key("a")] }, { [] }, { [] }])
        let end = run(screen)
        #expect(end.notes.firstIndex(of: "a") == 256)
        #expect(screen.waits.prefix(4) == [0, 0, 0, 0])
        #expect(end.notes.filter { $0 != "a" } == (0..<1000).map(String.init))
    }

    @Test("an idle loop waits for ever, or for its tick")
    func idle() {
        let screen = ScriptedScreen([
            {
                mailbox.post(.tick(250))
                return []
            },
            {
                time.advance(milliseconds: 250)
                return []
            },
            {
                mailbox.post(.tick(nil))
                return []
            },
            {
                time.advance(milliseconds: 34)
                return []
            },
            { [] },
        ])
        let end = run(screen)
        #expect(end.notes == ["tick@250"])
        #expect(screen.waits.first == .some(nil))
        #expect(screen.waits.last == .some(nil))
        #expect(screen.waits.contains(34) && screen.waits.contains(250))
    }

    @Test("messages that keep coming do not put a tick off")
    func tickUnderLoad() {
        let steps = (0..<20).map { _ -> ScriptedScreen.Step in
            {
                time.advance(milliseconds: 20)
                mailbox.post(.note("m"))
                return []
            }
        }
        let end = run(ScriptedScreen(steps), from: NoteProgram.State(tick: 100))
        #expect(end.notes.filter { $0.hasPrefix("tick") } == ["tick@100", "tick@200", "tick@300", "tick@400"])
    }

    @Test("a tick comes no more often than a frame")
    func hastyTick() {
        let screen = ScriptedScreen([{ [] }])
        _ = run(screen, from: NoteProgram.State(tick: 0))
        #expect(screen.waits.first == 34)
    }

    @Test("the loop ends with the program, and nothing is handled afterwards")
    func finish() {
        mailbox.post(.note("late"))
        let screen = ScriptedScreen([{ [key("q"), key("a")] }])
        let end = run(screen)
        #expect(end == NoteProgram.State(notes: [], isFinished: true))
        #expect(screen.waits.count == 1)
    }

    @Test(
        "a signal or a lost terminal that the program does not answer ends the loop",
        arguments: [InputEvent.signal(15), .closed])
    func unanswered(input: InputEvent) {
        let screen = ScriptedScreen([{ [input, key("a")] }, { [key("b")] }])
        #expect(run(screen).notes.isEmpty)
        #expect(screen.waits.count == 1)
    }

    @Test("Ctrl-Z suspends when the program has no use for it")
    func suspend() {
        let screen = ScriptedScreen([{ [.key(KeyStroke(.character("z"), modifiers: .control))] }, { [.resumed] }])
        _ = run(screen)
        #expect(screen.log == ["present ", "suspend", "present "])
    }

    @Test("after a resize the picture has the new size")
    func resize() {
        let screen = ScriptedScreen([])
        let resizing = ScriptedScreen([{ [.resize(Size(width: 5, height: 1))] }])
        resizing.size = Size(width: 5, height: 1)
        _ = run(resizing)
        _ = run(screen)
        #expect(resizing.pictures.map(\.size) == [Size(width: 5, height: 1), Size(width: 5, height: 1)])
    }

    @Test("requests to the screen are answered on the spot, other effects are handed out in order")
    func effects() {
        let handed = Mutex<[NoteProgram.Effect]>([])
        for request in [ScreenRequest.copy("x"), .mouse(true), .ring, .redraw, .suspend] { mailbox.post(.ask(request)) }
        mailbox.post(.note("effect"))
        let screen = ScriptedScreen([{ [] }])
        _ = run(screen) { effect in handed.withLock { $0.append(effect) } }
        #expect(screen.log == ["present ", "copy x", "mouse true", "ring", "invalidate", "suspend"])
        #expect(handed.withLock { $0 } == [.elsewhere("first"), .elsewhere("second")])
    }

    @Test("while another program has the terminal nothing is drawn, messages are taken, and the wait is not busy")
    func lent() {
        mailbox.post(.ask(.lend([["less", "a"]])))
        let screen = ScriptedScreen([])
        screen.steps = [
            { [] },
            { [mailbox] in
                mailbox.post(.note("a")); return []
            }, { [] },
            { [screen] in
                screen.takeBack()
                return [.programEnded(.exited(0))]
            },
        ]
        let end = run(screen)
        #expect(end.notes.contains("a"))
        #expect(screen.log.prefix(2) == ["present ", "lend [[\"less\", \"a\"]]"])
        #expect(screen.log.dropFirst(2).first?.hasPrefix("present ") == true)
        #expect(screen.pictures.count == 2)
        #expect(screen.waits.dropFirst(2).prefix(2) == [nil, nil])
    }
}
