import PromptChainCore

/// Where a server's GPU memory is, in parts that add up. What nobody tells is `nil`.
struct MemoryFacts: Equatable, Sendable {
    struct Part: Equatable, Sendable {
        var name: ModelName
        var bytes: Int64
    }

    /// A program that is none of the server's, with what it holds on all GPUs together.
    struct OtherProgram: Equatable, Sendable {
        var processID: Int32
        var name: String?
        var bytes: Int64
        /// Whether it runs a model for a server that is gone.
        var isOrphan = false

        /// Its name and number, as both are needed to end it.
        var title: String { "\(name ?? "program") (\(processID))" }
    }

    /// The models, largest first.
    var models: [Part]
    /// What is in use and no model's, by the driver's reading.
    var other: Int64?
    /// Whose that is, as far as the driver tells, largest first; the server's own programs are not among them.
    var programs: [OtherProgram]
    /// What is in use on all GPUs, by their driver.
    var measuredUsed: Int64?
    /// What the server's own programs have, by the driver.
    var measuredModels: Int64?
    /// Whether the driver tells whose everything is.
    var isAttributed = false
    var capacity: Int64?
    /// Whether the capacity was learned from a load that spilled.
    var isCapacityLearned = false

    /// More than any server has; a figure beyond it is somebody's mistake, and must not make sums overflow.
    private static let most: Int64 = 1 << 50

    init(_ snapshot: ServerSnapshot) {
        models = snapshot.models.compactMap { model in
            guard let bytes = model.vramBytes, bytes > 0 else { return nil }
            return Part(name: model.name, bytes: min(bytes, Self.most))
        }
        .sorted { $0.bytes != $1.bytes ? $0.bytes > $1.bytes : $0.name.canonical < $1.name.canonical }
        // A GPU that is lost has no memory to give.
        let gpus = snapshot.gpus.filter { $0.fault == nil }
        programs = Self.programs(on: gpus)
        let totals = gpus.compactMap(\.totalBytes).map { min(max(0, $0), Self.most) }
        let used = gpus.compactMap(\.usedBytes).map { min(max(0, $0), Self.most) }
        let isRead = !gpus.isEmpty && totals.count == gpus.count
        capacity = snapshot.capacityBytes.map { min(max(0, $0), Self.most) } ?? (isRead ? totals.reduce(0, +) : nil)
        isCapacityLearned = snapshot.isCapacityLearned
        if !gpus.isEmpty, used.count == gpus.count {
            let sum = used.reduce(0, +)
            measuredUsed = sum
            other = max(0, sum - models.reduce(0) { $0 + $1.bytes })
        }
        isAttributed = !gpus.isEmpty && gpus.allSatisfy { $0.processes != nil }
        let own = gpus.flatMap { $0.processes ?? [] }.filter { $0.isServer && !$0.isOrphan }
        if isAttributed, !own.isEmpty {
            measuredModels = own.reduce(0) { min(Self.most, $0 + min(max(0, $1.usedBytes), Self.most)) }
        }
    }

    private static func programs(on gpus: [GPUReading]) -> [OtherProgram] {
        var programs: [Int32: OtherProgram] = [:]
        for program in gpus.flatMap({ $0.processes ?? [] })
        where (!program.isServer || program.isOrphan) && program.usedBytes > 0 {
            let bytes = min(program.usedBytes, most) + (programs[program.processID]?.bytes ?? 0)
            programs[program.processID] = OtherProgram(
                processID: program.processID, name: program.name, bytes: min(bytes, most),
                isOrphan: program.isOrphan)
        }
        return programs.values.sorted { $0.bytes != $1.bytes ? $0.bytes > $1.bytes : $0.processID < $1.processID }
    }

    /// What is in use and neither a model's nor another program's: what drivers and the server need beside its models, and
    /// all that is not told apart.
    var rest: Int64 { max(0, (other ?? 0) - programs.reduce(0) { min(Self.most, $0 + $1.bytes) }) }

    /// What the server tells of its models and what the driver reads of its programs, where the two differ by more than a
    /// tenth.
    var discrepancy: (told: Int64, measured: Int64)? {
        guard let measuredModels, modelBytes > 0, measuredModels > 0 else { return nil }
        let difference = abs(Double(measuredModels - modelBytes))
        return difference > Double(modelBytes) / 10 ? (modelBytes, measuredModels) : nil
    }

    /// Whether something in it does not add up, or is nobody's.
    var hasTrouble: Bool { discrepancy != nil || programs.contains(where: \.isOrphan) }

    /// Memory that the models hold.
    var modelBytes: Int64 { models.reduce(0) { $0 + $1.bytes } }
    /// Memory that is in use, as far as it is known.
    var used: Int64 { modelBytes + (other ?? 0) }
    var free: Int64? { capacity.map { max(0, $0 - used) } }
}
