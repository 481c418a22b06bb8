/// The ways in which the dashboard ends.
enum ClosingUpdate {
    /// The user wants to quit: asks only while a chain runs.
    static func ask(_ state: inout DashboardState) -> [DashboardEffect] {
        // A run of another process goes on without us.
        guard state.feed == nil, let run = state.run, !run.hasEnded, run.isRunning else {
            return close(stopRun: false, &state)
        }
        state.dialogs.append(
            .confirm(
                ConfirmDialog(
                    purpose: .quit, title: "Quit while \(run.chain) runs?",
                    text: "The chain is stopped at step \(run.currentStep ?? 1) of \(run.steps.count), and the models "
                        + "that it loaded are unloaded.",
                    yes: "stop it and quit", no: "stay")))
        return []
    }

    /// What was asked because a chain ran answers itself when the run is over: who wanted to quit quits, and there is
    /// nothing left to stop.
    static func afterRun(_ state: inout DashboardState) -> [DashboardEffect] {
        guard state.run?.isRunning == false else { return [] }
        func asks(_ purpose: ConfirmDialog.Purpose) -> (Dialog) -> Bool {
            { if case .confirm(let dialog) = $0 { dialog.purpose == purpose } else { false } }
        }
        if state.dialogs.contains(where: asks(.quit)) { return close(stopRun: false, &state) }
        state.dialogs.removeAll(where: asks(.stopRun))
        return []
    }

    static func close(stopRun: Bool, _ state: inout DashboardState) -> [DashboardEffect] {
        state.dialogs = []
        state.prompt = nil
        state.closing = .cleaningUp
        return [.quit(stopRun: stopRun)]
    }

    /// The number of SIGHUP, the same everywhere.
    private static let hangUp: Int32 = 1

    private static func leave(_ state: inout DashboardState) {
        state.isLeftRunning = true
        state.closing = .finished
    }

    /// The first signal cleans up, the second one ends at once.
    static func signal(_ number: Int32, _ state: inout DashboardState) -> [DashboardEffect] {
        if number == hangUp, state.leavesRunGoing {
            leave(&state)
            return []
        }
        state.exitSignal = state.exitSignal ?? number
        guard state.closing == .open else {
            state.closing = .finished
            return []
        }
        return close(stopRun: true, &state)
    }

    /// Nobody looks any more; the clean-up goes on without the dashboard.
    static func terminalClosed(_ state: inout DashboardState) -> [DashboardEffect] {
        if state.leavesRunGoing {
            leave(&state)
            return []
        }
        let effects: [DashboardEffect] = state.closing == .open ? [.quit(stopRun: true)] : []
        state.closing = .finished
        return effects
    }
}

extension DashboardState {
    /// Whether a run is going on here that is to outlive the terminal. One that is being stopped is not.
    fileprivate var leavesRunGoing: Bool {
        guard outlivesTerminal, closing == .open, feed == nil else { return false }
        if let run, run.isRunning { return !run.isStopping }
        return run?.hasEnded != true && isStarting
    }

    /// Whether a chain is about to begin.
    private var isStarting: Bool {
        let isAsked = pending.entries.contains { if case .startRun = $0.operation { true } else { false } }
        return isAsked || (run == nil && chainTitle != nil)
    }
}
