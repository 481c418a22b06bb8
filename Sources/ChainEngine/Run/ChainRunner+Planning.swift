import ModelManagement
import PromptChainCore

extension ChainRunner {
    /// The steps whose servers are known.
    var knownWorks: [Work] { chain.steps.indices.compactMap { knownWork(at: $0) } }

    private func knownWork(at index: Int) -> Work? {
        let step = chain.steps[index]
        guard let call = step.call else { return nil }
        let request = ServerRequest(call: call, of: chain, options: options)
        return state.withLock { $0.servers[request] }.map { server in
            Work(index: index, step: step, call: call, server: server, slot: slot(of: call, on: server))
        }
    }

    /// Plans from a step on, with what is in memory now, and makes room for the step as the plan says.
    func follow(before work: Work) async {
        let plans = await plans(from: work.index)
        state.withLock { $0.plans = plans }
        tell(plans, from: work.index)
        guard let plan = plans.first(where: { $0.server.key == work.server.key }), let step = plan.now else { return }
        if step.abandon != nil {
            await giveUpLoad(on: work.server, for: work)
        } else if step.load != nil || !step.evict.isEmpty {
            await awaitLoad(on: work.server)
        }
        for name in step.evict {
            let reason = "step \(work.number) needs \(work.model), and \(departing(name, by: plan, from: work.index))"
            await evict(name, by: plan, reason: reason)
        }
    }

    /// Why of all models this one leaves.
    func departing(_ name: ModelName, by plan: ServerPlan, from index: Int) -> String {
        if settings.policy == .lru { return "it was used longest ago" }
        let uses = knownWorks.filter { $0.index > index && $0.slot == plan.slots[name] }
        return uses.first.map { "it is not needed before step \($0.number)" } ?? "it is not needed again"
    }

    /// Unloads a model that a plan names.
    /// - Returns: Whether it is gone.
    @discardableResult
    func evict(_ name: ModelName, by plan: ServerPlan, reason: String) async -> Bool {
        let resident =
            plan.slots[name].flatMap { slot in state.withLock { $0.ledger.resident(in: slot) } }
            ?? stranger(name, on: plan.server)
        guard let resident else { return true }
        await unload(resident, from: plan.server, reason: reason, isKept: true)
        return state.withLock { $0.ledger.resident(in: resident.slot) } == nil
    }

    private func stranger(_ name: ModelName, on server: RunServer) -> Resident? {
        guard settings.evictsForeign else { return nil }
        return Resident(slot: ModelSlot(server: server.key, model: name), model: name, isOurs: true)
    }

    private func plans(from index: Int) async -> [ServerPlan] {
        var plans: [ServerPlan] = []
        let works = knownWorks
        var seen: Set<String> = []
        for server in works.map(\.server) where server.canUnload && seen.insert(server.key).inserted {
            let own = works.filter { $0.server.key == server.key && !$0.model.isCloud }
            if let plan = await plan(server, own, from: index) { plans.append(plan) }
        }
        return plans
    }

    // A server that cannot list its models is not planned for; its steps load what they need.
    private func plan(_ server: RunServer, _ works: [Work], from index: Int) async -> ServerPlan? {
        guard let loaded = try? await server.manager.loadedModels() else { return nil }
        let outlook = await outlook(of: server)
        if outlook.memory.capacityBytes == nil { warnOfUnknownCapacity(server) }
        var names: [ModelSlot: ModelName] = [:]
        var models: [ModelName: PlanningModel] = [:]
        for work in works where names[work.slot] == nil {
            names[work.slot] = work.model
            models[work.model] = planningModel(await forecast(of: work), in: work.slot)
        }
        let used = Dictionary(works.map { ($0.index, $0.slot) }, uniquingKeysWith: { first, _ in first })
        let steps = chain.steps.indices.dropFirst(index).map { index in
            PlanningStep(model: used[index].flatMap { names[$0] }, seconds: expectedSeconds(ofStepAt: index))
        }
        var problem = PlanningProblem(
            steps: steps, models: works.map(\.model).compactMap { models[$0] }, memory: outlook.memory,
            residents: planningResidents(loaded, names), firstStep: index + 1)
        if let flight = state.withLock({ $0.flights[server.key] }), let name = names[flight.slot] {
            let left = flight.start + flight.expectedSeconds - clock.seconds()
            problem.load = PlanningLoad(model: name, remainingSeconds: max(0.1, left))
        }
        let slots = Dictionary(names.map { ($0.value, $0.key) }, uniquingKeysWith: { first, _ in first })
        return ServerPlan(
            server: server, memory: outlook.memory,
            schedule: ResidencyPlanner.schedule(problem, policy: settings.policy == .lru ? .lru : .planned),
            models: models, slots: slots)
    }

