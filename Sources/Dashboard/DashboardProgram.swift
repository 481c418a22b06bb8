import CellScreen

/// The dashboard as the event loop drives it.
public struct DashboardProgram: Program {
    /// Milliseconds between two pictures of something that moves.
    private static let animation = 120

    /// The dashboard.
    public init() {}

    /// Changes the state for a message and says what is asked for.
    public func update(_ state: inout DashboardState, _ message: DashboardMessage) -> [DashboardEffect] {
        DashboardUpdate.apply(message, to: &state)
    }

    /// Draws the state.
    public func draw(_ state: DashboardState, into buffer: inout CellBuffer) {
        DashboardView.draw(state, into: &buffer)
    }

    /// What an input means.
    public func message(for input: InputEvent, in state: DashboardState) -> DashboardMessage? {
        switch input {
        case .key(let stroke): .key(stroke)
        case .paste(let text): .paste(text)
        case .resize(let size): .resized(size)
        case .mouse(let event): .mouse(event)
        case .resumed: .resumed
        case .programEnded(let end): .programEnded(end)
        case .signal(let number): .signal(number)
        case .closed: .terminalClosed
        }
    }

    /// What an effect asks of the screen.
    public func screenRequest(for effect: DashboardEffect) -> ScreenRequest? {
        switch effect {
        case .copy(let text): .copy(text)
        case .mouse(let isOn): .mouse(isOn)
        case .suspend: .suspend
        case .page(let commands): .lend(commands)
        case .redraw: .redraw
        case .ring: .ring
        case .showOnDesktop(let alert): .notify(title: alert.title, text: alert.text)
        default: nil
        }
    }

    /// Whether the dashboard has come to its end.
    public func isFinished(_ state: DashboardState) -> Bool { state.closing == .finished }

    /// When the picture changes by itself: often while something moves, else with the clock.
    public func nextTick(_ state: DashboardState) -> Int? {
        if state.feed?.replay?.isPlaying == true { return Self.animation / 2 }
        if state.isMoving { return Self.animation }
        let fraction = state.clock - state.clock.rounded(.down)
        return max(20, Int(((1 - fraction) * 1000).rounded(.up)))
    }

    /// The message that says that time has passed.
    public func tick(uptime: Double, clock: Double) -> DashboardMessage { .tick(uptime: uptime, clock: clock) }
}

extension DashboardState {
    /// Whether something turns on the screen.
    var isMoving: Bool {
        if !pending.entries.isEmpty || closing == .cleaningUp { return true }
        if run?.isRunning == true { return feed?.replay?.isPaused != true }
        return servers.all.contains { $0.state == .connecting || $0.state == .starting }
    }
}
