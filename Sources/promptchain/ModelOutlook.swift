import ChainEngine
import DashboardRuntime
import ModelManagement
import PromptChainCore

/// What is known about a model on a server before it is loaded: its shape, what it took before, and the memory that is
/// there for it.
struct ModelOutlook: Sendable {
    /// The model.
    var model: ModelName
    /// What the server tells about it; `nil` when it tells nothing.
    var description: ModelDescription?
    /// The server's memory; `nil` when it is not known.
    var capacity: ServerCapacity?
    /// What models that are pinned have of it, in bytes: they are to stay.
    var pinnedBytes: Int64 = 0
    /// Under what measurements of it are kept, without a context.
    var subject: MeasuredModel
    /// What was measured before.
    var measurements = Measurements()

    /// Asks a server about a model. What it does not tell is left out.
    init(_ model: ModelName, on server: WatchedServer, capacity: ServerCapacity?, measurements: Measurements) async {
        self.model = model
        self.measurements = measurements
        let inspector = server.manager as? any ServerInspector
        async let version = try? inspector?.version()
        let description = try? await server.describe(model)
        self.description = description
        subject = MeasuredModel(
            server: inspector?.address ?? server.url,
            weights: description?.weights ?? description?.model.digest ?? model.canonical,
            serverVersion: await version)
        self.capacity =
            capacity ?? measurements.learnedCapacity(of: subject.server, serverVersion: subject.serverVersion)
        guard self.capacity != nil, let loaded = try? await server.manager.loadedModels() else { return }
        let others = loaded.filter { info in
            info.isPinned && info.name != model && (info.digest == nil || info.digest != description?.model.digest)
        }
        pinnedBytes = ByteCount.sum(others.compactMap(\.vramBytes))
    }

    /// What the model can use, in bytes: the capacity without a margin, other programs and pinned models; `nil` when the
    /// capacity is not known.
    var usableBytes: Int64? {
        capacity.flatMap { PlanningMemory($0).usableBytes }.map { max(0, $0 - max(0, pinnedBytes)) }
    }

    /// What the server was told, as far as it is known.
    var settings: ServerSettings { capacity?.settings ?? ServerSettings() }

    /// What the model took before, the smallest context first.
    var measured: [MeasuredFootprint] { measurements.measuredFootprints(subject) }

    /// What the model will need at a context; `nil` when it is not known.
    func footprint(at context: Int) -> FootprintForecast? {
        description.flatMap {
            FootprintForecast($0, contextLength: context, settings: settings, measured: measured)
        }
    }

    /// What would spill at a context; `nil` when the model fits, or nothing is known.
    func spill(at context: Int) -> SpillForecast? {
        guard let description, let usableBytes else { return nil }
        return SpillForecast(
            description: description, contextLength: context, usableBytes: usableBytes, settings: settings,
            measured: measured)
    }

    /// The largest context with which the model fits, in tokens; `nil` when none does, or nothing is known.
    var fittingContext: Int? {
        guard let description, let usableBytes else { return nil }
        return FootprintForecast.largestContext(
            description, within: usableBytes, settings: settings, measured: measured)
    }

    /// What a load tells for the next time; nothing when the model has left memory again, as nobody knows what it had.
    /// - Parameter loaded: all that is in the server's memory then; `nil` when it does not tell.
    func measurements(of info: ModelInfo, beside loaded: [ModelInfo]? = nil) -> [ModelMeasurement] {
        guard info.isLoaded, !info.name.isCloud else { return [] }
        var subject = subject
        subject.contextLength = info.contextLength
        var found: [ModelMeasurement] = []
        if let seconds = info.loadSeconds { found.append(.load(subject, seconds: seconds, isWarm: false)) }
        if let size = info.sizeBytes, let vram = info.vramBytes {
            found.append(.footprint(subject, sizeBytes: size, vramBytes: vram))
        }
        let learned = loaded.flatMap {
            measurements.capacityMeasurement(of: $0, on: subject.server, serverVersion: subject.serverVersion)
        }
        return found + (learned.map { [$0] } ?? [])
    }
}

extension Composition {
    /// The memory of a server.
    /// - Parameters:
    ///   - choice: its name or address; the standard one without.
    ///   - option: what the user says that it is (`--vram`).
    func capacity(of choice: String?, option: MemoryOption?) async -> ServerCapacity? {
        await chainServers.capacity(for: ServerRequest(optionServer: choice), option: option?.bytes)
    }
}
