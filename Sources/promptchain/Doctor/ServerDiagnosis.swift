import Foundation
import Logging
import ModelManagement
import PromptChainCore

/// What is found out about one server.
struct ServerDiagnosis: Sendable {
    /// The policy that a run without one of its own would use, and why.
    struct Policy: Equatable, Sendable {
        var name: String?
        var reason: String
        /// What would help to have a better one.
        var hint: String?
    }

    var configuration: ServerConfiguration
    /// What listens there.
    var finding: ProviderProbe.Finding?
    /// How long it took to find out, in seconds.
    var seconds: Double?
    /// What is in its memory; `nil` where it does not tell.
    var loaded: [ModelInfo]?
    var leftovers: [Leftover] = []
    /// Its memory, where anybody knows it.
    var capacity: ServerCapacity?
    /// Its process, where it runs on this machine.
    var process: ServerProcess?
    /// Its own log, where it runs on this machine.
    var log: ServerLogFinding?
    var failure: ModelManagementError?
    /// What can be done on it, as its manager says.
    var capabilities: ManagerCapabilities = []

    /// Whether it answered as a server.
    var isReached: Bool { failure == nil }

    /// Seconds that a server has for each answer.
    private static let patience = 4.0

    /// Looks at all servers at the same time.
    /// - Parameters:
    ///   - locks: the folder of lock files.
    ///   - reader: reads the memory of a server, and its process.
    ///   - measurements: what loads told about memory.
    static func all(
        _ servers: [ServerConfiguration], locks: String, reader: CapacityReader,
        measurements: Measurements = Measurements()
    ) async -> [ServerDiagnosis] {
        await withTaskGroup(of: (Int, ServerDiagnosis).self) { group in
            for (index, server) in servers.enumerated() {
                group.addTask { (index, await diagnose(server, locks: locks, reader: reader, measurements)) }
            }
            var found: [(Int, ServerDiagnosis)] = []
            for await diagnosis in group { found.append(diagnosis) }
            return found.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private static func diagnose(
        _ server: ServerConfiguration, locks: String, reader: CapacityReader, _ measurements: Measurements
    ) async -> ServerDiagnosis {
        var quick = server
        quick.timeout = min(server.timeout, patience)
        quick.maxRetries = 0
        var diagnosis = ServerDiagnosis(configuration: server)
        do {
            let start = ContinuousClock.now
            let finding = try await find(quick)
            let time = (ContinuousClock.now - start).components
            diagnosis.seconds = Double(time.seconds) + Double(time.attoseconds) * 1e-18
            diagnosis.finding = finding
            quick.provider = finding.provider
            try await diagnosis.ask(quick)
        } catch let error as ModelManagementError {
            diagnosis.failure = error
        } catch {
            diagnosis.failure = ModelManagementError(
                kind: .server, action: "look at it", server: server.name, reason: "\(error)")
        }
        let models = diagnosis.loaded ?? []
        diagnosis.leftovers = await apart {
            ModelLock.leftovers(
                folder: locks, server: server.name, address: server.url.description, loaded: models)
        }
        guard diagnosis.isReached else { return diagnosis }
        diagnosis.process = await reader.process(of: server)
        diagnosis.log = await reader.log(of: server)
        diagnosis.capacity =
            await reader.capacity(of: server)
            ?? measurements.learnedCapacity(
                of: server.url.description, serverVersion: diagnosis.finding?.version)
        return diagnosis
    }

    private static let silent: @Sendable (String) -> Logger = { Logger(label: $0) { _ in SwiftLogNoOpLogHandler() } }

    // How to recognise a kind that a program added only the program knows: its manager is asked.
    private static func find(_ server: ServerConfiguration) async throws -> ProviderProbe.Finding {
        let isOwn = !ModelManagerFactory.builtIn.contains(server.provider)
        guard isOwn else { return try await ProviderProbe(configuration: server).find() }
        guard ModelManagerFactory.providers.contains(server.provider) else {
            if let finding = try? await ProviderProbe(configuration: server).find() { return finding }
            // Says which kinds there are.
            _ = try ModelManagerFactory.createManager(for: server, logger: silent)
            return ProviderProbe.Finding(provider: server.provider, evidence: "the configuration says so")
        }
        let manager = try ModelManagerFactory.createManager(for: server, logger: silent)
        let inspector = manager as? any ServerInspector
        let version = try? await inspector?.version()
        await inspector?.shutdown()
        return ProviderProbe.Finding(
            provider: server.provider, version: version, evidence: "this program has a manager of its own for it")
    }

    // A kind that cannot be managed has been recognised all the same.
    private mutating func ask(_ server: ServerConfiguration) async throws {
        guard let manager = try? ModelManagerFactory.createManager(for: server, logger: Self.silent) else { return }
        let inspector = manager as? any ServerInspector
        do {
            try await (manager as? any CapabilityLearner)?.learnCapabilities()
            capabilities = inspector?.capabilities ?? [.load, .unload]
            loaded = try await manager.loadedModels()
            await inspector?.shutdown()
        } catch {
            await inspector?.shutdown()
            throw error
        }
    }

    // Those that decide about memory and waiting. Others, such as a key to a cloud, are nobody's business.
    private static let tellingVariables = [
        "OLLAMA_MAX_LOADED_MODELS", "OLLAMA_NUM_PARALLEL", "OLLAMA_KEEP_ALIVE", "OLLAMA_CONTEXT_LENGTH",
        "OLLAMA_KV_CACHE_TYPE", "OLLAMA_FLASH_ATTENTION", "OLLAMA_SCHED_SPREAD", "OLLAMA_GPU_OVERHEAD",
        "OLLAMA_LOAD_TIMEOUT", "OLLAMA_MAX_QUEUE",
    ]

    /// The settings that its process was started with; `nil` when they cannot be read.
    var settings: [(name: String, value: String)]? {
        guard let environment = process?.environment else { return nil }
        return Self.tellingVariables.compactMap { name in environment[name].map { (name, $0) } }
    }

    /// The policy of a run that names none.
    var policy: Policy {
        if let provider = finding?.provider, loaded != nil, !capabilities.contains(.unload) {
            let what = provider == .llamaCpp ? "a plain llama-server" : "this \(provider)"
            return Policy(reason: "\(what) keeps what it has in memory: there is nothing to decide")
        }
        guard let capacity, capacity.totalBytes > 0 else {
            return Policy(
                name: "same-model", reason: "nobody says how much GPU memory it has",
                hint: "Say it with `vram: 24GiB` of the server in the configuration, or with --vram.")
        }
        let origin =
            switch capacity.source {
            case .option: "the command line"
            case .configuration: "the configuration"
            case .gpu: "a reading of the GPUs"
            case .learned: "a load that spilled"
            }
        return Policy(name: "planned", reason: "it has \(ByteCount.text(capacity.totalBytes)), says \(origin)")
    }
}
