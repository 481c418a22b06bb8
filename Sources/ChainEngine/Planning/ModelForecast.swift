import ModelManagement
import PromptChainCore

/// What can be said of a model before it is loaded: the context that it gets, the memory that it takes, and how long it
/// takes to come and to go. What was measured wins over what is reckoned.
struct ModelForecast: Equatable, Sendable {
    /// The context where neither the chain nor the model names one, in tokens.
    static let usualContext = 4096

    /// What a forecast rests on, beside the model itself.
    struct Basis: Sendable {
        /// The server's address and version, under which measurements are kept.
        var address: String
        var version: String?
        /// What is known of the server's settings.
        var settings = ServerSettings()
        /// What was measured before.
        var measurements = Measurements()
        /// What one model may take beside what must stay, in bytes; `nil` when the capacity is unknown.
        var room: Int64?
    }

    /// The model.
    var model: ModelName
    /// What the server tells about it; `nil` when it tells nothing.
    var description: ModelDescription?
    /// The context that the server is asked for, in tokens; `nil` leaves it to the server.
    var contextLength: Int?
    /// The context that is reckoned with, in tokens.
    var reckonedContext: Int
    /// The memory that it takes, and what that rests on; `nil` when unknown.
    var footprint: FootprintForecast?
    /// What it takes beside what must stay, where that is more than there is.
    var spill: SpillForecast?
    /// How long a load takes, in seconds, as it was measured.
    var measuredLoadSeconds: Double?
    /// The same with the file in the page cache.
    var measuredWarmSeconds: Double?
    /// How long an unload takes, in seconds, as it was measured.
    var measuredUnloadSeconds: Double?

    /// A forecast.
    /// - Parameters:
    ///   - policy: how large the chain's contexts are.
    ///   - own: the context that a step of this model names, in tokens.
    init(
        _ model: ModelName, _ description: ModelDescription?, policy: ContextPolicy, own: Int? = nil, basis: Basis
    ) {
        self.model = model
        self.description = description
        slots = description?.geometry?.slots(asked: basis.settings.parallelSlots ?? 1) ?? 1
        let maximum = description?.model.contextMaximum
        contextLength = own ?? Self.context(policy, description)
        let reckoned = contextLength ?? description?.defaultContext ?? Self.usualContext
        reckonedContext = maximum.map { min($0, reckoned) } ?? reckoned
        let measured = self.measured(on: basis)
        if let description {
            let known = basis.measurements.measuredFootprints(measured)
            footprint = FootprintForecast(
                description, contextLength: reckonedContext, settings: basis.settings, measured: known)
            spill = basis.room.flatMap { room in
                SpillForecast(
                    description: description, contextLength: reckonedContext, usableBytes: room,
                    settings: basis.settings, measured: known)
            }
        }
        measuredLoadSeconds = basis.measurements.loadSeconds(measured, isWarm: false)
        measuredWarmSeconds = basis.measurements.loadSeconds(measured, isWarm: true)
        measuredUnloadSeconds = basis.measurements.unloadSeconds(measured)
    }

    private static func context(_ policy: ContextPolicy, _ description: ModelDescription?) -> Int? {
        switch policy {
        case .serverDefault: nil
        case .tokens(let count): count
        case .maximum: description?.model.contextMaximum
        // What fits depends on the other models as well: see `ContextFitting`.
        case .fit: nil
        }
    }

    /// What the weights of a model took before, the smallest context first.
    static func measured(
        _ model: ModelName, _ description: ModelDescription, _ basis: Basis
    ) -> [MeasuredFootprint] {
        basis.measurements.measuredFootprints(subject(model, description, basis, context: nil))
    }

    /// What measurements of the model are kept under.
    /// - Parameter context: the context that the server gave it, where that is known.
    func measured(on basis: Basis, context: Int? = nil) -> MeasuredModel {
        Self.subject(model, description, basis, context: context ?? reckonedContext)
    }

    private static func subject(
        _ model: ModelName, _ description: ModelDescription?, _ basis: Basis, context: Int?
    ) -> MeasuredModel {
        MeasuredModel(
            server: basis.address, weights: description?.weights ?? description?.model.digest ?? model.canonical,
            contextLength: context, serverVersion: basis.version)
    }

    /// How many requests the model serves at a time.
    var slots = 1

    /// What the server's scheduler reckons that the model takes, in bytes.
    private var admittedBytes: Int64? {
        guard let description, let weights = description.model.sizeBytes else { return nil }
        return description.geometry?.schedulerPrediction(
            fileBytes: weights, context: reckonedContext, slots: slots)
    }

    /// The model as the planner sees it.
    /// - Parameters:
    ///   - name: the name that stands for all names of these weights.
    ///   - isWarm: whether its file is in the page cache.
    func planningModel(named name: ModelName, isWarm: Bool = false) -> PlanningModel {
        let weights = description?.model.sizeBytes ?? footprint?.sizeBytes ?? 0
        let warm = isWarm ? measuredWarmSeconds : nil
        return PlanningModel(
            name: name, vramBytes: footprint?.sizeBytes, admittedBytes: admittedBytes,
            loadSeconds: warm ?? measuredLoadSeconds ?? measuredWarmSeconds
                ?? PlanningAssumption.loadSeconds(bytes: weights),
            unloadSeconds: measuredUnloadSeconds ?? PlanningAssumption.unloadSeconds)
    }

    /// What is measured and what is assumed about the model, in one sentence.
    var words: String {
        let size =
            footprint.map { footprint in
                "\(ByteCount.text(footprint.sizeBytes)) at a context of \(reckonedContext) (\(footprint.basis.rawValue))"
            } ?? "size unknown"
        if let seconds = measuredLoadSeconds ?? measuredWarmSeconds {
            return "\(model.short): \(size), \(Seconds.text(seconds)) to load (measured)"
        }
        let seconds = Seconds.text(planningModel(named: model).loadSeconds)
        let speed = ByteCount.fixed(PlanningAssumption.bytesPerSecond / 1e9, digits: 0)
        let overhead = Seconds.text(PlanningAssumption.loadOverheadSeconds)
        let how = description?.model.sizeBytes == nil ? "assumed" : "assumed: \(overhead) and \(speed) GB/s"
        return "\(model.short): \(size), \(seconds) to load (\(how))"
    }
}
