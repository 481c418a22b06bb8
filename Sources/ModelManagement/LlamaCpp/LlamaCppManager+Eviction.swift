import Foundation
import PromptChainCore

extension LlamaCppManager {
    /// How many models the router holds, and when it loads one; `nil` for a plain server.
    /// - Throws: `ModelManagementError`.
    public func routerLimits() async throws -> RouterLimits? {
        let (_, role) = try await props(action: "ask how many models it holds")
        note(role)
        guard case .router(let limits) = role else { return nil }
        return limits
    }

    /// The model that the router would unload to load another one: of those that are idle the one that was used least
    /// recently. When a model was last used the router does not tell, so those that only other programs use count as
    /// the oldest; with one model at a time there is no doubt.
    /// - Returns: `nil` when there is room, when the model is there already, or when none is idle: a load then waits.
    /// - Throws: `ModelManagementError`.
    public func evictionCandidate(for name: ModelName) async throws -> ModelName? {
        guard let limit = try await routerLimits()?.maxModels else { return nil }
        let models = try await routerModels(action: "find what \(name.short) would replace")
        guard match(name, in: models)?.isRunning != true, models.count(where: \.isRunning) >= limit else { return nil }
        for model in leastRecentlyUsed(models) where model.state != .loading {
            if await !isBusy(model) { return ModelName(model.id, on: .llamaCpp) }
        }
        return nil
    }

    /// Unloads what stands in the way of a load, before the router chooses by itself: those that were used least
    /// recently go first.
    /// - Parameters:
    ///   - name: the model that is to be loaded.
    ///   - kept: the models that must stay.
    /// - Returns: what was unloaded; fewer models than needed when the rest must stay or does not leave.
    /// - Throws: `ModelManagementError`.
    public func makeRoom(for name: ModelName, keeping kept: Set<ModelName> = []) async throws -> [ModelName] {
        guard let limit = try await routerLimits()?.maxModels else { return [] }
        let models = try await routerModels(action: "make room for \(name.short)")
        guard match(name, in: models)?.isRunning != true else { return [] }
        var surplus = models.count(where: \.isRunning) - limit + 1
        var gone: [ModelName] = []
        for model in leastRecentlyUsed(models) where surplus > 0 {
            let other = ModelName(model.id, on: .llamaCpp)
            let isKept = kept.contains(other) || model.aliases.contains { kept.contains(ModelName($0, on: .llamaCpp)) }
            guard !isKept, try await unloadModel(other) else { continue }
            gone.append(other)
            surplus -= 1
        }
        return gone
    }

    private func leastRecentlyUsed(_ models: [RouterModel]) -> [RouterModel] {
        let uses = models.filter(\.isRunning).map { model in
            (model, api.journal.lastUse(of: ModelName(model.id, on: .llamaCpp)) ?? .distantPast)
        }
        return uses.sorted { $0.1 < $1.1 }.map(\.0)
    }
}
