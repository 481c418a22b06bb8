import ModelManagement
import PromptChainCore

extension ChainRunner {
    /// What is known about the memory of a server; asked once in a run.
    func outlook(of server: RunServer) async -> ServerOutlook {
        if let known = state.withLock({ $0.outlooks[server.key] }) { return known }
        let request = state.withLock { state in state.servers.first { $0.value.key == server.key }?.key }
        let capacity =
            if let request { await provider.capacity(for: request, option: options.capacityBytes) } else {
                ServerCapacity?.none
            }
        let usual = settings.policy == .lru ? PlanningMemory.usualCap : nil
        let slots = knownWorks.filter { $0.server.key == server.key }
        let outlook = await ServerOutlook(
            of: server, capacity: capacity,
            cap: chain.management.maxLoadedModels ?? options.maxLoadedModels ?? usual,
            evictsStrangers: settings.evictsForeign, measurements: measurements?.measurements,
            loaded: try? await server.manager.loadedModels()
        ) { info in slots.contains { matches(info, $0.slot, $0.model) } }
        return state.withLock { state in
            if let known = state.outlooks[server.key] { return known }
            state.outlooks[server.key] = outlook
            return outlook
        }
    }

    /// What can be said about a step's model before it is loaded; asked once in a run, so that its context stays.
    func forecast(of work: Work) async -> ModelOutlook {
        if let known = state.withLock({ $0.forecasts[work.slot] }) { return known }
        let description = await description(of: work)
        let outlook = await outlook(of: work.server)
        let own = callsSharing(work).compactMap(\.contextLength).max()
        var policy = contextRule(of: work)
        if own == nil, policy == .fit {
            policy = await fittingContexts(on: work.server)[work.slot].map { .tokens($0) } ?? .serverDefault
        }
        let forecast = ModelOutlook(work.model, description, policy: policy, own: own, basis: outlook.basis)
        let (settled, isNew) = state.withLock { state in
            if let known = state.forecasts[work.slot] { return (known, false) }
            state.forecasts[work.slot] = forecast
            return (forecast, true)
        }
        if isNew, own == nil { tellContext(settled, of: work) }
        return settled
    }

    private func description(of work: Work) async -> ModelDescription? {
        if let known = state.withLock({ $0.descriptions[work.slot] }) { return known }
        let description = try? await work.server.manager.describe(work.model)
        state.withLock { $0.descriptions[work.slot] = description }
        return description
    }

    /// The contexts of the models on a server that shall fit, settled together once in a run.
    private func fittingContexts(on server: RunServer) async -> [ModelSlot: Int] {
        if let known = state.withLock({ $0.fits[server.key] }) { return known }
        let outlook = await outlook(of: server)
        let works = knownWorks.filter { $0.server.key == server.key && !$0.model.isCloud }
        var names: [ModelSlot: ModelName] = [:]
        var fitting = ContextFitting(
            candidates: [], steps: [], memory: outlook.memory, basis: outlook.basis,
            policy: settings.policy.flatMap { PlanningPolicy(rawValue: $0.rawValue) } ?? .sameModel)
        for work in works where names[work.slot] == nil {
            names[work.slot] = work.model
            guard let description = await description(of: work) else { continue }
            let calls = callsSharing(work)
            let own = calls.compactMap(\.contextLength).max()
            if own != nil || contextRule(of: work) != .fit {
                let forecast = ModelOutlook(
                    work.model, description, policy: contextRule(of: work), own: own, basis: outlook.basis)
                fitting.others.append(forecast.planningModel(named: work.model))
            } else {
                let needs = calls.map { PromptNeed(call: $0, initial: state.withLock { $0.initial }).tokens }
                fitting.candidates.append(
                    .init(name: work.model, description: description, need: needs.max() ?? 0))
            }
        }
        fitting.steps = chain.steps.indices.map { index in
            let work = works.first { $0.index == index }
            return PlanningStep(model: work.flatMap { names[$0.slot] }, seconds: expectedSeconds(ofStepAt: index))
        }
        let contexts = fitting.contexts()
        let fits = names.compactMapValues { contexts[$0] }
        state.withLock { $0.fits[server.key] = fits }
        return fits
    }

    private func tellContext(_ forecast: ModelOutlook, of work: Work) {
        let maximum = forecast.description?.model.contextMaximum
        let knowsCapacity = state.withLock { $0.outlooks[work.server.key]?.basis.usableBytes } != nil
        let rule = contextRule(of: work)
        switch rule {
        case .serverDefault, .tokens: return
        case .maximum, .fit:
            if let maximum { log("🔄 Model \(work.model) max context length: \(maximum)") }
            if let length = forecast.contextLength {
                let value = length == maximum ? "maximum: \(length)" : "\(length)"
                log("🔄 Setting model context length to \(value)")
                return
            }
        }
        let isSilent = rule == .maximum || knowsCapacity
        emit(
            .warning(
                message: isSilent
                    ? "\(work.server.name) does not say how large a context \(work.model) can have: it gets the server's own"
                    : "nobody says how much GPU memory \(work.server.name) has: \(work.model) gets the server's own context",
                hint: isSilent
                    ? "Give the context as a number of tokens."
                    : "--vram SIZE says how much there is; a number of tokens as the context needs no capacity."))
    }

    /// Warns when a model will not be wholly in GPU memory, before it is loaded.
    func warnOfSpill(before work: Work, _ forecast: ModelOutlook) {
        guard let spill = forecast.spill, isNews("spill \(work.slot)") else { return }
        emit(.warning(message: spill.message, hint: spill.advice))
    }

    /// Notes what was measured, where somebody keeps it.
    func record(_ measurement: ModelMeasurement) { measurements?.record(measurement) }

    /// What measurements of a model are kept under; `nil` before anything is known about it.
    func measured(_ slot: ModelSlot, context: Int? = nil) -> MeasuredModel? {
        state.withLock { $0.forecasts[slot] }.map { $0.subject(at: context ?? $0.reckonedContext) }
    }
}
