import PromptChainCore

/// How the Models pane is looked at: order, filter, and the selected model by name.
struct ModelTableState: Equatable, Sendable {
    var order = Order.name
    var isReversed = false
    var filter = ""
    var selection: ModelIdentity?
    /// The rows as they were when the selection was last right, to find a neighbour when its row is gone.
    var lastRows: [ModelIdentity] = []
}
