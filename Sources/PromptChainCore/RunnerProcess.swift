/// The process that runs one model, as the kernel of its host shows it. What cannot be read is `nil`.
public struct RunnerProcess: Hashable, Sendable {
    /// What the kernel says that a process does.
    public enum State: String, Hashable, Sendable {
        /// It computes.
        case running
        /// It waits for something that may be a long time coming: a request, a timer.
        case sleeping
        /// It waits for a disk or a driver, and cannot be ended meanwhile.
        case blocked
        /// Somebody stopped it.
        case stopped
        /// It has ended, and nobody has taken note.
        case ended
    }

    /// Its number on its host.
    public var processID: Int32
    /// The process that began it; 1 when that one is gone.
    public var parentID: Int32?
    /// What it does.
    public var state: State?
    /// How long it has been there, in seconds; told while its model loads.
    public var ageSeconds: Double?
    /// What it has in the computer's own memory, files that it has mapped included, in bytes; told while its model loads.
    public var residentBytes: Int64?
    /// What it has read from disks until now, in bytes; told while its model loads. What the kernel had in memory anyway
    /// is not counted.
    public var readBytes: Int64?
    /// What it was started with, where its command line can be read.
    public var settings: RunnerSettings?

    /// A process that runs a model.
    public init(
        processID: Int32, parentID: Int32? = nil, state: State? = nil, ageSeconds: Double? = nil,
        residentBytes: Int64? = nil, readBytes: Int64? = nil, settings: RunnerSettings? = nil
    ) {
        self.processID = processID
        self.parentID = parentID
        self.state = state
        self.ageSeconds = ageSeconds
        self.residentBytes = residentBytes
        self.readBytes = readBytes
        self.settings = settings
    }
}

extension RunnerProcess: Encodable {
    private enum CodingKeys: String, CodingKey {
        case processID = "process_id", parentID = "parent_id", state, ageSeconds = "age_seconds"
        case residentBytes = "resident_bytes", readBytes = "read_bytes", settings
    }

    /// Writes every key; what is unknown is `null`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(processID, forKey: .processID)
        try container.encode(parentID, forKey: .parentID)
        try container.encode(state?.rawValue, forKey: .state)
        try container.encode(ageSeconds, forKey: .ageSeconds)
        try container.encode(residentBytes, forKey: .residentBytes)
        try container.encode(readBytes, forKey: .readBytes)
        try container.encode(settings, forKey: .settings)
    }
}
