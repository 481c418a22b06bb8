import ModelManagement
import PromptChainCore

extension ModelOutlook {
    /// An outlook of a chain's model.
    /// - Parameters:
    ///   - policy: how large the chain's contexts are.
    ///   - own: the context that a step of this model names, in tokens.
    init(
        _ model: ModelName, _ description: ModelDescription?, policy: ContextPolicy, own: Int? = nil, basis: Basis
    ) {
        self.init(
            model, description, contextLength: own ?? Self.context(policy, description), basis: basis)
    }

    private static func context(_ policy: ContextPolicy, _ description: ModelDescription?) -> Int? {
        switch policy {
        case .serverDefault: nil
        case .tokens(let count): count
        case .maximum: description?.model.contextMaximum
        // What fits depends on the other models as well: see `ContextFitting`.
        case .fit: nil
        }
    }

    /// The model as the planner sees it.
    /// - Parameters:
    ///   - name: the name that stands for all names of these weights.
    ///   - isWarm: whether its file is in the page cache.
    func planningModel(named name: ModelName, isWarm: Bool = false) -> PlanningModel {
        let footprint = footprint
        let warm = measuredWarmSeconds
        let load = (isWarm ? warm : nil) ?? measuredLoadSeconds ?? warm
        let weights = description?.model.sizeBytes ?? footprint?.sizeBytes ?? 0
        return PlanningModel(
            name: name, vramBytes: footprint?.sizeBytes, admittedBytes: schedulerPrediction(at: reckonedContext),
            loadSeconds: load ?? PlanningAssumption.loadSeconds(bytes: weights),
            unloadSeconds: measuredUnloadSeconds ?? PlanningAssumption.unloadSeconds)
    }

    /// What is measured and what is assumed about the model, in one sentence.
    var words: String {
        let size =
            footprint.map { footprint in
                "\(ByteCount.text(footprint.sizeBytes)) at a context of \(reckonedContext) (\(footprint.basis.rawValue))"
            } ?? "size unknown"
        if let seconds = measuredLoadSeconds ?? measuredWarmSeconds {
            return "\(model.short): \(size), \(Seconds.text(seconds)) to load (measured)"
        }
        let seconds = Seconds.text(planningModel(named: model).loadSeconds)
        let speed = ByteCount.fixed(PlanningAssumption.bytesPerSecond / 1e9, digits: 0)
        let overhead = Seconds.text(PlanningAssumption.loadOverheadSeconds)
        let how = description?.model.sizeBytes == nil ? "assumed" : "assumed: \(overhead) and \(speed) GB/s"
        return "\(model.short): \(size), \(seconds) to load (\(how))"
    }
}
