import PromptChainCore

/// Whose the memory of each GPU is, as far as the driver and the processes of models tell.
struct GPUShares: Equatable, Sendable {
    enum Owner: Equatable, Sendable {
        /// A model, by its place in the list of memory parts.
        case model(Int)
        /// The server, and nobody tells which of its models.
        case server
        /// A runner whose server is gone.
        case orphan
        /// Another program, or nobody that the driver tells of.
        case other
    }

    struct Part: Equatable, Sendable {
        var owner: Owner
        var bytes: Int64
    }

    /// The places of models by the processes that run them.
    private var places: [Int32: Int] = [:]

    init(_ snapshot: ServerSnapshot, _ facts: MemoryFacts) {
        for activity in snapshot.activities {
            guard let process = activity.process,
                let place = facts.models.firstIndex(where: { $0.name == activity.model })
            else { continue }
            places[process.processID] = place
        }
    }

    /// The parts of a GPU, which add up to what is in use on it: models first, then the server, orphans, and the rest.
    func parts(of gpu: GPUReading, used: Int64) -> [Part] {
        guard let processes = gpu.processes else { return [Part(owner: .server, bytes: used)] }
        var models: [Int: Int64] = [:]
        var (server, orphans) = (Int64(0), Int64(0))
        for process in processes {
            let bytes = min(max(0, process.usedBytes), used)
            if let place = places[process.processID] {
                models[place] = min(used, (models[place] ?? 0) + bytes)
            } else if process.isOrphan {
                orphans = min(used, orphans + bytes)
            } else if process.isServer {
                server = min(used, server + bytes)
            }
        }
        let parts =
            models.sorted { $0.key < $1.key }.map { Part(owner: .model($0.key), bytes: $0.value) }
            + [Part(owner: .server, bytes: server), Part(owner: .orphan, bytes: orphans)]
        let rest = used - ByteCount.sum(parts.map(\.bytes))
        return parts + [Part(owner: .other, bytes: max(0, rest))]
    }
}
