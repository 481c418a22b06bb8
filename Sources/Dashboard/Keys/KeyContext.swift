/// Where a key means something.
enum KeyContext: Int, CaseIterable, Sendable {
    case anywhere, models, vram, residency, chain, text, replay, picker, input, confirm, reading, why, panes, prompt
    case command

    var title: String {
        switch self {
        case .anywhere: "Anywhere"
        case .models: "Models"
        case .vram: "VRAM"
        case .residency: "Residency"
        case .chain: "Chain"
        case .text: "Output and Log"
        case .replay: "In a replay"
        case .picker: "In a list to choose from"
        case .input: "In a text field"
        case .confirm: "In a question"
        case .reading: "In help and details"
        case .why: "In the dialog behind w"
        case .panes: "Choosing panes"
        case .prompt: "While filtering or searching"
        case .command: "In the : line"
        }
    }

    /// Whether keys that are not listed here mean what they mean anywhere.
    var isPane: Bool {
        switch self {
        case .models, .vram, .residency, .chain, .text: true
        default: false
        }
    }
}

extension PaneID {
    var context: KeyContext {
        switch self {
        case .models: .models
        case .vram: .vram
        case .residency: .residency
        case .chain: .chain
        case .output, .log: .text
        }
    }
}
