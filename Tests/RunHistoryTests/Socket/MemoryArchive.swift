import Foundation
import PromptChainCore
import RunHistory
import Synchronization

/// A record in memory.
final class MemoryArchive: RunArchive {
    struct Unreadable: Error, CustomStringConvertible {
        var description: String
    }

    private struct State {
        var runs: [RecordedRun] = []
        var events: [String: [ChainEventRecord]] = [:]
        var fault: String?
    }

    private let state = Mutex(State())

    func add(_ run: RecordedRun, _ events: [ChainEventRecord] = []) {
        state.withLock { state in
            state.runs.insert(run, at: 0)
            state.events[run.id] = events
        }
    }

    func add(_ events: [ChainEventRecord], to run: String) {
        state.withLock { $0.events[run, default: []] += events }
    }

    func end(_ run: String, as status: ChainEvent.RunResult.Status) {
        state.withLock { state in
            for index in state.runs.indices where state.runs[index].id == run { state.runs[index].status = status }
        }
    }

    func fail(_ reason: String) { state.withLock { $0.fault = reason } }

    func run(matching name: String) throws -> RecordedRun? {
        try state.withLock { state in
            if let fault = state.fault { throw Unreadable(description: fault) }
            return name == "latest" ? state.runs.first : state.runs.first { $0.id.hasPrefix(name) }
        }
    }

    func runs(limit: Int) throws -> [RecordedRun] { state.withLock { Array($0.runs.prefix(limit)) } }

    func events(of run: String, after sequence: Int, limit: Int) throws -> [ChainEventRecord] {
        try state.withLock { state in
            if let fault = state.fault { throw Unreadable(description: fault) }
            return Array((state.events[run] ?? []).filter { $0.sequence > sequence }.prefix(limit))
        }
    }
}

extension RecordedRun {
    /// A run of this host.
    static func sample(
        _ id: String, host: String = ProcessInfo.processInfo.hostName, socket: String? = nil,
        began: Double = 1_795_521_824
    ) -> RecordedRun {
        RecordedRun(
            id: id, chain: "Two tales", input: "", host: host, processID: 4242, socket: socket,
            startedAt: Date(timeIntervalSince1970: began), steps: 2)
    }
}

extension ChainEventRecord {
    /// A token with a number.
    static func token(_ number: Int, _ text: String = "a ", run: String = "r1") -> ChainEventRecord {
        ChainEventRecord(
            sequence: number, time: Date(timeIntervalSince1970: 1_795_521_824 + Double(number)), run: run,
            event: .token(step: 1, text: text, thinking: false))
    }

    /// The end of a run.
    static func end(_ number: Int, run: String = "r1") -> ChainEventRecord {
        ChainEventRecord(
            sequence: number, time: Date(timeIntervalSince1970: 1_795_521_824 + Double(number)), run: run,
            event: .runFinished(ChainEvent.RunResult(status: .completed, output: "done")))
    }
}
