import ModelManagement
import PromptChainCore

/// What a run knows about a server's memory.
struct ServerOutlook: Sendable {
    /// The memory, as the planner sees it.
    var memory: PlanningMemory
    /// What forecasts of its models rest on.
    var basis: ModelForecast.Basis
}

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
        let memory = PlanningMemory(
            for: server, capacity: capacity,
            cap: chain.management.maxLoadedModels ?? options.maxLoadedModels ?? usual,
            evictsStrangers: settings.evictsForeign)
        var basis = ModelForecast.Basis(
            address: server.key, settings: capacity?.settings ?? ServerSettings(),
            measurements: measurements?.measurements ?? Measurements())
        if measurements != nil { basis.version = try? await (server.manager as? any ServerInspector)?.version() }
        if let usable = memory.usableBytes {
            basis.room = max(0, usable - (await bytesThatStay(on: server)))
        }
        let outlook = ServerOutlook(memory: memory, basis: basis)
        return state.withLock { state in
            if let known = state.outlooks[server.key] { return known }
            state.outlooks[server.key] = outlook
            return outlook
        }
    }

    // Models of others that are no part of the chain are left alone, so their memory cannot be had.
    private func bytesThatStay(on server: RunServer) async -> Int64 {
        guard !settings.evictsForeign, let loaded = try? await server.manager.loadedModels() else { return 0 }
        let slots = knownWorks.filter { $0.server.key == server.key }
        return ByteCount.sum(
            loaded.filter { info in !slots.contains { matches(info, $0.slot, $0.model) } }.compactMap(\.vramBytes))
    }

    /// What can be said about a step's model before it is loaded; asked once in a run, so that its context stays.
    func forecast(of work: Work) async -> ModelForecast {
        if let known = state.withLock({ $0.forecasts[work.slot] }) { return known }
        let description = try? await work.server.manager.describe(work.model)
        let outlook = await outlook(of: work.server)
        let steps = stepsSharing(work)
        let own = steps.compactMap(\.contextLength).max()
        var forecast = ModelForecast(
            work.model, description, policy: settings.context, own: own, basis: outlook.basis)
        if own == nil, settings.context == .fit, let fit = forecast.contextLength {
            let need = steps.map { PromptNeed(step: $0, initial: state.withLock { $0.initial }).tokens }.max() ?? 0
            let most = description?.model.contextMaximum ?? need
            if need > fit, most > fit {
                forecast = ModelForecast(
                    work.model, description, policy: .tokens(min(need, most)), basis: outlook.basis)
            }
        }
        let (settled, isNew) = state.withLock { state in
            if let known = state.forecasts[work.slot] { return (known, false) }
            state.forecasts[work.slot] = forecast
            return (forecast, true)
        }
        if isNew, own == nil { tellContext(settled, of: work) }
        return settled
    }

    private func tellContext(_ forecast: ModelForecast, of work: Work) {
        let maximum = forecast.description?.model.contextMaximum
        switch settings.context {
        case .serverDefault, .tokens: return
        case .maximum, .fit:
            if let maximum { log("🔄 Model \(work.model) max context length: \(maximum)") }
            if let length = forecast.contextLength {
                let value = length == maximum ? "maximum: \(length)" : "\(length)"
                log("🔄 Setting model context length to \(value)")
                return
            }
        }
        let isFit = settings.context == .fit
        let message =
            maximum == nil || !isFit
            ? "\(work.server.name) does not say how large a context \(work.model) can have: it gets the server's own"
            : "nobody says how much GPU memory \(work.server.name) has: \(work.model) gets the server's own context"
        let hint =
            maximum == nil || !isFit
            ? "Give the context as a number of tokens."
            : "--vram SIZE says how much there is; a number of tokens as the context needs no capacity."
        emit(.warning(message: message, hint: hint))
    }

    /// Warns when a model will not be wholly in GPU memory, before it is loaded.
    func warnOfSpill(before work: Work, _ forecast: ModelForecast) {
        guard let spill = forecast.spill, isNews("spill \(work.slot)") else { return }
        emit(.warning(message: spill.message, hint: spill.advice))
    }

    /// Notes what was measured, where somebody keeps it.
    func record(_ measurement: ModelMeasurement) { measurements?.record(measurement) }

    /// What measurements of a model are kept under; `nil` before anything is known about it.
    func measured(_ slot: ModelSlot, context: Int? = nil) -> MeasuredModel? {
        state.withLock { state in
            guard let outlook = state.outlooks[slot.server] else { return nil }
            return state.forecasts[slot]?.measured(on: outlook.basis, context: context)
        }
    }
}
