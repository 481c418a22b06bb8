import Foundation
import ModelManagement
import PromptChainCore

/// Reads one server: what is in its memory, and how it stands. After a failure the last known models stay, since that is
/// when they are needed most.
public actor SnapshotReader {
    private let connection: WatchedServer
    private let now: @Sendable () -> Date
    private var version: String?
    private var lastAnswer: Date?
    private var models: [ModelInfo] = []
    private var gpus: [GPUReading] = []
    private var activities: [ModelActivity] = []
    private var clients: [ServerClient]?
    private var missing: [ModelName]?
    private var usualLoads: [ModelName: Double] = [:]

    /// A reader of a server.
    /// - Parameters:
    ///   - connection: the server.
    ///   - now: the time.
    public init(connection: WatchedServer, now: @escaping @Sendable () -> Date = { Date() }) {
        self.connection = connection
        self.now = now
    }

    /// Whether the server has answered before.
    var hasAnswered: Bool { lastAnswer != nil }

    /// Asks the server once. The version is only asked for after a (re)connect.
    public func read() async -> ServerSnapshot {
        // Also when the server does not answer: that is when an operator wants to see what holds the memory.
        async let state = readServer()
        gpus = await connection.readGPUs()
        return snapshot(await state)
    }

    private func readServer() async -> ServerState {
        do {
            if version == nil { version = try await (connection.manager as? any ServerInspector)?.version() }
            models = try await connection.manager.loadedModels()
            lastAnswer = now()
            activities = await connection.readActivities(models)
            clients = await connection.readClients()
            await readLibrary()
            return .ready
        } catch let error as ModelManagementError {
            if error.kind == .unreachable { version = nil }
            return state(after: error)
        } catch is CancellationError {
            return lastAnswer.map { .stale(since: $0) } ?? .connecting
        } catch {
            return .unreachable(reason: "\(error)", hint: "")
        }
    }

    private func readLibrary() async {
        guard let library = connection.libraryWatch else { return }
        missing = await library.missing(among: models)
        let loading = activities.filter { $0.phase == .loading }.map(\.model)
        usualLoads = await library.usualLoadSeconds(loaded: models, loading: loading, version: version)
    }

    /// What is known while an answer takes long: the server may still be starting, or has gone quiet.
    public func waiting() -> ServerSnapshot {
        snapshot(lastAnswer.map { .stale(since: $0) } ?? .starting)
    }

    private func state(after error: ModelManagementError) -> ServerState {
        switch error.kind {
        case .notAnswering, .timedOut: lastAnswer.map { .stale(since: $0) } ?? .starting
        case .busy: lastAnswer.map { .stale(since: $0) } ?? .starting
        default: .unreachable(reason: error.reason, hint: error.hint ?? "")
        }
    }

    private func snapshot(_ state: ServerState) -> ServerSnapshot {
        let said = connection.capacityBytes ?? readCapacity
        let learned = said == nil ? connection.learnedCapacity(version) : nil
        return ServerSnapshot(
            name: connection.name, provider: connection.description.provider, url: connection.url, time: now(),
            state: state, version: version, capacityBytes: said ?? learned,
            isCapacityLearned: learned != nil, models: models,
            gpus: gpus, activities: state == .ready ? activities : [], clients: state == .ready ? clients : nil,
            missingModels: missing, usualLoadSeconds: usualLoads)
    }

    // A GPU of which the driver does not tell the size leaves the sum unknown; one that is lost has no memory to give.
    private var readCapacity: Int64? {
        let gpus = gpus.filter { $0.fault == nil }
        let totals = gpus.compactMap(\.totalBytes)
        return totals.isEmpty || totals.count < gpus.count ? nil : ByteCount.sum(totals)
    }
}
