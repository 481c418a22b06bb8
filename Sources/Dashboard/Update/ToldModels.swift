import Foundation
import PromptChainCore

/// What a run that somebody else runs tells of models, as the reading of a server: for as long as no server is asked and
/// the run tells of none.
enum ToldModels {
    /// The server that stands for all of the run's.
    static let name = "this run"

    static func note(_ event: ChainEvent, at time: Date, _ state: inout DashboardState) {
        guard state.feed != nil, state.servers.all.allSatisfy({ $0.name == name }) else { return }
        let known = state.servers[name]?.models ?? []
        switch event {
        case .runStarted(let start):
            // A program that says nothing of models is not claimed to have none.
            if start.policy != nil || !known.isEmpty { tell([], at: time, &state) }
        case .modelLoaded(let model, let seconds, let vram, let context):
            let info = ModelInfo(
                name: model, provider: .custom, server: name, isLoaded: true, sizeBytes: vram, vramBytes: vram,
                contextLength: context, loadSeconds: seconds)
            tell(known.filter { $0.name != model } + [info], at: time, &state)
        case .modelUnloaded(let model, _, true): tell(known.filter { $0.name != model }, at: time, &state)
        default: break
        }
    }

    private static func tell(_ models: [ModelInfo], at time: Date, _ state: inout DashboardState) {
        state.servers.acceptTold(
            ServerSnapshot(
                name: name, provider: .custom, url: "", time: time, state: .ready,
                capacityBytes: state.run?.capacityBytes, models: models))
    }
}
