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

/// One thing that was measured.
public enum Measurement: Equatable, Sendable {
    /// How much memory a loaded model takes, and how much of it on the GPU, in bytes.
    case footprint(MeasuredModel, sizeBytes: Int64, vramBytes: Int64)
    /// How long a load took, in seconds. It is warm when the file was in the host's page cache.
    case load(MeasuredModel, seconds: Double, isWarm: Bool)
    /// How long it took until a model had left memory, in seconds.
    case unload(MeasuredModel, seconds: Double)
    /// How long a step of a chain ran once its model was ready, in seconds.
    case step(chain: String, step: String, model: MeasuredModel, seconds: Double)
}

/// Remembers what was measured, so that the next estimate is better than a formula.
///
/// Neither call waits for a disk: the measurements are held in memory and written behind.
public protocol MeasurementStore: Sendable {
    /// Everything that is known now.
    var measurements: Measurements { get }
    /// Notes a measurement. It counts from the next reading of `measurements` on.
    func record(_ measurement: Measurement)
}

/// What has been measured, as a value to look things up in. The median of the latest measurements of a kind counts.
public struct Measurements: Equatable, Sendable {
    /// How many measurements of a kind are kept: enough for a median, few enough to follow a change of hardware.
    public static let kept = 9

    private struct StepKey: Hashable, Sendable {
        var chain: String
        var step: String
        var server: String
        var weights: String
    }

    private struct LoadKey: Hashable, Sendable {
        var model: MeasuredModel
        var isWarm: Bool
    }

    private struct Footprint: Equatable, Sendable {
        var sizeBytes: Int64
        var vramBytes: Int64
    }

    private var footprints: [MeasuredModel: Footprint] = [:]
    private var loads: [LoadKey: [Double]] = [:]
    private var unloads: [MeasuredModel: [Double]] = [:]
    private var steps: [StepKey: [Double]] = [:]

    /// Nothing measured yet.
    public init() {}

    /// Adds a measurement; the latest wins over older ones.
    public mutating func add(_ measurement: Measurement) {
        switch measurement {
        case .footprint(let model, let size, let vram):
            footprints[model] = Footprint(sizeBytes: size, vramBytes: vram)
        case .load(let model, let seconds, let isWarm):
            Self.add(seconds, to: &loads[LoadKey(model: model, isWarm: isWarm), default: []])
        case .unload(let model, let seconds):
            Self.add(seconds, to: &unloads[model, default: []])
        case .step(let chain, let step, let model, let seconds):
            let key = StepKey(chain: chain, step: step, server: model.server, weights: model.weights)
            Self.add(seconds, to: &steps[key, default: []])
        }
    }

    /// All memory of a model when it was last loaded like this, and the part on the GPU, in bytes.
    public func footprint(_ model: MeasuredModel) -> (sizeBytes: Int64, vramBytes: Int64)? {
        footprints[model].map { ($0.sizeBytes, $0.vramBytes) }
    }

    /// How long a load takes, in seconds; `nil` when none was measured.
    public func loadSeconds(_ model: MeasuredModel, isWarm: Bool) -> Double? {
        loads[LoadKey(model: model, isWarm: isWarm)].map(Self.median)
    }

    /// How long an unload takes, in seconds; `nil` when none was measured.
    public func unloadSeconds(_ model: MeasuredModel) -> Double? {
        unloads[model].map(Self.median)
    }

    /// How long a step runs once its model is ready, in seconds; `nil` when it never ran.
    public func stepSeconds(chain: String, step: String, model: MeasuredModel) -> Double? {
        steps[StepKey(chain: chain, step: step, server: model.server, weights: model.weights)].map(Self.median)
    }

    private static func add(_ seconds: Double, to list: inout [Double]) {
        guard seconds.isFinite, seconds >= 0 else { return }
        list = Array((list + [seconds]).suffix(kept))
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
