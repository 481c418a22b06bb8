import PromptChainCore

/// The plan of one server, from some step on.
struct ServerPlan: Sendable {
    /// The server.
    var server: RunServer
    /// The memory that was planned with.
    var memory: PlanningMemory
    /// What moves when.
    var schedule: ResidencySchedule
    /// The models that were planned with, by the names that the plan uses.
    var models: [ModelName: PlanningModel]
    /// Where the models of the chain take memory, by those names.
    var slots: [ModelName: ModelSlot]

    /// The plan of the step that it begins with.
    var now: ResidencySchedule.Step? { schedule.steps.first }
}

/// A load that goes on while steps run.
struct LoadAhead: Sendable {
    /// What tells it from later ones.
    var id: Int
    /// What is loaded.
    var slot: ModelSlot
    /// When it began, by the run's clock.
    var start: Double
    /// How long it is expected to take, in seconds.
    var expectedSeconds: Double
    /// The load itself; it ends when the model is there or has failed.
    var task: Task<Void, Never>
}
