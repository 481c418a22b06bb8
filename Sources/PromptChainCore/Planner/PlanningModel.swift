/// What the planner knows about a model: its size in memory, and how long it takes to come and to go.
///
/// Two names that share their weights in memory are one model here: the caller gives both the same name.
public struct PlanningModel: Equatable, Sendable {
    /// The model.
    public var name: ModelName
    /// The GPU memory that it takes with its context, in bytes; `nil` when unknown. It is then planned as if it took
    /// all of the memory, so that nothing is promised that may not hold.
    public var vramBytes: Int64?
    /// What the server reckons that it will take when it decides about a load, in bytes; `nil` when it reckons right.
    public var admittedBytes: Int64?
    /// How long a load takes, in seconds.
    public var loadSeconds: Double
    /// How long it takes until the model has left memory, in seconds.
    public var unloadSeconds: Double

    /// A model for the planner.
    public init(
        name: ModelName, vramBytes: Int64?, admittedBytes: Int64? = nil, loadSeconds: Double, unloadSeconds: Double
    ) {
        self.name = name
        self.vramBytes = vramBytes
        self.admittedBytes = admittedBytes
        self.loadSeconds = loadSeconds
        self.unloadSeconds = unloadSeconds
    }
}

/// A step of a chain, as the planner sees it.
public struct PlanningStep: Equatable, Sendable {
    /// The model that it uses; `nil` for a step without one.
    public var model: ModelName?
    /// How long it runs once its model is ready, in seconds.
    public var seconds: Double

    /// A step for the planner.
    public init(model: ModelName?, seconds: Double) {
        self.model = model
        self.seconds = seconds
    }
}

/// A model that is in memory when the plan begins.
public struct PlanningResident: Equatable, Sendable {
    /// The model.
    public var model: ModelName
    /// The GPU memory that it takes, in bytes; `nil` for what the planner's model says.
    public var vramBytes: Int64?
    /// Whether the chain loaded it. A stranger's model is used where a step needs it, and not unloaded unless
    /// `PlanningMemory.evictsStrangers` allows it.
    public var isOurs: Bool

    /// A model in memory.
    public init(model: ModelName, vramBytes: Int64? = nil, isOurs: Bool) {
        self.model = model
        self.vramBytes = vramBytes
        self.isOurs = isOurs
    }
}

/// A load that is under way when the plan begins.
public struct PlanningLoad: Equatable, Sendable {
    /// The model.
    public var model: ModelName
    /// How long it will still take, in seconds.
    public var remainingSeconds: Double

    /// A load under way.
    public init(model: ModelName, remainingSeconds: Double) {
        self.model = model
        self.remainingSeconds = remainingSeconds
    }
}

/// What the planner takes for granted where nobody has measured. Whoever uses a value from here says so to the user.
public enum PlanningAssumption {
    /// What a load costs beside reading the weights, in seconds.
    public static let loadOverheadSeconds = 1.5
    /// How fast weights are read, in bytes a second: a cold NVMe disk.
    public static let bytesPerSecond = 3e9
    /// How long an unload takes, in seconds.
    public static let unloadSeconds = 0.7
    /// How long a step runs, in seconds.
    public static let stepSeconds = 10.0

    /// How long a load takes that nobody has measured, in seconds: the overhead and the time to read the bytes.
    public static func loadSeconds(bytes: Int64) -> Double {
        loadOverheadSeconds + Double(max(0, bytes)) / bytesPerSecond
    }
}
