/// Everything that a screen can report.
public enum InputEvent: Equatable, Sendable {
    /// A key was pressed.
    case key(KeyStroke)
    /// Text was pasted as one piece (bracketed paste); it may hold line breaks.
    case paste(String)
    /// The screen has a new size.
    case resize(Size)
    /// A mouse button was pressed, or the wheel turned.
    case mouse(MouseEvent)
    /// The program was brought back after a suspend: everything has to be drawn anew.
    case resumed
    /// The program has ended that had the terminal: everything has to be drawn anew.
    case programEnded(ProgramEnd)
    /// The user or the system asked to end: SIGINT, SIGTERM or SIGHUP by number.
    case signal(Int32)
    /// The terminal is gone.
    case closed
}

/// What the mouse did.
public struct MouseEvent: Equatable, Sendable {
    /// The kind of event.
    public enum Kind: Equatable, Sendable {
        /// The left button went down.
        case press
        /// The wheel went one notch up or down.
        case wheelUp, wheelDown
    }

    /// What happened.
    public var kind: Kind
    /// Where the pointer was.
    public var point: Point

    /// A mouse event at a point.
    public init(kind: Kind, point: Point) {
        self.kind = kind
        self.point = point
    }
}
