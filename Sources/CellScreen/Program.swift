/// What an event loop drives: a value that messages change and that is drawn as it stands.
///
/// `update` and `draw` are pure: they read no clock, do no input or output, and give the same for the same values.
public protocol Program {
    /// All that there is to know; owned by the loop.
    associatedtype State
    /// Something that happened.
    associatedtype Message: Sendable
    /// Something that is asked for, as plain data.
    associatedtype Effect: Equatable & Sendable

    /// Changes the state for a message and says what is asked for.
    func update(_ state: inout State, _ message: Message) -> [Effect]
    /// Draws the state, all over the buffer: what that holds before is of no account, and mostly an older picture.
    func draw(_ state: State, into buffer: inout CellBuffer)
    /// What an input means in this state; `nil` when it means nothing.
    func message(for input: InputEvent, in state: State) -> Message?
    /// What an effect asks of the screen; `nil` when it is meant for somebody else. The loop answers these itself.
    func screenRequest(for effect: Effect) -> ScreenRequest?
    /// Whether the program has come to its end.
    func isFinished(_ state: State) -> Bool
    /// When the picture changes by itself, in milliseconds from now (a spinner, a countdown); `nil` when it does not.
    /// The loop then sends the message of `tick`.
    func nextTick(_ state: State) -> Int?
    /// The message that says that time has passed. `uptime` is monotonic seconds, `clock` seconds since 1970.
    func tick(uptime: Double, clock: Double) -> Message
}
