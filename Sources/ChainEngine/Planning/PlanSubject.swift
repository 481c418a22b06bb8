import PromptChainCore

/// What is planned: a chain, or the part of it that one server runs.
public struct PlanSubject: Sendable {
    /// The server's name; `nil` when none was asked.
    public var server: String?
    /// The problem. Steps that another server runs are steps without a model.
    public var problem: PlanningProblem
    /// The most models that `lru` holds where nothing else is said.
    public var leastRecentlyUsedCap: Int?
    /// What nobody measured and is assumed, as sentences.
    public var assumptions: [String]

    /// A subject.
    public init(
        server: String? = nil, problem: PlanningProblem, leastRecentlyUsedCap: Int? = nil, assumptions: [String] = []
    ) {
        self.server = server
        self.problem = problem
        self.leastRecentlyUsedCap = leastRecentlyUsedCap
        self.assumptions = assumptions
    }

    /// The plans of some policies.
    public func comparison(_ policies: [PlanningPolicy]) -> ResidencyComparison {
        ResidencyComparison(
            capacityBytes: problem.memory.capacityBytes,
            policies: policies.map { ResidencyPlanner.schedule(problem(for: $0), policy: $0) })
    }

    /// The problem as a policy sees it.
    func problem(for policy: PlanningPolicy) -> PlanningProblem {
        var problem = problem
        // Where the capacity is unknown, two models might not fit: the plan promises nothing.
        if policy == .lru, problem.memory.maxModels == nil, problem.memory.capacityBytes != nil {
            problem.memory.maxModels = leastRecentlyUsedCap
        }
        return problem
    }
}
