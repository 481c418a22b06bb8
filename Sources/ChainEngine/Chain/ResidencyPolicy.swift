/// Decides what happens to models between the steps of a chain.
public enum ResidencyPolicy: String, CaseIterable, Sendable {
    /// A model is loaded before its step and unloaded after it: one model of the chain in VRAM at a time.
    case strict
    /// As `strict`, but a model stays when the next step with a model uses it as well.
    case sameModel = "same-model"
    /// Models stay until others need the room; the one that was used longest ago leaves first.
    case lru
    /// The chain's future decides: the model that is needed again last leaves first, the next one is loaded early.
    case planned
}
