/// What a server tells about a model that it has, before any load.
public struct ModelDescription: Equatable, Sendable {
    /// The model on disk.
    public var model: InstalledModel
    /// The shape that decides how much memory a context takes; `nil` when the server does not tell it.
    public var geometry: ModelGeometry?
    /// The context that the model's own settings ask for (`PARAMETER num_ctx`), in tokens.
    public var defaultContext: Int?
    /// What identifies the weights, where the server tells it: models with the same one share them in memory, whatever
    /// their names.
    public var weights: String?

    /// A description of an installed model.
    public init(
        model: InstalledModel, geometry: ModelGeometry? = nil, defaultContext: Int? = nil, weights: String? = nil
    ) {
        self.model = model
        self.geometry = geometry
        self.defaultContext = defaultContext
        self.weights = weights
    }
}
