import CellScreen
import Foundation
import PromptChainCore

/// Which text of the panes is meant, also when another step is shown meanwhile.
enum PaneTextChoice: Equatable, Sendable {
    case log
    /// What a step has written, or what it was asked.
    case answer(step: Int), prompt(step: Int)

    /// The text of the pane that has the focus; `nil` when there is none.
    init?(_ state: DashboardState) {
        if state.focus == .log {
            self = .log
        } else if let sent = state.sentPrompt {
            self = .prompt(step: sent.step)
        } else if let step = state.outputStep {
            self = .answer(step: step)
        } else {
            return nil
        }
    }

    /// What it is called in sentences.
    var name: String {
        switch self {
        case .log: "the log"
        case .answer(let step): "the text of step \(step)"
        case .prompt(let step): "the prompt of step \(step)"
        }
    }

    /// The text itself; `nil` when there is none.
    func text(in state: DashboardState) -> PaneText? {
        switch self {
        case .log: return state.log.kept.isEmpty ? nil : .log(kept: state.log.kept, filter: state.log.filter)
        case .prompt(let number):
            guard let step = state.run?.step(number) else { return nil }
            let words = SentPrompt(step: number, of: step).words
            return words.isEmpty ? nil : .text(words + "\n")
        case .answer(let step):
            guard let lines = state.run?.step(step)?.text.lines, !lines.isEmpty else { return nil }
            return .text(lines.map(\.text).joined(separator: "\n") + "\n")
        }
    }

    /// The name of a file that nobody has to think about.
    func fileName(in state: DashboardState) -> String {
        let time = Timestamp.text(Date(timeIntervalSince1970: state.clock + Double(state.utcOffset))).prefix(19)
        let words =
            switch self {
            case .log: "promptchain log"
            case .answer(let step): "\(state.run?.chain ?? "chain") step \(step)"
            case .prompt(let step): "\(state.run?.chain ?? "chain") step \(step) prompt"
            }
        let plain = words.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
        return "\(String(plain))-\(time.filter { $0 != ":" }).txt"
    }
}

/// Texts of panes on their way out of the dashboard: saved to a file, or read in a pager.
enum PaneTextUpdate {
    static func perform(_ action: KeyAction, _ state: inout DashboardState) -> [DashboardEffect] {
        guard let choice = PaneTextChoice(state), let text = choice.text(in: state) else {
            state.say(.info, "there is nothing to \(action == .saveText ? "save" : "read") yet")
            return []
        }
        guard action == .openPager else {
            askForName(of: choice, &state)
            return []
        }
        guard state.hasTerminal else {
            state.say(
                .info, "a pager needs a terminal", hint: "\(state.keys.key(of: .saveText)) saves the text to a file")
            return []
        }
        guard state.paged == nil else { return [] }
        return [.writePaged(text, fromEnd: choice == .log && state.log.isFollowing)]
    }

    /// A name was written.
    static func save(_ choice: PaneTextChoice, to path: String, replacing: Bool, _ state: inout DashboardState)
        -> [DashboardEffect]
    {
        guard !path.isEmpty, let text = choice.text(in: state) else {
            state.say(.warning, "nothing is saved: write the name of a file first")
            return []
        }
        state.dialogs = []
        return [.saveText(TextSaving(path: path, choice: choice, text: text, replaces: replacing))]
    }

    static func take(_ saving: TextSaving, _ outcome: TextSavingOutcome, _ state: inout DashboardState) {
        switch outcome {
        case .saved(let path, let bytes):
            let size = bytes < 1 << 20 ? Count.text(bytes, "byte") : ByteCount.text(Int64(bytes))
            state.report(.info, "saved \(saving.choice.name) to \(path): \(size)")
        case .failed(let reason, let hint): state.report(.warning, reason, hint: hint)
        case .exists(let path):
            state.dialogs.append(
                .confirm(
                    ConfirmDialog(
                        purpose: .replaceFile(saving.choice, path: saving.path), title: "Replace the file?",
                        text: "\(path) is there already; what it holds would be gone.", yes: "replace it",
                        no: "leave it")))
        }
    }

    /// The file for the pager is ready.
    static func page(_ text: PagedText, _ state: inout DashboardState) -> [DashboardEffect] {
        state.paged = text.path
        return [.page(text.commands.map { $0 + [text.path] })]
    }

    /// The pager has ended, or never began.
    static func pagerEnded(_ end: ProgramEnd, _ state: inout DashboardState) -> [DashboardEffect] {
        switch end {
        case .exited(0), .signalled: break
        case .exited(let status): state.say(.warning, "the pager ended with status \(status)")
        case .notStarted(let reason):
            state.report(.warning, "the pager cannot be started: \(reason)", hint: "PAGER names another one")
        }
        defer { state.paged = nil }
        return [.redraw] + (state.paged.map { [.forgetPaged($0)] } ?? [])
    }

    private static func askForName(of choice: PaneTextChoice, _ state: inout DashboardState) {
        let folder = state.saveFolder.isEmpty ? "" : state.saveFolder + "/"
        var explanation = "~/ is your folder; before a file is replaced you are asked"
        if choice == .log, let words = state.log.filter.words { explanation = "as the filter shows it: \(words)" }
        if case .answer(let step) = choice, let gone = state.run?.step(step)?.text.droppedBytes, gone > 0 {
            explanation = "what is in memory: its first \(SizeText.short(Int64(gone))) are gone"
        }
        state.dialogs.append(
            .input(
                InputDialog(
                    purpose: .saveText(choice), title: "Save \(choice.name)", explanation: explanation,
                    editor: TextEditor(isMultiline: false, text: folder + choice.fileName(in: state)))))
    }
}
