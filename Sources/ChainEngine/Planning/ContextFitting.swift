import ModelManagement
import PromptChainCore

/// Settles how large the contexts of models are that shall fit (`context: fit`): each as large as leaves its model wholly
/// in GPU memory, and no larger than lets the chain wait as little as with the contexts that its prompts need. A context
/// never costs waiting.
struct ContextFitting {
    /// A model whose context is settled.
    struct Candidate {
        var name: ModelName
        var description: ModelDescription
        /// What its prompts and answers need, in tokens.
        var need: Int
    }

    /// What a context may be, in tokens: from the need to what fits when the model is alone.
    private struct Span {
        var name: ModelName
        var need: Int
        var most: Int
        var maximum: Int

        /// A context in between.
        /// - Parameter share: how much of what is free beyond the need it takes, 0…1.
        func context(share: Double) -> Int {
            let context = need + Int(Double(most - need) * share)
            return context == maximum ? maximum : min(maximum, (context + 255) / 256 * 256)
        }
    }

    /// The parts of what is free beyond the need that are tried, the largest first.
    private static let shares = [1, 0.5, 0.25, 0.125]

    var candidates: [Candidate]
    /// The models whose context is given.
    var others: [PlanningModel] = []
    /// The steps of the chain.
    var steps: [PlanningStep]
    /// The memory, and what is known of the server.
    var memory: PlanningMemory
    var basis: ModelOutlook.Basis
    var policy: PlanningPolicy

    /// The contexts, in tokens; none for a model of which the server does not tell the shape, or without a capacity.
    func contexts() -> [ModelName: Int] {
        guard let room = basis.usableBytes else { return [:] }
        let spans = candidates.filter { $0.description.geometry != nil && $0.description.model.sizeBytes != nil }
            .map { span(of: $0, room: room) }
        let needs = contexts(spans, share: 0)
        let least = stall(needs)
        for share in Self.shares {
            let contexts = contexts(spans, share: share)
            // Planned times are whole microseconds, so that a longer plan is longer by one at least.
            if stall(contexts) <= least + 1e-7 { return contexts }
        }
        return needs
    }

    private func contexts(_ spans: [Span], share: Double) -> [ModelName: Int] {
        Dictionary(spans.map { ($0.name, $0.context(share: share)) }, uniquingKeysWith: { _, last in last })
    }

    private func span(of candidate: Candidate, room: Int64) -> Span {
        let maximum = candidate.description.model.contextMaximum ?? FootprintEstimate.usualMaximum
        let need = min(maximum, max(512, candidate.need))
        let largest = ModelOutlook(candidate.name, candidate.description, basis: basis).largestContext(within: room)
        // Where not even the need fits, the model runs partly on the CPU, and the prompt is not cut.
        return Span(name: candidate.name, need: need, most: max(need, largest ?? 0), maximum: maximum)
    }

    private func stall(_ contexts: [ModelName: Int]) -> Double {
        let models = candidates.map { candidate in
            ModelOutlook(
                candidate.name, candidate.description,
                policy: contexts[candidate.name].map { .tokens($0) } ?? .serverDefault, basis: basis
            ).planningModel(named: candidate.name)
        }
        var memory = memory
        if let usable = memory.usableBytes, let room = basis.usableBytes { memory.othersBytes += max(0, usable - room) }
        let problem = PlanningProblem(steps: steps, models: models + others, memory: memory)
        return ResidencyPlanner.schedule(problem, policy: policy).stallSeconds
    }
}
