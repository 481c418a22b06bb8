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
    /// The path of the weights' file on the server's host, where the server tells it.
    public var file: String?
    /// Whether the model can be shown pictures; `nil` when the server does not say.
    public var seesPictures: Bool?

    /// A description of an installed model.
    /// - Parameter seesPictures: what the model's capabilities say when left out.
    public init(
        model: InstalledModel, geometry: ModelGeometry? = nil, defaultContext: Int? = nil, weights: String? = nil,
        file: String? = nil, seesPictures: Bool? = nil
    ) {
        self.model = model
        self.geometry = geometry
        self.defaultContext = defaultContext
        self.weights = weights
        self.file = file
        self.seesPictures = seesPictures ?? model.capabilities?.contains("vision")
    }
}

extension ModelDescription: Encodable {
    private enum CodingKeys: String, CodingKey {
        case geometry, defaultContext = "default_context", weights, estimates
    }

    /// Writes the keys of the installed model, its shape, and an estimate of its memory for each usual context.
    public func encode(to encoder: any Encoder) throws {
        try model.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(geometry, forKey: .geometry)
        try container.encode(defaultContext, forKey: .defaultContext)
        try container.encode(weights, forKey: .weights)
        try container.encode(estimates, forKey: .estimates)
    }

    /// What the model takes at each of the usual contexts; empty when its size or shape is not known.
    public var estimates: [FootprintEstimate] {
        FootprintEstimate.usualContexts(maximum: model.contextMaximum).compactMap {
            FootprintEstimate(self, contextLength: $0)
        }
    }
}
