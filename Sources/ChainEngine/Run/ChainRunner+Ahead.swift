import ModelManagement
import PromptChainCore
import Synchronization

/// Whether more loads may begin while a step runs. It closes with the step: from then on another plan counts.
final class LoadGate: Sendable {
    private let open = Mutex(true)

    var isOpen: Bool { open.withLock { $0 } }

    func close() { open.withLock { $0 = false } }
}

extension ChainRunner {
    /// Begins the loads that the plan puts beside a step. The step does not wait for them.
    func loadAhead() -> LoadGate {
        let gate = LoadGate()
        for plan in state.withLock({ $0.plans }) {
            guard let step = plan.now, !step.prefetch.isEmpty else { continue }
            let earlier = state.withLock { $0.flights[plan.server.key] }
            Task {
                await earlier?.task.value
                for prefetch in step.prefetch where gate.isOpen && !Task.isCancelled {
                    guard await take(prefetch, by: plan, gate: gate) else { return }
                }
            }
        }
        return gate
    }

    /// Loads one model ahead.
    /// - Returns: Whether it is there.
    private func take(_ prefetch: ResidencySchedule.Prefetch, by plan: ServerPlan, gate: LoadGate) async -> Bool {
        guard let slot = plan.slots[prefetch.model], let first = plan.now?.number,
            let work = knownWorks.first(where: { $0.index >= first && $0.slot == slot }),
            let lock = state.withLock({ $0.locks[slot] }) ?? locks.use(server: slot.server, weights: slot.weights)
        else { return false }
        let task: Task<Void, Never>? = state.withLock { state in
            guard state.phase == .steps, state.flights[slot.server] == nil, gate.isOpen else { return nil }
            state.locks[slot] = lock
            state.flightCount += 1
            let id = state.flightCount
            let task = Task {
                await perform(prefetch, of: work, by: plan)
                self.state.withLock { state in
                    if state.flights[slot.server]?.id == id { state.flights[slot.server] = nil }
                }
            }
            state.flights[slot.server] = LoadAhead(
                id: id, slot: slot, start: clock.seconds(),
                expectedSeconds: plan.models[prefetch.model]?.loadSeconds ?? 0, task: task)
            return task
        }
        await task?.value
        return state.withLock { $0.loadedHere.contains(slot) && $0.ledger.resident(in: slot) != nil }
    }

    private func perform(_ prefetch: ResidencySchedule.Prefetch, of work: Work, by plan: ServerPlan) async {
        for name in prefetch.evict {
            let why = departing(name, by: plan, from: (plan.now?.number ?? 1) - 1)
            let reason = "\(work.model) is loaded ahead for step \(work.number), and \(why)"
            guard await evict(name, by: plan, reason: reason) else { return }
        }
        guard !Task.isCancelled, await isAdmitted(prefetch.model, by: plan) else { return }
        _ = try? await load(work, parameters: await loadParameters(for: work, ahead: true), ahead: true)
    }

    // What is in memory may have changed since the plan was made, and a load that the server does not let in beside the
    // running model would make it evict that one, or wait in its queue before the next step.
    private func isAdmitted(_ name: ModelName, by plan: ServerPlan) async -> Bool {
        guard let model = plan.models[name], let loaded = try? await plan.server.manager.loadedModels() else {
            return false
        }
        let names = Dictionary(plan.slots.map { ($0.value, $0.key) }, uniquingKeysWith: { first, _ in first })
        let residents = planningResidents(loaded, names)
        if residents.contains(where: { $0.model == name }) { return false }
        let isAdmitted = ResidencyPlanner.admits(model, beside: residents, in: plan.memory)
        if !isAdmitted, isNews("not admitted \(name)") {
            log("🔄 Model Management: \(name.short) is not loaded ahead: \(plan.server.name) has no room for it yet")
        }
        return isAdmitted
    }

    /// Whether a load of a step's model is under way.
    func isOnItsWay(_ work: Work) -> Bool { state.withLock { $0.flights[work.server.key]?.slot == work.slot } }

    /// Waits for the load under way on a server, if there is one.
    func awaitLoad(on server: RunServer, of slot: ModelSlot? = nil) async {
        guard let flight = state.withLock({ $0.flights[server.key] }), slot == nil || flight.slot == slot else {
            return
        }
        await withTaskCancellationHandler {
            await flight.task.value
        } onCancel: {
            flight.task.cancel()
        }
    }

    /// Gives the load under way on a server up for a step that needs another model, and waits until it has ended.
    func giveUpLoad(on server: RunServer, for work: Work) async {
        guard let flight = state.withLock({ $0.flights[server.key] }) else { return }
        flight.task.cancel()
        await flight.task.value
        guard let resident = state.withLock({ $0.ledger.resident(in: flight.slot) }),
            let loaded = try? await server.manager.loadedModels(),
            !loaded.contains(where: { matches($0, resident.slot, resident.model) })
        else { return }
        state.withLock { $0.ledger.noteGone(flight.slot) }
        emit(
            .modelLoadFailed(
                model: resident.model, error: "the load was given up: step \(work.number) needs \(work.model) first",
                hint: nil))
    }

    /// Gives up all loads under way, before the run cleans up.
    func giveUpLoads() async {
        let flights = state.withLock { Array($0.flights.values) }
        for flight in flights { flight.task.cancel() }
        for flight in flights { await flight.task.value }
    }
}
