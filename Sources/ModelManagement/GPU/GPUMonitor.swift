import Foundation
import PromptChainCore
import Synchronization

/// Reads the GPUs of this host for everybody who asks, on a thread of its own and within a time limit: a driver that
/// hangs holds nobody up. Readings that are asked for at about the same time are one.
public final class GPUMonitor: Sendable {
    /// The monitor of this host.
    public static let host = GPUMonitor(readers: [NVMLReader(), DRMReader()])

    private struct State {
        var latest: (survey: GPUSurvey, time: Double)?
        var isReading = false
        /// Whether somebody has waited in vain for the reading that is under way.
        var isLate = false
        var waiting: [Int: CheckedContinuation<GPUSurvey, Never>] = [:]
        var next = 0
    }

    private let readers: [any GPUReader]
    private let freshness: Double
    private let limit: Double
    private let timekeeper: Timekeeper
    private let queue = DispatchQueue(label: "promptchain.gpu")
    private let state = Mutex(State())

    /// A monitor.
    /// - Parameters:
    ///   - readers: the drivers to ask, one after another.
    ///   - freshness: how old a reading may be that is given again, in seconds.
    ///   - limit: how long anybody waits for a reading, in seconds.
    ///   - timekeeper: the clock.
    public init(
        readers: [any GPUReader], freshness: Double = 0.8, limit: Double = 2, timekeeper: Timekeeper = .system
    ) {
        self.readers = readers
        self.freshness = freshness
        self.limit = limit
        self.timekeeper = timekeeper
    }

    /// What the drivers say; when they do not answer in time, a note alone. The question stays open, and only the first
    /// to ask waits for it: those who ask later are told at once, until there is an answer.
    public func survey() async -> GPUSurvey {
        let now = timekeeper.elapsed()
        if let known = state.withLock({ state -> GPUSurvey? in
            if state.isLate { return Self.silence(state) }
            return state.latest.flatMap { now - $0.time < freshness ? $0.survey : nil }
        }) {
            return known
        }
        return await withCheckedContinuation { continuation in
            let (id, begins) = state.withLock { state in
                state.next += 1
                state.waiting[state.next] = continuation
                defer { state.isReading = true }
                return (state.next, !state.isReading)
            }
            if begins { queue.async { self.read() } }
            let timekeeper = timekeeper
            let limit = limit
            Task {
                try? await timekeeper.sleep(limit)
                self.giveUp(id)
            }
        }
    }

    private func read() {
        var survey = GPUSurvey()
        for reader in readers {
            do {
                let gpus = try reader.read()
                guard !gpus.isEmpty else { continue }
                survey.gpus += gpus
                survey.sources.append(reader.source)
            } catch {
                survey.notes.append("\(error)")
            }
        }
        let found = survey
        let now = timekeeper.elapsed()
        let waiting = state.withLock { state in
            state.latest = (found, now)
            state.isReading = false
            state.isLate = false
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for continuation in waiting { continuation.resume(returning: found) }
    }

    private func giveUp(_ id: Int) {
        let (continuation, survey) = state.withLock { state in
            let continuation = state.waiting.removeValue(forKey: id)
            if continuation != nil { state.isLate = true }
            return (continuation, Self.silence(state))
        }
        continuation?.resume(returning: survey)
    }

    private static func silence(_ state: State) -> GPUSurvey {
        GPUSurvey(sources: state.latest?.survey.sources ?? [], notes: ["the GPU driver does not answer"])
    }
}
