import ModelManagement
import PromptChainCore

/// What is known about a server's memory before anything is loaded. A plan and a run ask for it in the same way, so that
/// the one predicts what the other does.
struct ServerOutlook: Sendable {
    /// The memory, as the planner sees it.
    var memory: PlanningMemory
    /// What forecasts of its models rest on.
    var basis: ModelOutlook.Basis

    /// Asks a server.
    /// - Parameters:
    ///   - capacity: what is known of its memory; without it, what a load that spilled told counts.
    ///   - cap: the most models of the chain at a time; `nil` for as many as fit.
    ///   - loaded: what is in its memory; `nil` when it does not tell.
    ///   - isOfChain: whether a model in memory is one of the chain's: the others stay, unless they may be unloaded.
    init(
        of server: RunServer, capacity: ServerCapacity?, cap: Int?, evictsStrangers: Bool,
        measurements: Measurements?, loaded: [ModelInfo]?, isOfChain: (ModelInfo) -> Bool
    ) async {
        basis = ModelOutlook.Basis(server: server.key, measurements: measurements ?? Measurements())
        if measurements != nil { basis.serverVersion = try? await (server.manager as? any ServerInspector)?.version() }
        basis.capacity =
            capacity ?? basis.measurements.learnedCapacity(of: server.key, serverVersion: basis.serverVersion)
        memory = PlanningMemory(for: server, capacity: basis.capacity, cap: cap, evictsStrangers: evictsStrangers)
        if let most = try? await (server.manager as? any ModelLimitTeller)?.maxLoadedModels() {
            memory.admission.maxModels = min(most, memory.admission.maxModels ?? most)
        }
        let stays = evictsStrangers ? [] : (loaded ?? []).filter { !isOfChain($0) }
        basis.stayingBytes = ByteCount.sum(stays.compactMap(\.vramBytes))
    }
}
