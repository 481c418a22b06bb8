/// A change of what is in memory.
struct ResidencyEvent: Sendable, Equatable {
    /// What changed.
    enum Kind: String, Sendable {
        case loadStarted = "load_started"
        case loaded
        case loadFailed = "load_failed"
        case loadAborted = "load_aborted"
        case unloadStarted = "unload_started"
        case unloaded
        case expired
        case evicted
    }

    /// One model that holds memory.
    struct Resident: Sendable, Equatable {
        var model: String
        var vramBytes: Int64
    }

    var kind: Kind
    /// The model's name.
    var model: String
    /// Its bytes on the GPU.
    var vramBytes: Int64
    /// All its bytes.
    var sizeBytes: Int64
    var context: Int
    /// Simulated seconds since the start.
    var seconds: Double
    /// Every model that holds memory after the change, sorted by name.
    var resident: [Resident]

    /// The bytes on the GPU after the change.
    var usedBytes: Int64 { resident.reduce(0) { $0 + $1.vramBytes } }
}
