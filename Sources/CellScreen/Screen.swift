/// How many colours a screen can show.
public enum ColorDepth: Int, Equatable, Sendable, Comparable, CaseIterable {
    /// Attributes only.
    case none = 0
    /// The 16 colours that a terminal defines (some have only 8).
    case ansi16 = 16
    /// The 256-colour palette.
    case palette256 = 256
    /// 24-bit colour.
    case trueColor = 16_777_216

    /// Whether one depth shows fewer colours than another.
    public static func < (left: ColorDepth, right: ColorDepth) -> Bool { left.rawValue < right.rawValue }
}

/// What shows a buffer and reports input. It belongs to one thread and never leaves it.
public protocol Screen: AnyObject {
    /// The extent in cells.
    var size: Size { get }
    /// The colours that it can show.
    var colorDepth: ColorDepth { get }
    /// Waits until input is there, another thread calls for the loop, or the time is over; then returns what came.
    /// - Parameter milliseconds: how long to wait at most; `nil` waits for ever, 0 does not wait.
    func waitForInput(milliseconds: Int?) -> [InputEvent]
    /// Shows a buffer, writing only what differs from the one shown before.
    func present(_ buffer: CellBuffer)
    /// Forgets what is shown, so that the next `present` writes everything.
    func invalidate()
    /// Switches the reporting of the mouse on or off.
    func setMouse(_ enabled: Bool)
    /// Leaves the program stopped until the user brings it back (Ctrl-Z), with the terminal given back meanwhile.
    func suspend()
    /// Leaves the terminal to another program until it ends, which is reported as input: the first one of `commands`
    /// that there is, each with its arguments. Meanwhile nothing is shown and no key is read.
    func lend(to commands: [[String]])
    /// Whether another program has the terminal.
    var isLent: Bool { get }
    /// Writes a string straight to the terminal's clipboard (OSC 52), where that is possible.
    func copyToClipboard(_ text: String)
    /// Rings the terminal's bell.
    func ring()
    /// Shows a message outside the terminal, where it can do that.
    func notify(title: String, text: String)
}
