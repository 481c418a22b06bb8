import CellScreen

/// Waits for input and messages, lets the program change its state, hands out effects, and shows the picture.
///
/// It runs on the thread that calls `run`, which is the only one that ever sees the state and the screen. Keys come
/// before messages; the answer to a key is drawn at once, everything else at most 30 times a second.
public struct EventLoop<P: Program> {
    /// Carries out an effect elsewhere; must not wait.
    public typealias Perform = @Sendable (P.Effect) -> Void

    /// Messages taken between two looks at the keyboard.
    static var batchLimit: Int { 256 }

    private let program: P
    private let screen: any Screen
    private let mailbox: Mailbox<P.Message>
    private let clock: any TimeSource
    private let perform: Perform

    private var pacer = FramePacer()
    /// When the picture changes by itself, in uptime.
    private var tickDue: Double?
    private var needsDrawing = true
    private var mustEnd = false
    /// How often messages were taken since the newest picture.
    private var batches = 0
    /// The newest picture, and the memory of the one before for the next.
    private var newest = CellBuffer(size: Size(width: 0, height: 0))
    private var spare = CellBuffer(size: Size(width: 0, height: 0))

    /// A loop.
    /// - Parameters:
    ///   - program: what is run.
    ///   - screen: where it is shown.
    ///   - mailbox: what other threads post to; its `wake` has to end the screen's wait.
    ///   - clock: the time.
    ///   - perform: gets every effect that asks nothing of the screen, in order.
    public init(
        program: P, screen: any Screen, mailbox: Mailbox<P.Message>, clock: any TimeSource = SystemTime(),
        perform: @escaping Perform
    ) {
        self.program = program
        self.screen = screen
        self.mailbox = mailbox
        self.clock = clock
        self.perform = perform
    }

    /// Runs until the program is finished.
    ///
    /// A screen that is gone, and a signal that the program has no message for, end it too.
    /// - Returns: the state at the end.
    public consuming func run(_ state: P.State) -> P.State {
        var state = state
        schedule(state)
        while !isOver(state) {
            if isDrawingDue, pacer.delay(at: clock.uptime()) == 0 { draw(state) }
            let inputs = screen.waitForInput(milliseconds: patience())
            for input in inputs where !isOver(state) { handle(input, &state) }
            // A key must not wait until the messages of the same wake are through.
            if !inputs.isEmpty, isDrawingDue, !isOver(state) { draw(state) }
            drain(&state)
            tick(&state)
        }
        return state
    }

    /// Nothing is drawn while another program has the terminal.
    private var isDrawingDue: Bool { needsDrawing && !screen.isLent }

    private func isOver(_ state: P.State) -> Bool { mustEnd || program.isFinished(state) }

    private mutating func handle(_ input: InputEvent, _ state: inout P.State) {
        switch input {
        case .resize, .resumed, .programEnded: needsDrawing = true
        default: break
        }
        if let message = program.message(for: input, in: state) {
            update(&state, message)
            return
        }
        switch input {
        case .closed, .signal: mustEnd = true
        case .key(KeyStroke(.character("z"), modifiers: .control)): screen.suspend()
        default: break
        }
    }

    private mutating func drain(_ state: inout P.State) {
        let messages = mailbox.take(limit: Self.batchLimit)
        if !messages.isEmpty { batches += 1 }
        for message in messages {
            guard !isOver(state) else { return }
            update(&state, message)
        }
    }

    private mutating func tick(_ state: inout P.State) {
        let now = clock.uptime()
        // A wait may end a rounding error early.
        guard let due = tickDue, due <= now + 1e-6, !isOver(state) else { return }
        tickDue = nil
        update(&state, program.tick(uptime: now, clock: clock.wallClock()))
    }

    private mutating func update(_ state: inout P.State, _ message: P.Message) {
        for effect in program.update(&state, message) {
            if let request = program.screenRequest(for: effect) {
                answer(request)
            } else {
                perform(effect)
            }
        }
        needsDrawing = true
        schedule(state)
    }

    private func answer(_ request: ScreenRequest) {
        switch request {
        case .copy(let text): screen.copyToClipboard(text)
        case .mouse(let isOn): screen.setMouse(isOn)
        case .suspend: screen.suspend()
        case .lend(let commands): screen.lend(to: commands)
        case .ring: screen.ring()
        case .notify(let title, let text): screen.notify(title: title, text: text)
        case .redraw: screen.invalidate()
        }
    }

    /// A tick that is due earlier stays: messages that keep coming must not put a spinner off for ever.
    private mutating func schedule(_ state: P.State) {
        guard let milliseconds = program.nextTick(state) else {
            tickDue = nil
            return
        }
        let due = clock.uptime() + max(Double(milliseconds) / 1000, pacer.interval)
        tickDue = min(tickDue ?? due, due)
    }

    private mutating func draw(_ state: P.State) {
        var buffer = CellBuffer(size: Size(width: 0, height: 0))
        swap(&buffer, &spare)
        if buffer.size != screen.size { buffer = CellBuffer(size: screen.size) }
        program.draw(state, into: &buffer)
        screen.present(buffer)
        swap(&spare, &newest)
        newest = buffer
        needsDrawing = false
        batches = 0
        pacer.drew(at: clock.uptime())
    }

    /// How long to wait for input: `nil` for ever.
    private func patience() -> Int? {
        guard mailbox.listen() else { return 0 }
        let now = clock.uptime()
        var seconds = tickDue.map { max(0, $0 - now) }
        if isDrawingDue {
            let delay = pacer.delay(at: now)
            seconds = min(seconds ?? .infinity, delay)
            // Messages that keep coming are dealt with together, just before the next picture. A single one is at once.
            if delay > 0, batches > 1 { mailbox.hold() }
        }
        // Rounded up: a wait that ends a moment early would only be followed by another.
        return seconds.map { Int(($0 * 1000).rounded(.up)) }
    }
}
