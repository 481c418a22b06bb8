/// What decides which models are in memory when, as the planner reckons it.
public enum PlanningPolicy: String, CaseIterable, Sendable, Encodable {
    /// Each step loads its model and unloads it again.
    case strict
    /// As `strict`, but a model stays when the next step with a model uses it as well.
    case sameModel = "same-model"
    /// Models stay until another needs the room; the one that was used longest ago leaves first.
    case lru
    /// The chain's future decides who leaves, and models are loaded while earlier steps still run.
    case planned
}
