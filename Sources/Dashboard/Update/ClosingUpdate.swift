/// The ways in which the dashboard ends.
enum ClosingUpdate {
    /// The user wants to quit: asks only while a chain runs.
    static func ask(_ state: inout DashboardState) -> [DashboardEffect] {
        guard let run = state.run, !run.hasEnded, run.isRunning else { return close(stopRun: false, &state) }
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

    /// The first signal cleans up, the second one ends at once.
    static func signal(_ number: Int32, _ state: inout DashboardState) -> [DashboardEffect] {
        state.exitSignal = state.exitSignal ?? number
        guard state.closing == .open else {
            state.closing = .finished
            return []
        }
        return close(stopRun: true, &state)
    }

    /// Nobody looks any more; the clean-up goes on without the dashboard.
    static func terminalClosed(_ state: inout DashboardState) -> [DashboardEffect] {
        let effects: [DashboardEffect] = state.closing == .open ? [.quit(stopRun: true)] : []
        state.closing = .finished
        return effects
    }
}