    /// What is in memory, as the planner sees it: strangers first, and of ours the one that was used longest ago.
    func planningResidents(_ loaded: [ModelInfo], _ names: [ModelSlot: ModelName]) -> [PlanningResident] {
        let (ledger, uses) = state.withLock { ($0.ledger, $0.uses) }
        let residents = loaded.map { info in
            let slot = names.first { matches(info, $0.key, $0.value) }?.key
            let known = slot.flatMap { ledger.resident(in: $0) }
            let place = slot.flatMap { slot in uses.lastIndex(of: slot) } ?? -1
            let isOurs = known.map { $0.isOurs && !$0.isStuck } ?? false
            let name = slot.flatMap { names[$0] } ?? ModelName(info.name.short, on: info.provider)
            return (place, PlanningResident(model: name, vramBytes: info.vramBytes, isOurs: isOurs))
        }
        return residents.sorted { $0.0 < $1.0 }.map(\.1)
    }

    // What this run has measured itself is nearest to the truth.
    private func planningModel(_ forecast: ModelOutlook, in slot: ModelSlot) -> PlanningModel {
        let (resident, load, unload, isRead) = state.withLock { state in
            (
                state.ledger.resident(in: slot), state.loadSeconds[slot], state.unloadSeconds[slot],
                state.readAhead.contains(slot)
            )
        }
        var model = forecast.planningModel(named: forecast.model, isWarm: isRead || load != nil)
        if let size = resident?.sizeBytes ?? resident?.vramBytes, size > 0 { model.vramBytes = size }
        if let load { model.loadSeconds = load }
        if let unload { model.unloadSeconds = unload }
        return model
    }

    /// How long a step will run once its model is ready, in seconds.
    func expectedSeconds(ofStepAt index: Int) -> Double {
        let step = chain.steps[index]
        if let measured = state.withLock({ $0.stepSeconds[step.name] }) { return measured }
        if let work = knownWork(at: index), let model = measured(work.slot),
            let seconds = measurements?.measurements.stepSeconds(chain: chain.name, step: step.name, model: model)
        {
            return seconds
        }
        return PlanningAssumption.stepSeconds
    }

    /// How long a load will take, in seconds, where that was measured.
    func expectedLoadSeconds(_ slot: ModelSlot) -> Double? {
        state.withLock { state in
            state.loadSeconds[slot] ?? state.forecasts[slot]?.measuredLoadSeconds
                ?? state.forecasts[slot]?.measuredWarmSeconds
        }
    }

    private func tell(_ plans: [ServerPlan], from index: Int) {
        guard !plans.isEmpty else { return }
        let merged = ResidencyComparison.merging(
            plans.map { ResidencyComparison(capacityBytes: nil, policies: [$0.schedule]) })
        guard let schedule = merged.policies.first else { return }
        let isNews = state.withLock { state in
            defer { state.toldPlan = schedule }
            return state.toldPlan.map { !schedule.moves(like: $0) } ?? true
        }
        if isNews { emit(.planMade(schedule)) }
    }

    private func warnOfUnknownCapacity(_ server: RunServer) {
        guard settings.policy == .planned, isNews("capacity \(server.key)") else { return }
        emit(
            .warning(
                message: "nobody says how much GPU memory \(server.name) has: one model at a time is planned",
                hint: "--vram SIZE says it, or `vram` of the server in the configuration."))
    }
}
