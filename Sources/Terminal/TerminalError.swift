/// Why a screen could not be opened.
public enum TerminalError: Error, Equatable, Sendable {
    /// There is no terminal at this path; the number is `errno`.
    case noTerminal(path: String, code: Int32)
    /// The environment names no terminal type.
    case noType
    /// The machine has no description of this terminal type.
    case unknownType(String)
    /// The terminal cannot place text where it is wanted.
    case incapable(type: String)
    /// The machine's character set has no Unicode.
    case noUnicode
    /// Another screen is open in this process.
    case alreadyOpen
    /// The operating system refused something; the number is `errno`.
    case system(what: String, code: Int32)

    /// What went wrong, as a sentence.
    public var message: String {
        switch self {
        case .noTerminal(let path, _): "There is no terminal here: \(path) cannot be opened."
        case .noType: "TERM is not set, so the kind of terminal is not known."
        case .unknownType(let type): "The terminal type “\(type)” (TERM) is not known on this machine."
        case .incapable(let type):
            "A terminal of type “\(type)” (TERM) cannot show a dashboard: it has no cursor movement."
        case .noUnicode: "The character set of this machine cannot show the dashboard: there is no UTF-8 locale."
        case .alreadyOpen: "A screen is already open in this process."
        case .system(let what, let code): "\(what) failed (error \(code))."
        }
    }

    /// What the user can do about it, as a sentence.
    public var hint: String {
        switch self {
        case .noTerminal: "Run it in a terminal, or ask for text: watch --screen 100x30, run --plain, or --json."
        case .noType, .unknownType, .incapable:
            "Try TERM=xterm-256color, or ask for text with --screen 100x30, --plain or --json."
        case .noUnicode: "Install the locale C.UTF-8, or set LC_ALL to a UTF-8 locale."
        case .alreadyOpen: "Close the first screen before the second is opened."
        case .system: "Ask for text with --screen 100x30, --plain or --json."
        }
    }
}

extension TerminalError: CustomStringConvertible {
    /// The sentence and the hint.
    public var description: String { "\(message) \(hint)" }
}
