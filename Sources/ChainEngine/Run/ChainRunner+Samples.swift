import Foundation
import ModelManagement
import PromptChainCore
import Synchronization

/// Looks from time to time what is in the servers' memory, and tells it when it has changed. Nothing waits for it.
final class MemorySampler: Sendable {
    private struct State {
        // What was told last, by server.
        var told: [String: ServerSnapshot] = [:]
        var versions: [String: String] = [:]
        var kick: AsyncStream<Void>.Continuation?
    }

    /// The longest that the last look may take, in seconds.
    private static let lastPatience = 2.0

    private let state = Mutex(State())

    /// Asks for a look soon, since something has changed.
    func kick() {
        _ = state.withLock { $0.kick }?.yield()
    }

    /// Looks until the task is cancelled: at once, whenever it is asked to, and every few seconds.
    func run(every interval: Double, for runner: ChainRunner) async {
        let (kicks, kick) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        state.withLock { $0.kick = kick }
        kick.yield()
        let clock = runner.clock
        let timer = Task {
            while (try? await clock.sleep(seconds: interval)) != nil { kick.yield() }
        }
        defer { timer.cancel() }
        for await _ in kicks {
            if Task.isCancelled { return }
            await look(for: runner)
        }
    }

    /// Looks once more, at the end of a run, at servers that answered before; not for long.
    func lookLast(for runner: ChainRunner) async {
        let clock = runner.clock
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.look(for: runner, onlyKnown: true) }
            group.addTask { try? await clock.sleep(seconds: Self.lastPatience) }
            await group.next()
            group.cancelAll()
        }
    }

    private func look(for runner: ChainRunner, onlyKnown: Bool = false) async {
        var seen: Set<String> = []
        let servers = runner.state.withLock { $0.servers }.sorted { $0.value.key < $1.value.key }
        for (request, server) in servers where seen.insert(server.key).inserted {
            if onlyKnown, state.withLock({ $0.told[server.key] == nil }) { continue }
            guard let snapshot = await read(server, request, for: runner), !Task.isCancelled else { continue }
            let isNews = state.withLock { state in
                defer { state.told[server.key] = snapshot }
                return state.told[server.key].map { !$0.holdsTheSame(as: snapshot) } ?? true
            }
            if isNews { runner.emit(.serverSample(snapshot)) }
        }
    }

    // A server that does not answer is told by whoever needs it.
    private func read(
        _ server: RunServer, _ request: ServerRequest, for runner: ChainRunner
    ) async -> ServerSnapshot? {
        guard let models = try? await server.manager.loadedModels() else { return nil }
        let inspector = server.manager as? any ServerInspector
        let known = state.withLock { $0.versions[server.key] }
        let version = if let known { known } else { try? await inspector?.version() }
        if let version { state.withLock { $0.versions[server.key] = version } }
        let capacity = await runner.provider.capacity(for: request, option: runner.options.capacityBytes)
        return ServerSnapshot(
            name: server.name, provider: inspector?.provider ?? request.provider ?? .custom,
            url: inspector?.address ?? "", time: runner.clock.now(), state: .ready, version: version,
            capacityBytes: capacity?.totalBytes, models: models.sorted { $0.name.canonical < $1.name.canonical },
            gpus: await runner.provider.gpus(for: request))
    }
}

extension ChainRunner {
    /// Begins to tell what is in memory, where the options ask for it.
    func sampleMemory() -> Task<Void, Never>? {
        guard options.samplesServers else { return nil }
        let (sampler, interval) = (sampler, options.sampleInterval)
        return Task { await sampler.run(every: interval, for: self) }
    }

    /// Tells what is in memory after the clean-up.
    func sampleMemoryLast() async {
        if options.samplesServers { await sampler.lookLast(for: self) }
    }
}

extension ServerSnapshot {
    /// Whether the same models take the same memory. That time passes, and with it what is left of a keep-alive, is no
    /// change; nor is a GPU that is busier, or that holds a little more or less of somebody's.
    fileprivate func holdsTheSame(as other: ServerSnapshot) -> Bool {
        func essence(_ snapshot: ServerSnapshot) -> ServerSnapshot {
            var essence = snapshot
            essence.time = .distantPast
            for index in essence.models.indices {
                essence.models[index].expiresAt = nil
                essence.models[index].lastUsed = nil
                essence.models[index].loadSeconds = nil
            }
            for index in essence.gpus.indices {
                essence.gpus[index].utilizationPercent = nil
                essence.gpus[index].processes = nil
                essence.gpus[index].usedBytes = essence.gpus[index].usedBytes.map { $0 >> 28 }
            }
            return essence
        }
        return essence(self) == essence(other)
    }
}

extension ChainEvent {
    /// Whether what is in a server's memory may have changed.
    var changesMemory: Bool {
        switch self {
        // A server loads and unloads by itself as well, for a step of a chain that does not manage its models.
        case .modelLoaded, .modelLoadFailed, .modelUnloaded, .stepFinished: true
        default: false
        }
    }
}
