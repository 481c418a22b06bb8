import ModelManagement
import PromptChainCore

extension ChainRunner {
    /// Learns how much memory a server has from a load that did not fit into it, and forgets that when more did. What was
    /// left to the CPU on purpose tells nothing.
    func learnCapacity(from info: ModelInfo, work: Work, parameters: LoadParameters) async {
        guard let measurements, info.vramBytes ?? 0 > 0, parameters.runnerOptions["num_gpu"] == nil else { return }
        let (address, version) = state.withLock { state in
            let basis = state.outlooks[work.server.key]?.basis
            return (work.server.key, basis?.serverVersion)
        }
        let isNews =
            info.cpuBytes ?? 0 > 0
            || measurements.measurements.learnedCapacity(of: address, serverVersion: version) != nil
        guard isNews, let loaded = try? await work.server.manager.loadedModels(),
            let measurement = measurements.measurements.capacityMeasurement(
                of: loaded, on: address, serverVersion: version)
        else { return }
        record(measurement)
    }
}

extension ChainServers {
    /// The memory of the server that a step wants: what is said or read, else what a load that spilled told. The server is
    /// asked for its version only where any load did.
    func capacity(
        for request: ServerRequest, option: Int64?, learnedIn measurements: Measurements?
    ) async -> ServerCapacity? {
        if let known = await capacity(for: request, option: option) { return known }
        guard let measurements, measurements.hasLearnedCapacities, let manager = try? await manager(for: request)
        else { return nil }
        let version = try? await (manager as? any ServerInspector)?.version()
        return measurements.learnedCapacity(
            of: RunServer(manager: manager, request: request).key, serverVersion: version)
    }
}
