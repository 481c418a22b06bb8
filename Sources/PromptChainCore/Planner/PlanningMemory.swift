/// The memory that models share, and the rules by which a server lets them in.
public struct PlanningMemory: Equatable, Sendable {
    /// A GPU.
    public struct Device: Equatable, Sendable {
        /// All of its memory, in bytes.
        public var totalBytes: Int64
        /// What programs other than the server have taken of it, in bytes.
        public var othersBytes: Int64

        /// A GPU.
        public init(totalBytes: Int64, othersBytes: Int64 = 0) {
            self.totalBytes = totalBytes
            self.othersBytes = othersBytes
        }
    }

    /// When a server admits a load beside models that it holds already. The first model is always admitted.
    public struct Admission: Equatable, Sendable {
        /// The share of the free memory that a load may take, 0…1.
        public var freeShare: Double
        /// The most models that the server holds at once, anybody's; `nil` for any number.
        public var maxModels: Int?

        /// A rule.
        public init(freeShare: Double = 1, maxModels: Int? = nil) {
            self.freeShare = freeShare
            self.maxModels = maxModels
        }

        /// Everything that fits.
        public static let whateverFits = Admission()
        /// Ollama's rule: an additional model may take 80 % of what is free, and at most three a GPU are held.
        /// Source: `sched.go`, and the default of `OLLAMA_MAX_LOADED_MODELS`.
        public static func ollama(devices: Int = 1) -> Admission {
            Admission(freeShare: 0.8, maxModels: 3 * max(1, devices))
        }

        /// The rule of a server: that of its kind, with the number of models that it was told.
        /// - Parameter devices: how many GPUs it uses.
        public static func usual(of provider: ModelProvider?, devices: Int, settings: ServerSettings) -> Admission {
            var rule = provider == .ollama ? ollama(devices: devices) : whateverFits
            if let told = settings.maxLoadedModels, told > 0 { rule.maxModels = told }
            return rule
        }

        /// Whether a server lets in what takes so much, in bytes, beside others.
        public func admits(_ bytes: Int64, free: Int64) -> Bool { Double(bytes) <= Double(free) * freeShare }
    }

    /// The memory of all GPUs together, in bytes; `nil` when unknown. One model is then held at a time, unless
    /// `maxModels` says otherwise.
    public var capacityBytes: Int64?
    /// The most that one model may use, in bytes, where a server does not spread models over all GPUs.
    public var largestModelBytes: Int64?
    /// What programs other than the server have taken, in bytes.
    public var othersBytes: Int64
    /// What is left free, in bytes.
    public var marginBytes: Int64
    /// The most models of the chain that are held at once; `nil` for as many as fit.
    public var maxModels: Int?
    /// When the server admits a load.
    public var admission: Admission
    /// Whether models that the chain did not load may be unloaded.
    public var evictsStrangers: Bool

    /// Memory of a known or unknown size.
    public init(
        capacityBytes: Int64?, largestModelBytes: Int64? = nil, othersBytes: Int64 = 0, marginBytes: Int64 = 0,
        maxModels: Int? = nil, admission: Admission = .whateverFits, evictsStrangers: Bool = false
    ) {
        self.capacityBytes = capacityBytes
        self.largestModelBytes = largestModelBytes
        self.othersBytes = othersBytes
        self.marginBytes = marginBytes
        self.maxModels = maxModels
        self.admission = admission
        self.evictsStrangers = evictsStrangers
    }

    /// The memory of several GPUs. They count as one pool, as for Ollama and llama.cpp, which spread over all of them
    /// what fits on no single one.
    /// - Parameters:
    ///   - devices: the GPUs.
    ///   - splitsModels: whether a model may lie on several GPUs; otherwise the roomiest one bounds every model.
    ///   - marginBytes: what is left free on each GPU, in bytes.
    public init(devices: [Device], splitsModels: Bool = true, marginBytes: Int64 = 0) {
        let roomiest = devices.map {
            Self.bounded($0.totalBytes) - Self.bounded($0.othersBytes) - Self.bounded(marginBytes)
        }.max()
        self.init(
            capacityBytes: devices.isEmpty ? nil : devices.map { Self.bounded($0.totalBytes) }.reduce(0, +),
            largestModelBytes: splitsModels ? nil : roomiest.map { max(0, $0) },
            othersBytes: devices.map { Self.bounded($0.othersBytes) }.reduce(0, +),
            marginBytes: Self.bounded(marginBytes) * Int64(min(devices.count, 1024)))
    }

    /// What models may use together, in bytes; `nil` when unknown.
    public var usableBytes: Int64? {
        capacityBytes.map { max(0, Self.bounded($0) - Self.bounded(othersBytes) - Self.bounded(marginBytes)) }
    }

    /// An amount that sums of many cannot overflow: 0…2⁵⁰ bytes.
    static func bounded(_ bytes: Int64) -> Int64 { max(0, min(bytes, 1 << 50)) }
}
