import ModelManagement
import PromptChainCore

extension ChainRunner {
    /// After the last step, whatever its end: unloads what the run loaded, and says what stays.
    func cleanUpLast(after ending: Ending) async {
        guard isManaged else { return }
        await giveUpLoads()
        let reason =
            switch ending.status {
            case .completed: "the chain is done"
            case .broken: "a rule ended the chain"
            case .failed: "the chain failed"
            case .cancelled: "the chain was stopped"
            }
        await perform(plan().departuresAtEnd(residents: residents, ending: reason))
        if settings.keepsLoaded {
            for resident in residents where resident.isOurs {
                let place = server(of: resident.slot).map { " on \($0.name)" } ?? ""
                let free = "`promptchain unload \(resident.model)` frees it"
                log("🔄 Model Management: \(resident.model) stays loaded\(place), as the chain was told: \(free)")
            }
        }
        releaseLocks { _ in true }
    }

    /// What the run's own models still take, in bytes; `nil` where a server does not say.
    func remainingVRAM() async -> Int64? {
        guard isManaged else { return nil }
        let slots = state.withLock { $0.ledger.loadedSlots }
        var sum: Int64 = 0
        for key in Set(slots.map(\.server)) {
            guard let server = state.withLock({ state in state.servers.values.first { $0.key == key } }),
                let loaded = try? await server.manager.loadedModels()
            else { return nil }
            for info in loaded where slots.contains(where: { $0.server == key && isIn($0, info) }) {
                guard let bytes = info.vramBytes else { return nil }
                sum += bytes
            }
        }
        return sum
    }

    private func isIn(_ slot: ModelSlot, _ info: ModelInfo) -> Bool {
        slot == ModelSlot(server: slot.server, model: info.name) || slot.weights == info.digest
    }

    /// What a clean-up that was cut short leaves behind, as a warning.
    func leftovers(wasForced: Bool) -> ChainEvent? {
        let left = residents.filter(\.isOurs).map(\.model.text)
        guard isManaged, !settings.keepsLoaded, !left.isEmpty else { return nil }
        let why = wasForced ? "the clean-up was cut short" : "the clean-up took too long"
        return .warning(
            message: "\(why): \(left.joined(separator: ", ")) may still be loaded",
            hint: "The server frees it by itself when it was not used for a while; `promptchain unload` does so now.")
    }
}
