/// The weights of a model on a server, at a context: what a measurement is about.
public struct MeasuredModel: Hashable, Sendable {
    /// The server's address.
    public var server: String
    /// What tells the weights from others: their digest, or the canonical name where there is none.
    public var weights: String
    /// The context, in tokens; `nil` where the server decides and does not tell.
    public var contextLength: Int?
    /// The server's version; a new one may allocate differently.
    public var serverVersion: String?

    /// A model on a server.
    public init(server: String, weights: String, contextLength: Int? = nil, serverVersion: String? = nil) {
        self.server = server
        self.weights = weights
        self.contextLength = contextLength
        self.serverVersion = serverVersion
    }
}

extension MeasuredModel {
    /// All models of a server together: what they took when the last of them was loaded. A footprint of which a part is
    /// not on the GPU tells how much there is.
    public static func all(on server: String, serverVersion: String?) -> MeasuredModel {
        MeasuredModel(server: server, weights: allModels, serverVersion: serverVersion)
    }

    // No digest, and with its blank no name of a model either.
    static let allModels = "all models"
}

/// One thing that was measured.
public enum ModelMeasurement: Equatable, Sendable {
    /// How much memory a loaded model takes, and how much of it on the GPU, in bytes.
    case footprint(MeasuredModel, sizeBytes: Int64, vramBytes: Int64)
    /// How long a load took, in seconds. It is warm when the file was in the host's page cache.
    case load(MeasuredModel, seconds: Double, isWarm: Bool)
    /// How long it took until a model had left memory, in seconds.
    case unload(MeasuredModel, seconds: Double)
    /// How long a step of a chain ran once its model was ready, in seconds.
    case step(chain: String, step: String, model: MeasuredModel, seconds: Double)

    /// Whether it can be true: a size above 0, a time of 0 or more. What cannot is not remembered.
    public var isPlausible: Bool {
        switch self {
        case .footprint(_, let size, let vram): size > 0 && vram >= 0
        case .load(_, let seconds, _), .unload(_, let seconds), .step(_, _, _, let seconds):
            seconds.isFinite && seconds >= 0
        }
    }
}

/// Remembers what was measured, so that the next estimate is better than a formula.
///
/// Neither call waits for a disk: the measurements are held in memory and written behind.
public protocol MeasurementStore: Sendable {
    /// Everything that is known now.
    var measurements: Measurements { get }
    /// Notes a measurement. It counts from the next reading of `measurements` on.
    func record(_ measurement: ModelMeasurement)
}

/// What a model took at a context when it was last loaded with it.
public struct MeasuredFootprint: Equatable, Sendable {
    /// The context, in tokens.
    public var contextLength: Int
    /// All of its memory, in bytes.
    public var sizeBytes: Int64
    /// The part on the GPU, in bytes.
    public var vramBytes: Int64

    /// A footprint.
    public init(contextLength: Int, sizeBytes: Int64, vramBytes: Int64) {
        self.contextLength = contextLength
        self.sizeBytes = sizeBytes
        self.vramBytes = vramBytes
    }
}

/// What has been measured, as a value to look things up in. The median of the latest measurements of a kind counts.
///
/// What was never measured at a context is taken from other contexts of the same weights on the same version of the
/// server, where that says something: see each function.
public struct Measurements: Equatable, Sendable {
    /// How many measurements of a kind are kept: enough for a median, few enough to follow a change of hardware.
    public static let kept = 9

    private struct StepKey: Hashable, Sendable {
        var chain: String
        var step: String
        var server: String
        var weights: String
    }

    /// The weights on one version of a server, whatever the context.
    private struct Weights: Hashable, Sendable {
        var server: String
        var weights: String
        var serverVersion: String?

        init(_ model: MeasuredModel) {
            server = model.server
            weights = model.weights
            serverVersion = model.serverVersion
        }
    }

    /// What is known about some weights, each by context.
    private struct Known: Equatable, Sendable {
        var footprints: [Int?: MeasuredFootprint] = [:]
        var coldLoads: [Int?: [Double]] = [:]
        var warmLoads: [Int?: [Double]] = [:]
        var unloads: [Int?: [Double]] = [:]
    }

    private var known: [Weights: Known] = [:]
    private var steps: [StepKey: [Double]] = [:]

    /// Nothing measured yet.
    public init() {}

    /// Adds a measurement; the latest wins over older ones. One that cannot be true is left out.
    public mutating func add(_ measurement: ModelMeasurement) {
        guard measurement.isPlausible else { return }
        switch measurement {
        case .footprint(let model, let size, let vram):
            known[Weights(model), default: Known()].footprints[model.contextLength] = MeasuredFootprint(
                contextLength: model.contextLength ?? 0, sizeBytes: size, vramBytes: min(vram, size))
        case .load(let model, let seconds, isWarm: false):
            Self.add(seconds, to: &known[Weights(model), default: Known()].coldLoads[model.contextLength, default: []])
        case .load(let model, let seconds, isWarm: true):
            Self.add(seconds, to: &known[Weights(model), default: Known()].warmLoads[model.contextLength, default: []])
        case .unload(let model, let seconds):
            Self.add(seconds, to: &known[Weights(model), default: Known()].unloads[model.contextLength, default: []])
        case .step(let chain, let step, let model, let seconds):
            let key = StepKey(chain: chain, step: step, server: model.server, weights: model.weights)
            Self.add(seconds, to: &steps[key, default: []])
        }
    }

