import CellScreen
import PromptChainCore

/// Everything that can happen to the dashboard.
public enum DashboardMessage: Equatable, Sendable {
    // From the terminal.

    /// A key was pressed.
    case key(KeyStroke)
    /// Text was pasted as one piece.
    case paste(String)
    /// The mouse did something.
    case mouse(MouseEvent)
    /// The screen has a new size.
    case resized(Size)
    /// The program was brought back after a suspend.
    case resumed
    /// The program has ended that had the terminal.
    case programEnded(ProgramEnd)
    /// SIGINT, SIGTERM or SIGHUP, by number.
    case signal(Int32)
    /// The terminal is gone.
    case terminalClosed
    /// Time has passed. `uptime` is monotonic seconds, `clock` seconds since 1970.
    case tick(uptime: Double, clock: Double)

    // From the servers.

    /// A server became known after the start, or more is known about what it can do.
    case serverFound(ServerDescription)
    /// A reading of a server.
    case snapshot(ServerSnapshot)
    /// What a server has on disk.
    case installedModels(server: String, [InstalledModel])
    /// A server could not say what it has on disk.
    case installedModelsFailed(server: String, reason: String, hint: String?)
    /// What a model takes before it is loaded, as far as it is known.
    case modelOutlook(server: String, ModelOutlook)
    /// Something that was asked for has begun.
    case operationStarted(DashboardOperation)
    /// Something that was asked for is over.
    case operationFinished(DashboardOperation, OperationOutcome)
    /// How far a download has come; `fraction` is 0…1 where it is known.
    case pullProgress(server: String, model: ModelName, status: String, fraction: Double?)

    // From chains.

    /// The chain files that were found, good and bad alike.
    case chainFiles([ChainFileSummary])
    /// What happened in a run, in order.
    case runEvents([ChainEventRecord])
    /// Nothing more will come from a run, and its clean-up is done.
    case runEnded(run: String)
    /// What becomes known of a run that somebody else runs, beside its events.
    case feed(FeedNews)

    // From recorded runs.

    /// The newest recorded runs, newest first.
    case recordedRuns([RecordedRunSummary])
    /// The recorded runs could not be listed.
    case recordedRunsFailed(reason: String, hint: String?)
    /// A recorded run is shown from now on; its events follow.
    case runOpened(RecordedRunSummary, FeedDescription)
    /// The recorded run is not shown any more.
    case runLeft

    // From the program itself.

    /// A line of the log.
    case log(LogLine)
    /// What the file of the log's older lines answers.
    case logAnswer(LogAnswer)
    /// A text was saved, or not.
    case textSaved(TextSaving, TextSavingOutcome)
    /// A text is ready for a pager.
    case textPaged(PagedText)
    /// Something that the user should see now.
    case notice(severity: NoticeSeverity, text: String, hint: String?)
    /// The names of the themes that can be chosen.
    case themes([String])
    /// A theme was read and is used from now on.
    case themeLoaded(Theme)
    /// Everything that had to be cleaned up is; the dashboard may close.
    case shutdownComplete

    /// Messages with the same key replace each other while unread; `nil` when none may be lost.
    public var coalescingKey: String? {
        switch self {
        case .tick: "tick"
        case .resized: "resized"
        case .snapshot(let snapshot): "snapshot/\(snapshot.name)"
        case .installedModels(let server, _): "installed/\(server)"
        case .pullProgress(let server, let model, _, _): "pull/\(server)/\(model.canonical)"
        case .chainFiles: "chainFiles"
        case .themes: "themes"
        case .recordedRuns, .recordedRunsFailed: "recordedRuns"
        case .feed(.badLines): "feed/badLines"
        default: nil
        }
    }

    /// Takes a neighbour into the message before it, so that a busy run costs one update a frame.
    /// - Returns: whether it did; they stay two otherwise.
    public static func join(_ newer: DashboardMessage, into older: inout DashboardMessage) -> Bool {
        guard case .runEvents(let more) = newer, case .runEvents(var events) = older else { return false }
        // Nobody else has the events now, so that they are not copied.
        older = .runEvents([])
        events += more
        older = .runEvents(events)
        return true
    }
}

/// How grave a notice is.
public enum NoticeSeverity: String, Equatable, Sendable {
    /// Something went well, or is worth knowing.
    case info
    /// Something did not go as asked, and nothing is broken.
    case warning
    /// Something failed.
    case error
}
