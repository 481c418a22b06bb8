import PromptChainCore

/// Reads the GPUs of this host for everybody who asks: each driver on a thread of its own and within a time limit, so
/// that one that hangs holds up nobody, and no other driver. Readings that are asked for at about the same time are one.
public final class GPUMonitor: Sendable {
    /// The monitor of this host.
    public static let host = GPUMonitor(readers: [NVMLReader(), DRMReader()])

    private let sources: [GPUSource]

    /// A monitor.
    /// - Parameters:
    ///   - readers: the drivers to ask, at the same time.
    ///   - freshness: how old a reading may be that is given again, in seconds.
    ///   - limit: how long anybody waits for a reading, in seconds.
    ///   - timekeeper: the clock.
    public init(
        readers: [any GPUReader], freshness: Double = 0.8, limit: Double = 2, timekeeper: Timekeeper = .system
    ) {
        sources = readers.map { GPUSource($0, freshness: freshness, limit: limit, timekeeper: timekeeper) }
    }

    /// What the drivers say, in their order; of one that does not answer in time, a note. Only the first to ask waits
    /// for such a driver: those who ask later are told at once, until there is an answer.
    public func survey() async -> GPUSurvey {
        let found = await withTaskGroup(of: (Int, GPUSurvey).self) { group in
            for (place, source) in sources.enumerated() {
                group.addTask { (place, await source.survey()) }
            }
            var found: [(Int, GPUSurvey)] = []
            for await answer in group { found.append(answer) }
            return found.sorted { $0.0 < $1.0 }.map(\.1)
        }
        return GPUSurvey(
            gpus: found.flatMap(\.gpus), sources: found.flatMap(\.sources), notes: found.flatMap(\.notes))
    }
}
