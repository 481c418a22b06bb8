import CellScreen
import Foundation
import PromptChainCore

/// A key goes to the topmost dialog, to the line that is being written, or to the pane that has the focus.
enum KeyUpdate {
    static func press(_ stroke: KeyStroke, _ state: inout DashboardState) -> [DashboardEffect] {
        guard state.closing == .open else {
            if state.keys.binding(for: stroke, in: .models)?.action == .quit { state.closing = .finished }
            return []
        }
        if !state.dialogs.isEmpty { return DialogUpdate.press(stroke, &state) }
        if state.prompt != nil { return PromptUpdate.press(stroke, &state) }
        if state.commandLine != nil { return CommandLineUpdate.press(stroke, &state) }
        let ofReplay = state.feed?.replay == nil ? nil : state.keys.binding(for: stroke, in: .replay)
        guard let binding = ofReplay ?? state.keys.binding(for: stroke, in: state.focus.context) else {
            sayWhereItWorks(stroke, &state)
            return []
        }
        if binding.action == .run, let visit = state.visit {
            VisitUpdate.askResume(visit.run, &state)
            return []
        }
        return perform(binding, pressing: binding.keys, &state)
    }

    /// Does what a key or a command means, unless nothing may be changed.
    static func perform(
        _ binding: KeyBinding, pressing keys: String, _ state: inout DashboardState
    ) -> [DashboardEffect] {
        if binding.changes, state.isReadOnly {
            state.say(.warning, "read-only: \(keys) is switched off")
            return []
        }
        return perform(binding, &state)
    }

    /// A key of another pane is not swallowed without a word.
    private static func sayWhereItWorks(_ stroke: KeyStroke, _ state: inout DashboardState) {
        let panes = PaneID.allCases.filter { pane in
            state.keys.binding(for: stroke, in: pane.context).map { $0.pane == nil || $0.pane == pane } ?? false
        }
        guard let pane = panes.first else { return }
        let names = panes.map(\.title).joined(separator: " and ")
        state.say(
            .info, "\(stroke.description) works in \(names)", hint: "\(state.keys.key(of: .focus(pane))) goes there")
    }

    private static func perform(_ binding: KeyBinding, _ state: inout DashboardState) -> [DashboardEffect] {
        switch binding.action {
        case .load, .unload, .unloadAll, .keepAlive, .pull, .delete:
            return OperatorUpdate.perform(binding, &state)
        case .history: return VisitUpdate.list(&state)
        case .run, .stop: return ChainUpdate.perform(binding.action, &state)
        case .up, .down, .pageUp, .pageDown, .first, .last: MoveUpdate.perform(binding.action, &state)
        case .search, .filter, .nextMatch, .previousMatch, .filterLines: PromptUpdate.perform(binding.action, &state)
        case .logLevel, .sentPrompt, .previousStep, .nextStep, .copyText:
            return TextUpdate.perform(binding.action, &state)
        case .saveText, .openPager: return PaneTextUpdate.perform(binding.action, &state)
        case .showInLog: EventLineUpdate.perform(&state)
        case .details: DetailsUpdate.open(&state)
        case .sort:
            state.models.order = state.models.order.next
            state.say(.info, "sorted by \(state.models.order.word)")
        case .reverse:
            state.models.isReversed.toggle()
            state.say(.info, "sorted by \(state.models.order.word)\(state.models.isReversed ? ", reversed" : "")")
        case .focusNext: FocusUpdate.step(1, &state)
        case .focusPrevious: FocusUpdate.step(-1, &state)
        case .focus(let pane): FocusUpdate.go(to: pane, &state)
        case .zoom: state.isZoomed.toggle()
        case .why: WhyUpdate.open(&state)
        case .help: state.dialogs.append(.help(HelpDialog()))
        case .quit: return ClosingUpdate.ask(&state)
        case .chooseTheme, .toggleMouse, .togglePause, .slower, .faster, .redraw, .suspend, .dismiss:
            return SettingsUpdate.perform(binding.action, &state)
        case .replayPause, .replayBack, .replayForward, .replayPreviousStep, .replayNextStep, .replayStart, .replayEnd,
            .replayFaster, .replaySlower:
            ReplayUpdate.perform(binding.action, &state)
        case .command: CommandLineUpdate.open(&state)
        case .cursorBack, .cursorOn, .cursorFarBack, .cursorFarOn, .cursorEnd:
            LookbackUpdate.perform(binding.action, &state)
        case .choosePanes: PanesUpdate.open(&state)
        case .spanShorter, .spanLonger: ResidencyUpdate.perform(binding.action, &state)
        case .paneToggle, .paneWider, .paneNarrower, .paneHigher, .paneLower, .panesReset, .accept, .cancel, .yes, .no,
            .contextLess, .contextMore, .deleteItem, .resumeItem, .keepMore, .keepLess, .completeNext,
            .completePrevious:
            break
        }
        return []
    }
}

extension DashboardState {
    /// Shows a passing notice.
    mutating func say(_ severity: NoticeSeverity, _ text: String, hint: String? = nil) {
        notices.add(severity, text, hint: hint, at: uptime)
    }

    /// Shows a passing notice of something that happened, and keeps it in the log to look back at.
    mutating func report(_ severity: NoticeSeverity, _ text: String, hint: String? = nil) {
        say(severity, text, hint: hint)
        let level: LogLine.Level =
            switch severity {
            case .info: .info
            case .warning: .warning
            case .error: .error
            }
        log.add(
            LogLine(
                time: Date(timeIntervalSince1970: clock), level: level, component: "notice",
                message: text + (hint.map { " — \($0)" } ?? "")))
    }
}
