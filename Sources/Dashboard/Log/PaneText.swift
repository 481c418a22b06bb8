/// The text of a pane, for a file or a pager.
public enum PaneText: Equatable, Sendable {
    /// The log: older lines from the file, then those in memory, as a filter shows them.
    case log(kept: [LogEntry], filter: LogFilter)
    /// A text as it is.
    case text(String)
}

/// A text that is to be saved.
public struct TextSaving: Equatable, Sendable {
    /// The file; `~/` is the user's folder.
    public var path: String
    /// What it is, and so what it is called in sentences.
    var choice: PaneTextChoice
    /// What is saved.
    public var text: PaneText
    /// Whether a file that is there may be replaced.
    public var replaces: Bool

    /// A text to save, as the log shows it.
    public init(path: String, text: PaneText, replaces: Bool = false) {
        self.init(path: path, choice: .log, text: text, replaces: replaces)
    }

    init(path: String, choice: PaneTextChoice, text: PaneText, replaces: Bool) {
        self.path = path
        self.choice = choice
        self.text = text
        self.replaces = replaces
    }
}

/// What came of saving a text.
public enum TextSavingOutcome: Equatable, Sendable {
    /// It is in the file, whose whole path this is; so many bytes.
    case saved(path: String, bytes: Int)
    /// There is a file already.
    case exists(path: String)
    /// It failed, why, and what helps.
    case failed(String, hint: String?)
}

/// A file that is ready to be read in a pager.
public struct PagedText: Equatable, Sendable {
    /// The file; it is removed when the pager ends.
    public var path: String
    /// The programs to try, each with its arguments.
    public var commands: [[String]]

    /// A file for a pager.
    public init(path: String, commands: [[String]]) {
        self.path = path
        self.commands = commands
    }
}
