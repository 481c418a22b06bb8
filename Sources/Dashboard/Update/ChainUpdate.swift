/// Starting and stopping chains, and moving between steps.
enum ChainUpdate {
    static func perform(_ action: KeyAction, _ state: inout DashboardState) -> [DashboardEffect] {
        switch action {
        case .run: return openFiles(&state)
        case .stop: askStop(&state)
        default: break
        }
        return []
    }

    /// A chain that was chosen: its faults, or a page for its input.
    static func choose(_ file: ChainFileSummary, _ state: inout DashboardState) {
        guard file.isUsable else {
            let lines = file.faults.flatMap { fault -> [MessageDialog.Line] in
                let place = fault.line > 0 ? "\(fault.line):\(fault.column)" : "file"
                let role: ThemeRole = fault.severity == .error ? .error : .warning
                return [MessageDialog.Line(label: place, text: fault.message, role: role)]
                    + (fault.hint.map { [MessageDialog.Line(text: $0, role: .muted)] } ?? [])
            }
            state.dialogs.append(
                .message(MessageDialog(title: "\(file.name) cannot run: \(file.path)", lines: lines)))
            return
        }
        let steps = Count.text(file.steps.count, "step")
        state.dialogs.append(
            .input(
                InputDialog(
                    purpose: .runInput(path: file.path), title: "Input for \(file.name)",
                    explanation: "what {input} of the first of \(steps) becomes; paste works",
                    editor: TextEditor(isMultiline: true))))
    }

    static func move(_ action: KeyAction, _ state: inout DashboardState) {
        guard let run = state.run else { return }
        let page = state.layout.content(of: .chain).height / 3
        let index = (state.shownStep ?? run.currentStep).map { $0 - 1 }
        guard let next = ListMove.index(after: action, from: index, count: run.steps.count, page: page) else { return }
        state.show(step: next + 1)
    }

    private static func openFiles(_ state: inout DashboardState) -> [DashboardEffect] {
        if let reason = state.reasonAgainstRunning {
            state.say(.info, reason.text, hint: reason.hint)
            return []
        }
        guard state.run?.isRunning != true else {
            state.say(.warning, "a chain is running", hint: "\(state.keys.key(of: .stop)) stops it")
            return []
        }
        state.dialogs.append(.picker(PickerDialog(purpose: .chain)))
        return [.listChainFiles]
    }

    private static func askStop(_ state: inout DashboardState) {
        if let feed = state.feed, !feed.canStop, state.run?.isRunning == true {
            let isReplay = feed.replay != nil
            return state.say(
                .info, isReplay ? "a replay cannot be stopped" : "what runs here cannot be stopped from here",
                hint: isReplay
                    ? "\(state.keys.key(of: .replayPause)) pauses it" : "only the program that tells of it can do that")
        }
        guard let run = state.run, run.isRunning else {
            state.say(
                .info, "no chain is running", hint: state.feed == nil ? "\(state.keys.key(of: .run)) runs one" : nil)
            return
        }
        guard !run.isStopping else {
            state.say(.info, "it is already being stopped")
            return
        }
        state.dialogs.append(
            .confirm(
                ConfirmDialog(
                    purpose: .stopRun, title: "Stop \(run.chain)?",
                    text: "Step \(run.currentStep ?? 1) of \(run.steps.count) ends here; what it has written stays.",
                    yes: "stop it", no: "go on")))
    }
}

extension DashboardState {
    /// The step whose text is shown.
    var outputStep: Int? {
        guard let run else { return nil }
        return shownStep ?? run.currentStep
    }

    var shownText: TextBuffer? { sentPrompt?.text ?? outputStep.flatMap { run?.step($0)?.text } }

    /// Shows the text of a step; showing the one that runs follows the run again.
    mutating func show(step: Int) {
        let shown = outputStep
        shownStep = run?.isRunning == true && step == run?.currentStep ? nil : step
        if shown != outputStep { outputScroll.follow() }
    }
}
