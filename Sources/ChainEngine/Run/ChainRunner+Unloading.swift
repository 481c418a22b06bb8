import ModelManagement
import PromptChainCore

extension ChainRunner {
    /// Before the first step: looks what is loaded, adopts what the chain needs, and leaves the rest alone.
    func cleanUpFirst() async {
        let works = await resolveAll()
        log("🔄 Model Management: Initial cleanup - checking for loaded models")
        var seen: Set<String> = []
        for server in works.map(\.server) where seen.insert(server.key).inserted && !Task.isCancelled {
            let loaded: [ModelInfo]
            do {
                loaded = try await server.manager.loadedModels()
            } catch {
                let failure = error as? ModelManagementError
                state.withLock { $0.listingFailures[server.key] = failure }
                continue
            }
            await warnOfLeftovers(loaded, on: server)
            for info in loaded {
                let work = works.first { $0.server.key == server.key && matches(info, $0.slot, $0.model) }
                if let work {
                    adopt(info, slot: work.slot, model: work.model)
                } else {
                    await meetStranger(info, on: server)
                }
            }
        }
    }

    // Before any lock is taken: what a chain loaded that died is nobody's any more.
    private func warnOfLeftovers(_ loaded: [ModelInfo], on server: RunServer) async {
        let left = await locks.leftovers(server: server.key, loaded: loaded)
        guard !left.isEmpty else { return }
        let names = left.map(\.short).joined(separator: ", ")
        emit(
            .warning(
                message: "\(names) on \(server.name) was loaded by a chain that is gone",
                hint:
                    "It leaves by itself when its keep-alive ends; `promptchain unload \(left[0].short)` frees it now.")
        )
    }

    private func meetStranger(_ info: ModelInfo, on server: RunServer) async {
        let name = ModelName(info.name.short, on: info.provider)
        guard settings.evictsForeign, !settings.keepsLoaded, server.canUnload else {
            let memory = info.vramBytes.map { " (\(ByteCount.text($0)))" } ?? ""
            log("🔄 Model Management: \(name)\(memory) is loaded and no part of this chain: it is left alone")
            return
        }
        let slot = ModelSlot(server: server.key, model: name, digest: info.digest)
        guard let lock = locks.use(server: slot.server, weights: slot.weights) else { return }
        state.withLock { $0.locks[slot] = lock }
        await unload(
            Resident(slot: slot, model: name, isOurs: true), from: server, reason: "evict_foreign: true", isKept: false)
    }

    /// Unloads what stayed behind from earlier steps and stands in a step's way.
    func depart(before work: Work) async {
        if isPlanned {
            await follow(before: work)
        } else {
            await perform(plan().departures(before: work.index, residents: residents))
        }
    }

    /// Unloads what the policy does not keep for the step after this one.
    /// - Parameter target: the step that comes next, where it is not the one after.
    func depart(after index: Int, to target: Int? = nil) async {
        let start = clock.seconds()
        let plan = plan()
        if !isPlanned { await perform(plan.departures(after: index, to: target, residents: residents)) }
        noteStall(clock.seconds() - start)
        releaseLocks { slot in
            state.withLock { $0.ledger.resident(in: slot)?.isOurs != true }
                && plan.isLastUse(of: slot, at: min(index, (target ?? index + 1) - 1))
        }
    }

    var residents: [Resident] { state.withLock { $0.ledger.residents } }

    func perform(_ departures: [ResidencyPlan.Departure]) async {
        for departure in departures where Self.isCleaningUp || !Task.isCancelled {
            guard let resident = state.withLock({ $0.ledger.resident(in: departure.slot) }),
                let server = server(of: departure.slot)
            else { continue }
            await unload(resident, from: server, reason: departure.reason, isKept: true)
        }
    }

    func unload(_ resident: Resident, from server: RunServer, reason: String, isKept: Bool) async {
        let lock = state.withLock { $0.locks[resident.slot] }
        if let lock, !(Self.isCleaningUp ? lock.leave() : lock.claim()) {
            state.withLock { $0.ledger.noteStuck(resident.slot) }
            if isNews("shared \(resident.slot)") {
                log("🔄 Model Management: \(resident.model) stays loaded: another chain uses it")
            }
            return
        }
        log("🔄 Model Management: Unloading \(resident.model): \(reason)")
        emit(.modelUnloadStarted(model: resident.model, reason: reason))
        let start = clock.seconds()
        var isGone = false
        var failure: StepFailure?
        do {
            isGone = try await server.manager.unloadModel(resident.model)
        } catch {
            failure = StepFailure(error, isLoad: false)
        }
        let seconds = clock.seconds() - start
        emit(.modelUnloaded(model: resident.model, unloadSeconds: seconds, verified: isGone))
        if isGone {
            state.withLock { state in
                state.ledger.noteGone(resident.slot)
                state.unloadSeconds[resident.slot] = seconds
            }
            if let model = measured(resident.slot) { record(.unload(model, seconds: seconds)) }
            log("✓ Successfully unloaded \(resident.model)")
        } else if Self.isCleaningUp || !Task.isCancelled {
            if isKept { state.withLock { $0.ledger.noteStuck(resident.slot) } }
            warnOfStay(resident, on: server, failure: failure)
        }
        releaseLocks { $0 == resident.slot }
    }

    private func warnOfStay(_ resident: Resident, on server: RunServer, failure: StepFailure?) {
        let why = failure?.sentence ?? "\(resident.model) was asked to leave \(server.name) and is still there"
        emit(
            .warning(
                message: "Model may still be loaded in \(server.kind): \(why)",
                hint: failure?.hint ?? "Something else may be using it: see promptchain ps."))
    }

    /// Gives up locks on models that the run is done with.
    func releaseLocks(where isDone: (ModelSlot) -> Bool) {
        let slots = state.withLock { Array($0.locks.keys) }.filter(isDone)
        for slot in slots {
            state.withLock { $0.locks.removeValue(forKey: slot) }?.release()
        }
    }
}
