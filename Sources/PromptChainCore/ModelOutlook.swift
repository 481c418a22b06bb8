/// What is known of a model on a server before it is loaded: the context that it gets, the memory that it takes, and how
/// long it takes to come and to go. Commands, plans and the dashboard go by it. What was measured wins over what is
/// reckoned.
public struct ModelOutlook: Equatable, Sendable {
    /// The context where nobody names one, in tokens: the least that servers allocate by themselves, so that a warning is
    /// never wrong.
    public static let usualContext = 4096

    /// What an outlook rests on, beside the model itself.
    public struct Basis: Equatable, Sendable {
        /// The server's address, under which measurements are kept.
        public var server: String
        /// The server's version; `nil` where it is not known.
        public var serverVersion: String?
        /// The server's memory and settings; `nil` when nothing is known of them.
        public var capacity: ServerCapacity?
        /// What models that are to stay have of the memory, in bytes.
        public var stayingBytes: Int64 = 0
        /// What was measured before.
        public var measurements: Measurements

        /// A basis of what is known of the server alone.
        public init(server: String = "", serverVersion: String? = nil, measurements: Measurements = Measurements()) {
            self.server = server
            self.serverVersion = serverVersion
            self.measurements = measurements
        }

        /// What one model may take, in bytes: the capacity without a margin, other programs and models that stay; `nil`
        /// when the capacity is not known.
        public var usableBytes: Int64? {
            capacity.flatMap { PlanningMemory($0).usableBytes }.map { max(0, $0 - max(0, stayingBytes)) }
        }

        /// What the server was told, as far as it is known.
        public var settings: ServerSettings { capacity?.settings ?? ServerSettings() }
    }

    /// The model.
    public var model: ModelName
    /// What the server tells about it; `nil` when it tells nothing.
    public var description: ModelDescription?
    /// The context that the server is asked for, in tokens; `nil` leaves it to the server.
    public var contextLength: Int?
    /// What the rest is known from.
    public var basis: Basis
    /// Why the server tells nothing about the model, in words.
    public var reason: String?

    /// An outlook.
    public init(
        _ model: ModelName, _ description: ModelDescription? = nil, contextLength: Int? = nil, basis: Basis = Basis(),
        reason: String? = nil
    ) {
        self.model = model
        self.description = description
        self.contextLength = contextLength
        self.basis = basis
        self.reason = reason
    }

    /// The context that is reckoned with, in tokens: what is asked for, or the model's own, but no more than it can have.
    public var reckonedContext: Int {
        let context = contextLength ?? description?.defaultContext ?? Self.usualContext
        return description?.model.contextMaximum.map { min($0, context) } ?? context
    }

    /// What measurements of it are kept under.
    /// - Parameter context: the context, in tokens; `nil` where the server decides and does not tell.
    public func subject(at context: Int?) -> MeasuredModel {
        MeasuredModel(
            server: basis.server, weights: description?.weights ?? description?.model.digest ?? model.canonical,
            contextLength: context, serverVersion: basis.serverVersion)
    }

    /// What the model took before, the smallest context first.
    public var measured: [MeasuredFootprint] { basis.measurements.measuredFootprints(subject(at: nil)) }
}

// The memory.
extension ModelOutlook {
    /// What the model will take at a context; `nil` when it is not known.
    public func footprint(at context: Int) -> FootprintForecast? {
        description.flatMap {
            FootprintForecast($0, contextLength: context, settings: basis.settings, measured: measured)
        }
    }

    /// What it will take at the context that is reckoned with; `nil` when it is not known.
    public var footprint: FootprintForecast? { footprint(at: reckonedContext) }

    /// The parts of it at a context, by formula; `nil` when its shape is not known.
    public func estimate(at context: Int) -> FootprintEstimate? {
        description.flatMap { FootprintEstimate($0, contextLength: context, settings: basis.settings) }
    }

    /// What would spill at a context; `nil` when the model fits, or nothing is known.
    public func spill(at context: Int) -> SpillForecast? {
        guard let description, let usable = basis.usableBytes else { return nil }
        return SpillForecast(
            description: description, contextLength: context, usableBytes: usable, settings: basis.settings,
            measured: measured)
    }

    /// What would spill at the context that is reckoned with; `nil` when the model fits, or nothing is known.
    public var spill: SpillForecast? { spill(at: reckonedContext) }

    /// The largest context with which it takes no more than some memory, in tokens; `nil` when none does, or nothing is
    /// known.
    public func largestContext(within bytes: Int64) -> Int? {
        description.flatMap {
            FootprintForecast.largestContext($0, within: bytes, settings: basis.settings, measured: measured)
        }
    }

    /// The largest context with which it fits, in tokens; `nil` when none does, or nothing is known.
    public var fittingContext: Int? { basis.usableBytes.flatMap { largestContext(within: $0) } }

    /// What Ollama's scheduler reckons that it takes at a context, in bytes.
    public func schedulerPrediction(at context: Int) -> Int64? {
        guard let geometry = description?.geometry, let bytes = description?.model.sizeBytes else { return nil }
        return geometry.schedulerPrediction(
            fileBytes: bytes, context: context, slots: geometry.slots(asked: basis.settings.parallelSlots ?? 1))
    }
}

// The time.
extension ModelOutlook {
    /// How long a load takes, in seconds, as it was measured.
    public var measuredLoadSeconds: Double? {
        basis.measurements.loadSeconds(subject(at: reckonedContext), isWarm: false)
    }

    /// The same with the file in the page cache.
    public var measuredWarmSeconds: Double? {
        basis.measurements.loadSeconds(subject(at: reckonedContext), isWarm: true)
    }

    /// How long an unload takes, in seconds, as it was measured.
    public var measuredUnloadSeconds: Double? { basis.measurements.unloadSeconds(subject(at: reckonedContext)) }
}
