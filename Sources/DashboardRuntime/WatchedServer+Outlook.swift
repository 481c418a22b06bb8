import ModelManagement
import PromptChainCore

extension WatchedServer {
    /// What is known of a model before it is loaded. What the server does not tell is left out, with the reason.
    /// - Parameters:
    ///   - capacity: what is known of the server's memory; without it, what a load that spilled told counts.
    ///   - measurements: what was measured before; `nil` when nobody keeps it.
    public func outlook(
        of model: ModelName, capacity: ServerCapacity?, measurements: Measurements?
    ) async -> ModelOutlook {
        let inspector = manager as? any ServerInspector
        async let version = measurements == nil ? nil : try? inspector?.version()
        var outlook = ModelOutlook(model)
        do {
            outlook.description = try await describe(model)
        } catch let error as ModelManagementError {
            outlook.reason = error.reason
        } catch {
            outlook.reason = "\(error)"
        }
        let measurements = measurements ?? Measurements()
        outlook.basis = ModelOutlook.Basis(
            server: inspector?.address ?? url, serverVersion: await version, measurements: measurements)
        outlook.basis.capacity =
            capacity
            ?? measurements.learnedCapacity(of: outlook.basis.server, serverVersion: outlook.basis.serverVersion)
        return outlook
    }
}
