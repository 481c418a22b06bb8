import ChainEngine
import PromptChainCore

/// What is planned: a chain, or the part of it that one server runs.
struct PlanSubject {
    /// The server's name; `nil` when none was asked.
    var server: String?
    /// The problem. Steps that another server runs are steps without a model.
    var problem: PlanningProblem
    /// The most models that `lru` holds where nothing else is said.
    var leastRecentlyUsedCap: Int?
    /// What nobody measured and is assumed, as sentences.
    var assumptions: [String] = []

    /// The plans of some policies.
    func comparison(_ policies: [PlanningPolicy]) -> ResidencyComparison {
        let plans = policies.map { policy in
            var problem = problem
            // Where the capacity is unknown, two models might not fit: the plan promises nothing.
            if policy == .lru, problem.memory.maxModels == nil, problem.memory.capacityBytes != nil {
                problem.memory.maxModels = leastRecentlyUsedCap
            }
            return ResidencyPlanner.schedule(problem, policy: policy)
        }
        return ResidencyComparison(capacityBytes: problem.memory.capacityBytes, policies: plans)
    }
}
