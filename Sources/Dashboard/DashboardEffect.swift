import PromptChainCore

/// How long a model is to stay that is loaded.
public enum LoadKeepAlive: Hashable, Sendable {
    /// As the server does it by itself, or did it last.
    case asServer
    /// Seconds after its last use.
    case seconds(Double)
    /// Until somebody unloads it.
    case pinned
}

/// Everything that the dashboard can ask for, as plain data.
public enum DashboardEffect: Equatable, Sendable {
    // Servers.

    /// Load a model; `context` in tokens, `nil` leaves it to the server. Answered by `operationFinished(.load)`.
    case loadModel(server: String, model: ModelName, context: Int?, keepAlive: LoadKeepAlive = .asServer)
    /// Ask what a model takes before it is loaded. Answered by `modelOutlook`.
    case describeModel(server: String, model: ModelName)
    /// Unload a model, and watch until it is gone. Answered by `operationFinished(.unload)`.
    case unloadModel(server: String, model: ModelName)
    /// Unload every model of a server. Answered by `operationFinished(.unloadAll)`.
    case unloadAll(server: String)
    /// List what a server has on disk. Answered by `installedModels` or `installedModelsFailed`.
    case listInstalled(server: String)
    /// Poll a server now.
    case refresh(server: String)
    /// Download a model. Answered by `pullProgress`, then `operationFinished(.pull)`.
    case pullModel(server: String, model: ModelName)
    /// Delete a model from a server's disk. Answered by `operationFinished(.delete)`.
    case deleteModel(server: String, model: ModelName)
    /// Set how long a loaded model stays: seconds after its last use, negative until somebody unloads it, `nil` what
    /// the server does by itself. Answered by `operationFinished(.keepAlive)`.
    case setKeepAlive(server: String, model: ModelName, seconds: Double?)

    // Chains.

    /// Look for chain files. Answered by `chainFiles`.
    case listChainFiles
    /// Start a chain with an input. Answered by `runEvents`; by `operationFinished(.startRun)` when it cannot start.
    case startRun(path: String, input: String)
    /// End the running chain; its clean-up follows. Answered by `runEvents` and `runEnded`.
    case stopRun
    /// Read the text of a step that came in outline. Answered by `feed(.wholeStep)`.
    case readStep(Int)

    // Recorded runs.

    /// List the recorded runs. Answered by `recordedRuns` or `recordedRunsFailed`.
    case listRuns
    /// Show a recorded run. Answered by `runOpened` and what its feed posts; by a notice when it cannot be shown.
    case openRun(id: String)
    /// End the reading of the recorded run that is shown.
    case leaveRun
    /// Go on with a recorded run. Answered by `runLeft` and `runEvents`; by `operationFinished(.startRun)`, with the
    /// identifier as the path, when it may not.
    case resumeRun(id: String)

    // Texts.

    /// Ask the file of the log's older lines.
    case log(LogRequest)
    /// Let a component, or all of them, write lines of a level. Fewer lines than the program was started with are not
    /// written by this.
    case setLogLevel(component: String?, LogLine.Level)
    /// Write a text to a file. Answered by `textSaved`.
    case saveText(TextSaving)
    /// Write a text to a file of its own for a pager. Answered by `textPaged`, or by a notice. `fromEnd` begins to read
    /// at its end.
    case writePaged(PaneText, fromEnd: Bool)
    /// Remove a file that a pager has shown.
    case forgetPaged(String)

    // The program.

    /// Seconds between two polls.
    case setInterval(Double)
    /// Stop polling, or go on.
    case pausePolling(Bool)
    /// Read a theme. Answered by `themeLoaded`, or by a notice.
    case selectTheme(String)
    /// Keep which panes are shown and how large, for the next time. Answered by a notice when that fails.
    case saveLayout(PaneLayout)
    /// Clean up, ending a running chain where `stopRun` says so. Answered by `shutdownComplete`.
    case quit(stopRun: Bool)

    /// Start the program that the configuration names, with a message.
    case startNotifier(Alert)
    /// See which themes there are. Answered by `themes`.
    case listThemes

    // The screen; answered by the loop itself.

    /// Put a text on the terminal's clipboard.
    case copy(String)
    /// Switch the reporting of the mouse on or off.
    case mouse(Bool)
    /// Give the terminal back until the user returns.
    case suspend
    /// Leave the terminal to the first of some programs that there is, until it ends. Answered by `programEnded`.
    case page([[String]])
    /// Draw everything anew.
    case redraw
    /// Ring the bell.
    case ring
    /// Show a message on the desktop, where the terminal can.
    case showOnDesktop(Alert)
}
