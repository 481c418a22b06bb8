import PromptChainCore

/// A dialog; the topmost one gets the keys.
enum Dialog: Equatable, Sendable {
    case help(HelpDialog)
    case picker(PickerDialog)
    case input(InputDialog)
    case confirm(ConfirmDialog)
    case message(MessageDialog)
    case panes(PanesDialog)
    case why(WhyDialog)
}

/// The list of all keys.
struct HelpDialog: Equatable, Sendable {
    var top = 0
}

/// A question that is answered by yes or no.
struct ConfirmDialog: Equatable, Sendable {
    /// What happens on yes.
    enum Purpose: Equatable, Sendable {
        case unloadAll(server: String)
        case delete(ModelIdentity)
        case stopRun
        case resume(RecordedRunSummary)
        case replaceFile(PaneTextChoice, path: String)
        case quit
    }

    var purpose: Purpose
    var title: String
    var text: String
    /// What yes does, as a verb.
    var yes: String
    /// What no does, as a verb.
    var no: String
}

/// Something to read.
struct MessageDialog: Equatable, Sendable {
    /// A line with a name in front of it, or one without.
    struct Line: Equatable, Sendable {
        var label: String = ""
        var text: String
        var role = ThemeRole.text
    }

    var title: String
    var lines: [Line]
    var top = 0
}

/// A field or a page to write in.
struct InputDialog: Equatable, Sendable {
    /// What happens with the text.
    enum Purpose: Equatable, Sendable {
        /// It becomes the input of a chain.
        case runInput(path: String)
        /// It names a model to download.
        case pull(server: String)
        /// It names the file that a text is saved to.
        case saveText(PaneTextChoice)
    }

    var purpose: Purpose
    var title: String
    var explanation: String
    var editor: TextEditor
}

/// A list to choose from; typing filters it.
struct PickerDialog: Equatable, Sendable {
    /// What is chosen.
    enum Purpose: Equatable, Sendable {
        case load
        case chain
        case history
        case keepAlive(ModelIdentity)
        /// `original` is what Escape goes back to.
        case theme(original: String)
    }

    /// Contexts offered for a load, in tokens; `nil` leaves it to the server.
    static let contexts: [Int?] = [nil, 4096, 8192, 16_384, 32_768, 65_536, 131_072, 262_144]

    var purpose: Purpose
    var filter = TextEditor(isMultiline: false)
    /// The item that is selected, by its identifier; the first one when it is not there.
    var selection: String?
    /// The place in `contexts`; -1 is the largest that fits.
    var contextIndex = 0
    /// How long a model is to stay that is loaded: the place in `keepAlives`.
    var keepIndex = 0

    static let keepAlives: [(name: String, value: LoadKeepAlive)] = [
        ("as the server has it", .asServer), ("5m", .seconds(300)), ("30m", .seconds(1800)), ("2h", .seconds(7200)),
        ("24h", .seconds(86_400)), ("pinned", .pinned),
    ]

    var keepAlive: LoadKeepAlive { Self.keepAlives[keepIndex].value }

    /// The context to load a model with, in tokens; `nil` leaves it to the server.
    func context(for identity: ModelIdentity, in state: DashboardState) -> Int? {
        guard contextIndex < 0 else {
            return Self.contexts.indices.contains(contextIndex) ? Self.contexts[contextIndex] : nil
        }
        return LoadPlan(identity, context: nil, in: state).flatMap { $0.largestBeside ?? $0.largestAlone }
    }
}
