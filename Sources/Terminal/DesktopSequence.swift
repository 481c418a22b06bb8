/// How a terminal is asked to show a message on the desktop.
public enum DesktopSequence: String, Sendable {
    /// OSC 9, one text: iTerm2, WezTerm, Ghostty, kitty.
    case osc9
    /// OSC 777, title and text: foot, urxvt with its extension, VTE where it is patched in.
    case osc777

    /// The longest message, in characters.
    static let longest = 240

    /// The sequence that the terminal is known to understand; `nil` when it is not known to understand one.
    ///
    /// Inside tmux and screen there is none: both show what lies behind them, and hand it on only when they were set up
    /// to.
    public static func known(in environment: [String: String]) -> DesktopSequence? {
        guard environment["TMUX"] == nil, environment["STY"] == nil else { return nil }
        let type = environment["TERM"] ?? ""
        if type == "foot" || type.hasPrefix("foot-") { return .osc777 }
        let program = environment["TERM_PROGRAM"] ?? ""
        if ["iTerm.app", "WezTerm", "ghostty"].contains(program) { return .osc9 }
        return type == "xterm-kitty" || type == "xterm-ghostty" || environment["KITTY_WINDOW_ID"] != nil ? .osc9 : nil
    }

    /// What is sent. Characters that would end or change the sequence are left out; tmux gets it wrapped, so that it
    /// hands it on where that is allowed.
    func bytes(title: String, text: String, insideTmux: Bool) -> [UInt8] {
        let body: String
        switch self {
        // A text that begins with a number means something else to some terminals.
        case .osc9: body = "9;" + Self.clean("PromptChain: \(title): \(text)")
        case .osc777:
            body = "777;notify;" + Self.clean(title).replacing(";", with: ",") + ";" + Self.clean(text)
        }
        let plain = Array("\u{1B}]\(body)\u{7}".utf8)
        guard insideTmux else { return plain }
        return Array("\u{1B}Ptmux;\u{1B}".utf8) + plain + Array("\u{1B}\\".utf8)
    }

    private static func clean(_ text: String) -> String {
        let printable = text.unicodeScalars.map { scalar in
            scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) ? " " : Character(scalar)
        }
        return String(printable.prefix(longest))
    }
}
