import Foundation
import PromptChainCore

extension LlamaCppManager: ModelLimitTeller {
    /// How many models the router holds, and when it loads one; `nil` for a plain server.
    /// - Throws: `ModelManagementError`.
    public func routerLimits() async throws -> RouterLimits? {
        let (_, role) = try await props(action: "ask how many models it holds")
        note(role)
        guard case .router(let limits) = role else { return nil }
        return limits
    }

    /// The most models that a router holds at a time (`--models-max`). A router that is full unloads the model that was
    /// used least recently by itself; a plan that knows the number unloads before, and chooses better.
    public func maxLoadedModels() async throws -> Int? { try await routerLimits()?.maxModels }
}
