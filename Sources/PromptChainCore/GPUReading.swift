/// Memory and load of one GPU, as its driver says. What it does not say is `nil`.
public struct GPUReading: Equatable, Sendable {
    /// Who makes a device: each has numbers and settings of its own.
    public enum Vendor: String, Equatable, Sendable {
        case nvidia, amd, intel
    }

    /// The device's index, as its driver counts; those of each vendor start at 0.
    public var index: Int
    /// The device's name.
    public var name: String
    /// Memory in use by everybody, in bytes.
    public var usedBytes: Int64?
    /// All memory, in bytes.
    public var totalBytes: Int64?
    /// How busy it is, in percent.
    public var utilizationPercent: Int?
    /// Whether its memory is the computer's own, shared with all programs.
    public var isUnified: Bool
    /// The programs that have memory on it; `nil` when the driver does not tell.
    public var processes: [GPUProcess]?
    /// Who makes it.
    public var vendor: Vendor?
    /// What tells it from all others, by its driver: `GPU-…` of Nvidia.
    public var identifier: String?
    /// Why its driver tells nothing about it, in the driver's own words: `GPU is lost`; `nil` when it answers.
    public var fault: String?

    /// A reading of one device.
    public init(
        index: Int, name: String, usedBytes: Int64? = nil, totalBytes: Int64? = nil, utilizationPercent: Int? = nil,
        isUnified: Bool = false, processes: [GPUProcess]? = nil, vendor: Vendor? = nil, identifier: String? = nil,
        fault: String? = nil
    ) {
        self.index = index
        self.name = name
        self.usedBytes = usedBytes
        self.totalBytes = totalBytes
        self.utilizationPercent = utilizationPercent
        self.isUnified = isUnified
        self.processes = processes
        self.vendor = vendor
        self.identifier = identifier
        self.fault = fault
    }
}

/// A program that has memory on a GPU.
public struct GPUProcess: Hashable, Sendable {
    /// Its number on this host.
    public var processID: Int32
    /// The memory that it has on the GPU, in bytes.
    public var usedBytes: Int64
    /// Its name; `nil` when nobody looked.
    public var name: String?
    /// Whether it is one of the server's own, whose models the server lists itself.
    public var isServer: Bool
    /// The process that began it; 1 when that one is gone, `nil` when nobody looked.
    public var parentID: Int32?
    /// Whether it runs a model for a server that is gone: nobody will ever end it.
    public var isOrphan: Bool

    /// A program on a GPU.
    public init(
        processID: Int32, usedBytes: Int64, name: String? = nil, isServer: Bool = false, parentID: Int32? = nil,
        isOrphan: Bool = false
    ) {
        self.processID = processID
        self.usedBytes = usedBytes
        self.name = name
        self.isServer = isServer
        self.parentID = parentID
        self.isOrphan = isOrphan
    }
}

extension GPUReading: Encodable {
    private enum CodingKeys: String, CodingKey {
        case index, name, usedBytes = "used_bytes", totalBytes = "total_bytes"
        case utilizationPercent = "utilization_percent", isUnified = "unified_memory", vendor, fault, processes
    }

    /// Writes every key; what is unknown is `null`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(index, forKey: .index)
        try container.encode(name, forKey: .name)
        try container.encode(usedBytes, forKey: .usedBytes)
        try container.encode(totalBytes, forKey: .totalBytes)
        try container.encode(utilizationPercent, forKey: .utilizationPercent)
        try container.encode(isUnified, forKey: .isUnified)
        try container.encode(vendor?.rawValue, forKey: .vendor)
        try container.encode(fault, forKey: .fault)
        try container.encode(processes, forKey: .processes)
    }
}

extension GPUProcess: Encodable {
    private enum CodingKeys: String, CodingKey {
        case processID = "process_id", usedBytes = "used_bytes", name, isServer = "server", parentID = "parent_id"
        case isOrphan = "orphan"
    }

    /// Writes every key; what is unknown is `null`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(processID, forKey: .processID)
        try container.encode(usedBytes, forKey: .usedBytes)
        try container.encode(name, forKey: .name)
        try container.encode(isServer, forKey: .isServer)
        try container.encode(parentID, forKey: .parentID)
        try container.encode(isOrphan, forKey: .isOrphan)
    }
}
