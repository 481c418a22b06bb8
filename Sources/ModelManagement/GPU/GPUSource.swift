import Foundation
import PromptChainCore
import Synchronization

/// One reader of GPUs, asked on a thread of its own and within a time limit: a driver that hangs holds up neither those
/// who ask nor the other readers. Readings that are asked for at about the same time are one.
final class GPUSource: Sendable {
    private struct State {
        var latest: (survey: GPUSurvey, time: Double)?
        var isReading = false
        /// Whether somebody has waited in vain for the reading that is under way.
        var isLate = false
        var waiting: [Int: CheckedContinuation<GPUSurvey, Never>] = [:]
        var next = 0
    }

    private let reader: any GPUReader
    private let freshness: Double
    private let limit: Double
    private let timekeeper: Timekeeper
    private let queue: DispatchQueue
    private let state = Mutex(State())

    /// A source.
    /// - Parameters:
    ///   - freshness: how old a reading may be that is given again, in seconds.
    ///   - limit: how long anybody waits for a reading, in seconds.
    init(_ reader: any GPUReader, freshness: Double, limit: Double, timekeeper: Timekeeper) {
        self.reader = reader
        self.freshness = freshness
        self.limit = limit
        self.timekeeper = timekeeper
        queue = DispatchQueue(label: "promptchain.gpu.\(reader.source)")
    }

    /// What the driver says; when it does not answer in time, a note alone. The question stays open, and only the first
    /// to ask waits for it: those who ask later are told at once, until there is an answer.
    func survey() async -> GPUSurvey {
        let now = timekeeper.elapsed()
        if let known = state.withLock({ state -> GPUSurvey? in
            if state.isLate { return silence }
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
        let found: GPUSurvey
        do {
            let gpus = try reader.read()
            found = GPUSurvey(gpus: gpus, sources: gpus.isEmpty ? [] : [reader.source])
        } catch {
            found = GPUSurvey(notes: ["\(error)"])
        }
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
        let continuation = state.withLock { state in
            let continuation = state.waiting.removeValue(forKey: id)
            if continuation != nil { state.isLate = true }
            return continuation
        }
        continuation?.resume(returning: silence)
    }

    private var silence: GPUSurvey { GPUSurvey(notes: ["the GPU driver behind \(reader.source) does not answer"]) }
}
