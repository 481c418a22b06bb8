import PromptChainCore

/// How the Models pane is looked at: order, filter, and the selected model by name.
struct ModelTableState: Equatable, Sendable {
    enum Order: String, CaseIterable, Sendable {
        case name, size, vram, expiry

        var next: Order {
            let all = Self.allCases
            let index = all.firstIndex(of: self) ?? 0
            return all[(index + 1) % all.count]
        }

        var word: String { self == .vram ? "VRAM" : rawValue }
    }

    var order = Order.name
    var filter = ""
    var selection: ModelIdentity?
    /// The rows as they were when the selection was last right, to find a neighbour when its row is gone.
    var lastRows: [ModelIdentity] = []
}
