/// What a program can ask of the screen that shows it.
public enum ScreenRequest: Equatable, Sendable {
    /// Put a text on the terminal's clipboard.
    case copy(String)
    /// Switch the reporting of the mouse on or off.
    case mouse(Bool)
    /// Give the terminal back until the user returns (Ctrl-Z).
    case suspend
    /// Leave the terminal to another program until it ends: the first one of these that there is, each with its
    /// arguments.
    case lend([[String]])
    /// Ring the bell.
    case ring
    /// Show a message outside the terminal, where it can do that.
    case notify(title: String, text: String)
    /// Draw everything anew.
    case redraw
}
