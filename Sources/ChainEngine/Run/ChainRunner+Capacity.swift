import ModelManagement
import PromptChainCore

extension ChainRunner {
    /// Learns how much memory a server has from a load that did not fit into it, and forgets that when more did. What was
    /// left to the CPU on purpose tells nothing.
    func learnCapacity(from info: ModelInfo, work: Work, parameters: LoadParameters) async {
        guard let measurements, info.vramBytes ?? 0 > 0, parameters.runnerOptions["num_gpu"] == nil else { return }
        let (address, version) = state.withLock { state in
            let basis = state.outlooks[work.server.key]?.basis
            return (work.server.key, basis?.version)
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
