import ModelManagement
import PromptChainCore

/// Looks now and then at what a server has on its disk, to know which of the models in its memory are gone from there, and
/// how long its loads took before.
public actor ServerLibraryWatch {
    /// How old a list of installed models may be, in seconds.
    static let freshness = 60.0

    private let address: String
    private let measurements: @Sendable () -> Measurements?
    private let installed: @Sendable () async throws -> [InstalledModel]
    private let describe: @Sendable (ModelName) async throws -> ModelDescription
    private let now: @Sendable () -> Double
    private var names: Set<ModelName>?
    private var lastLook: Double?
    private var weights: [String: String] = [:]
    /// Models that this program loads, and that no reading shows yet.
    private var asked: Set<ModelName> = []

    /// A watch over one server.
    /// - Parameters:
    ///   - address: the server's address, under which its measurements are kept.
    ///   - measurements: what was measured until now; `nil` where nobody keeps it.
    ///   - installed: lists what is on its disk.
    ///   - describe: tells about a model; its weights tell which measurements are its own.
    ///   - now: monotonic seconds.
    public init(
        address: String, measurements: @escaping @Sendable () -> Measurements?,
        installed: @escaping @Sendable () async throws -> [InstalledModel],
        describe: @escaping @Sendable (ModelName) async throws -> ModelDescription,
        now: @escaping @Sendable () -> Double
    ) {
        self.address = address
        self.measurements = measurements
        self.installed = installed
        self.describe = describe
        self.now = now
    }

    /// Those of the loaded models that are not on the disk any more, sorted; `nil` when it cannot be told. A server
    /// without models in memory is not asked.
    func missing(among loaded: [ModelInfo]) async -> [ModelName]? {
        guard !loaded.isEmpty else { return [] }
        let time = now()
        // A model that the last list lacks may have come since.
        let isNews = loaded.contains { names?.contains($0.name) == false } && lastLook.map { time - $0 >= 5 } ?? true
        if isNews || lastLook.map({ time - $0 >= Self.freshness }) ?? true {
            lastLook = time
            if let models = try? await installed() { names = Set(models.map(\.name)) }
        }
        guard let names else { return nil }
        return loaded.map(\.name).filter { !names.contains($0) }.sorted { $0.canonical < $1.canonical }
    }

    /// Notes that this program loads a model: how long that takes usually is of interest before anything is seen of it.
    func noteLoad(of model: ModelName) { asked.insert(model) }

    /// How long loads of some models took before, in seconds.
    func usualLoadSeconds(loaded: [ModelInfo], loading: [ModelName], version: String?) async -> [ModelName: Double] {
        guard let measurements = measurements() else { return [:] }
        asked.subtract(loaded.map(\.name))
        var known: [ModelName: Double] = [:]
        let subjects = loaded.map { ($0.name, $0.digest, $0.contextLength) } + (loading + asked).map { ($0, nil, nil) }
        for (name, digest, context) in subjects where known[name] == nil {
            guard let weights = await weights(of: name, digest: digest) else { continue }
            let model = MeasuredModel(
                server: address, weights: weights, contextLength: context, serverVersion: version)
            known[name] =
                measurements.loadSeconds(model, isWarm: false) ?? measurements.loadSeconds(model, isWarm: true)
        }
        return known
    }

    private func weights(of name: ModelName, digest: String?) async -> String? {
        let key = digest ?? name.canonical
        if let known = weights[key] { return known }
        guard let description = try? await describe(name) else { return nil }
        let found = description.weights ?? description.model.digest ?? name.canonical
        weights[key] = found
        return found
    }
}
