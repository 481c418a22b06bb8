import PromptChainCore

/// Recorded runs in the dashboard: one is chosen from a list, looked at, gone on with, and left again.
enum VisitUpdate {
    /// Opens the list.
    static func list(_ state: inout DashboardState) -> [DashboardEffect] {
        if state.recordedRuns == nil { state.recordedRuns = .asked }
        state.dialogs.append(.picker(PickerDialog(purpose: .history)))
        return [.listRuns]
    }

    /// Asks for a run that was chosen.
    static func choose(_ run: RecordedRunSummary, _ state: inout DashboardState) -> [DashboardEffect] {
        guard !isBusy(&state) else { return [] }
        state.dialogs = []
        return [.openRun(id: run.id)]
    }

    /// A run is shown from now on.
    static func begin(_ run: RecordedRunSummary, _ feed: FeedDescription, _ state: inout DashboardState) {
        leave(&state)
        state.log.forgetQuestions()
        state.visit = Visit(
            run: run, servers: state.servers, log: state.log, isReadOnly: state.isReadOnly,
            chainTitle: state.chainTitle, live: state.run, shownStep: state.shownStep)
        state.feed = FeedState(feed)
        forgetRun(&state)
        // What is shown of servers is what was; nothing can be asked of that.
        guard state.feed?.replay != nil else { return }
        state.servers = ServersState([])
        state.log = LogState()
        state.isReadOnly = true
    }

    /// Goes back to what was shown before.
    static func leave(_ state: inout DashboardState) {
        guard let visit = state.visit else { return }
        state.visit = nil
        if state.feed?.replay != nil {
            state.servers = visit.servers
            state.log = visit.log
        }
        state.feed = nil
        forgetRun(&state)
        state.run = visit.live
        state.shownStep = visit.shownStep
        state.chainTitle = visit.chainTitle
        state.isReadOnly = visit.isReadOnly
    }

    /// Asks whether to go on with a run.
    static func askResume(_ run: RecordedRunSummary, _ state: inout DashboardState) {
        if state.visit?.isReadOnly ?? state.isReadOnly {
            return state.say(.warning, "read-only: runs cannot be gone on with")
        }
        guard !isBusy(&state) else { return }
        guard run.canGoOn else {
            let reason = run.state == .running ? "still runs" : "is \(run.word)"
            return state.say(.info, "run \(run.id) \(reason): there is nothing to go on with")
        }
        state.dialogs.append(
            .confirm(
                ConfirmDialog(
                    purpose: .resume(run), title: "Go on with \(run.chain)?",
                    text: "Run \(run.number) \(run.word == "died" ? "died" : "was \(run.word)") with "
                        + "\(run.stepsDone) of \(Count.text(run.steps, "step")) done; their outputs are kept.",
                    yes: "go on", no: "leave it")))
    }

    /// Goes on with a run.
    static func resume(_ run: RecordedRunSummary, _ state: inout DashboardState) -> [DashboardEffect] {
        state.dialogs = []
        state.pending.begin(.startRun(path: run.id), at: state.uptime)
        return [.resumeRun(id: run.id)]
    }

    // The dashboard has room for one run.
    private static func isBusy(_ state: inout DashboardState) -> Bool {
        guard state.run?.isRunning == true, state.feed == nil else { return false }
        state.say(.warning, "a chain is running", hint: "\(state.keys.key(of: .stop)) stops it")
        return true
    }

    private static func forgetRun(_ state: inout DashboardState) {
        state.run = nil
        state.shownStep = nil
        state.outputScroll = ScrollState()
        state.outputSearch = TextSearch()
    }
}