    /// All memory of a model when it was last loaded like this, and the part on the GPU, in bytes.
    ///
    /// A context that was never loaded is reckoned from two that were: weights and a KV cache that grows evenly, so a
    /// straight line through them. It holds between the two and as far beyond as they are apart; further away the
    /// estimate by formula is better, and the answer is `nil`. With sliding windows the line runs below the truth
    /// between the two, by less than the windows of all layers take, and above it beyond.
    public func footprint(_ model: MeasuredModel) -> (sizeBytes: Int64, vramBytes: Int64)? {
        if let exact = measuredFootprint(model) { return (exact.sizeBytes, exact.vramBytes) }
        guard let context = model.contextLength else { return nil }
        let others = measuredFootprints(model)
        guard others.count > 1 else { return nil }
        let above = others.firstIndex { $0.contextLength > context } ?? others.count
        let upper = min(max(1, above), others.count - 1)
        let (low, high) = (others[upper - 1], others[upper])
        let span = Double(high.contextLength) - Double(low.contextLength)
        let share = (Double(context) - Double(low.contextLength)) / span
        guard share >= -1, share <= 2, high.sizeBytes >= low.sizeBytes else { return nil }
        let size = Self.between(low.sizeBytes, high.sizeBytes, share)
        guard size > 0 else { return nil }
        return (size, max(0, min(size, Self.between(low.vramBytes, high.vramBytes, share))))
    }

    /// What a model took at exactly this context; `nil` when it was never loaded with it.
    public func measuredFootprint(_ model: MeasuredModel) -> MeasuredFootprint? {
        known[Weights(model)]?.footprints[model.contextLength]
    }

    /// What the weights of a model took at each context with which they were loaded, the smallest context first. The
    /// model's own context does not matter.
    public func measuredFootprints(_ model: MeasuredModel) -> [MeasuredFootprint] {
        (known[Weights(model)]?.footprints ?? [:]).filter { $0.key.map { $0 > 0 } ?? false }.map(\.value)
            .sorted { $0.contextLength < $1.contextLength }
    }

    /// How long a load takes, in seconds; `nil` when none was measured. A load with another context serves as well,
    /// the nearest one: reading the weights is what takes long. A cold load says nothing about a warm one.
    public func loadSeconds(_ model: MeasuredModel, isWarm: Bool) -> Double? {
        let known = known[Weights(model)]
        return Self.median((isWarm ? known?.warmLoads : known?.coldLoads) ?? [:], near: model.contextLength)
    }

    /// How long an unload takes, in seconds; `nil` when none was measured. Another context serves as well.
    public func unloadSeconds(_ model: MeasuredModel) -> Double? {
        Self.median(known[Weights(model)]?.unloads ?? [:], near: model.contextLength)
    }

    /// How long a step runs once its model is ready, in seconds; `nil` when it never ran.
    public func stepSeconds(chain: String, step: String, model: MeasuredModel) -> Double? {
        steps[StepKey(chain: chain, step: step, server: model.server, weights: model.weights)].map(Self.median)
    }

    /// The memory of a server, learned from a load that spilled: what its models had on the GPU then. `nil` when no load
    /// did, or more than that has been wholly on the GPU since.
    /// - Parameter serverVersion: the server's version; what another one was seen to use does not count.
    public func learnedCapacity(of server: String, serverVersion: String?) -> ServerCapacity? {
        let all = measuredFootprint(.all(on: server, serverVersion: serverVersion))
        guard let all, all.vramBytes > 0, all.vramBytes < all.sizeBytes else { return nil }
        return ServerCapacity(devices: [.init(totalBytes: all.vramBytes)], source: .learned)
    }

    /// Whether any load told something about the memory of its server.
    public var hasLearnedCapacities: Bool { known.contains { $0.key.weights == MeasuredModel.allModels } }

    /// What a load tells about the memory of its server; `nil` when it tells nothing.
    /// - Parameters:
    ///   - loaded: all models of the server after the load.
    ///   - server: the server's address.
    public func capacityMeasurement(
        of loaded: [ModelInfo], on server: String, serverVersion: String?
    ) -> ModelMeasurement? {
        let known = loaded.compactMap { info in info.sizeBytes.flatMap { size in info.vramBytes.map { (size, $0) } } }
        guard known.count == loaded.count, !known.isEmpty else { return nil }
        let (size, vram) = (ByteCount.sum(known.map(\.0)), ByteCount.sum(known.map(\.1)))
        let subject = MeasuredModel.all(on: server, serverVersion: serverVersion)
        // Without anything on the GPU there may be none.
        if vram > 0, vram < size { return .footprint(subject, sizeBytes: size, vramBytes: vram) }
        guard let learned = learnedCapacity(of: server, serverVersion: serverVersion), vram > learned.totalBytes
        else { return nil }
        return .footprint(subject, sizeBytes: size, vramBytes: vram)
    }

    private static func between(_ low: Int64, _ high: Int64, _ share: Double) -> Int64 {
        Int64(max(-9e18, min(Double(low) + (Double(high) - Double(low)) * share, 9e18)))
    }

    private static func add(_ seconds: Double, to list: inout [Double]) {
        list = Array((list + [seconds]).suffix(kept))
    }

    // Of two contexts that are equally near the larger one counts: it takes longer, if anything.
    private static func median(_ byContext: [Int?: [Double]], near context: Int?) -> Double? {
        if let exact = byContext[context] { return median(exact) }
        func distance(_ other: Int?) -> Double { abs(Double(other ?? 0) - Double(context ?? 0)) }
        let nearest = byContext.min {
            (distance($0.key), -Double($0.key ?? 0)) < (distance($1.key), -Double($1.key ?? 0))
        }
        return nearest.map { median($0.value) }
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
