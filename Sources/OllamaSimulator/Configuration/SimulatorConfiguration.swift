/// Everything that decides how a simulated server behaves.
public struct SimulatorConfiguration: Sendable {
    /// The address to listen on.
    public var host: String
    /// The port to listen on; 0 for any free one.
    public var port: Int
    /// Capacity of the simulated GPU in bytes; 0 for a machine without one.
    public var vramBytes: Int64
    /// How many simulated seconds pass in one second of the wall clock.
    ///
    /// Everything that takes time is scaled: loads, tokens, keep-alives. Durations in answers (`total_duration`, …)
    /// are nanoseconds of the wall clock, because that is what a client measures. A keep-alive counts simulated
    /// seconds (at speed 4, `5m` ends after 75 seconds of the wall clock); `expires_at` is the date of the wall clock
    /// at which the model really goes.
    public var speed: Double
    /// The models.
    public var catalogue: SimulatedCatalogue
    /// What goes wrong.
    public var faults: [SimulatedFault]
    /// Where the residency trace is written; see ``SimulatedServer`` for its lines.
    public var traceFile: String?
    /// `OLLAMA_MAX_LOADED_MODELS`; 0 for the automatic number, 3 for a GPU.
    public var maxLoadedModels: Int
    /// `OLLAMA_MAX_QUEUE`: how many requests may wait for a model.
    public var maxQueue: Int
    /// `OLLAMA_NUM_PARALLEL`: how many requests one model answers at a time.
    public var numParallel: Int
    /// `OLLAMA_CONTEXT_LENGTH`: the context of a request that names none. 0 chooses as Ollama does: 4096, 32768 from
    /// 23 GiB, 262144 from 47 GiB of memory.
    public var defaultContext: Int
    /// What `/api/version` says.
    public var version: String

    /// A configuration; the defaults are those of a workstation with a 48 GiB GPU.
    public init(
        host: String = "127.0.0.1", port: Int = 0, vramBytes: Int64 = 48 << 30, speed: Double = 1,
        catalogue: SimulatedCatalogue = .standard, faults: [SimulatedFault] = [], traceFile: String? = nil,
        maxLoadedModels: Int = 0, maxQueue: Int = 512, numParallel: Int = 1, defaultContext: Int = 4096,
        version: String = "0.32.15"
    ) {
        self.host = host
        self.port = port
        self.vramBytes = vramBytes
        self.speed = speed
        self.catalogue = catalogue
        self.faults = faults
        self.traceFile = traceFile
        self.maxLoadedModels = maxLoadedModels
        self.maxQueue = maxQueue
        self.numParallel = numParallel
        self.defaultContext = defaultContext
        self.version = version
    }
}
