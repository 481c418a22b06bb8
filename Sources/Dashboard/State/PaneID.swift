/// The panes, by the digit that jumps to them.
enum PaneID: Int, CaseIterable, Sendable {
    case models = 1
    case vram = 2
    case residency = 3
    case chain = 4
    case output = 5
    case log = 6

    var title: String {
        switch self {
        case .models: "Models"
        case .vram: "VRAM"
        case .residency: "Residency"
        case .chain: "Chain"
        case .output: "Output"
        case .log: "Log"
        }
    }
}
