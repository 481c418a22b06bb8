/// Everything that a plan depends on. The same problem always gives the same plan.
///
/// To plan again in the middle of a run, give the steps that are left, what is in memory now, and the load under way.
public struct PlanningProblem: Equatable, Sendable {
    /// The steps to come, in order.
    public var steps: [PlanningStep]
    /// What is known about their models. A model that no entry describes is planned with an unknown size and the times
    /// of `PlanningAssumption`.
    public var models: [PlanningModel]
    /// The memory.
    public var memory: PlanningMemory
    /// What is in memory when the first step begins.
    public var residents: [PlanningResident]
    /// The load that is under way when the first step begins.
    public var load: PlanningLoad?
    /// The number of the first step, counted from 1.
    public var firstStep: Int

    /// A problem.
    public init(
        steps: [PlanningStep], models: [PlanningModel], memory: PlanningMemory, residents: [PlanningResident] = [],
        load: PlanningLoad? = nil, firstStep: Int = 1
    ) {
        self.steps = steps
        self.models = models
        self.memory = memory
        self.residents = residents
        self.load = load
        self.firstStep = firstStep
    }
}
