import Dashboard
import Foundation
import PromptChainCore

/// A run that somebody else runs, at one moment: what `watch --once` prints of it.
struct FeedReport {
    /// Lines that were no events.
    var badLines = 0
    /// Why the run's end is not known.
    var loss: String?
    /// The newest readings of servers that the run told of.
    private(set) var servers: [ServerSnapshot] = []
    private var judge = ServerJudge()

    private var run: String?
    private var start: ChainEvent.RunStarted?
    private var startedAt: Date?
    // What a run that goes on ran before, in seconds, and when it went on.
    private var earlier: (seconds: Double, until: Date)?
    private var heardAt: Date?
    private var step: Int?
    private var stepName: String?
    private var result: ChainEvent.RunResult?

    mutating func take(_ record: ChainEventRecord) {
        switch record.event {
        case .serverSample(var snapshot):
            snapshot.time = record.time
            servers.removeAll { $0.name == snapshot.name }
            servers.append(judge.judged(snapshot))
        case .runStarted(let beginning):
            run = record.run
            start = beginning
            startedAt = record.time
            earlier = nil
            step = nil
            stepName = nil
            result = nil
        case .stepStarted(let number, let name, _, _, _):
            step = number
            stepName = name
        case .runFinished(let ending): result = ending
        case .runResumed(_, let seconds):
            result = nil
            earlier = seconds.map { (max(0, $0), record.time) }
        default: break
        }
        run = run ?? record.run
        heardAt = record.time
    }

    /// Whether the run is known to go on.
    private var status: String {
        if let result { return result.status.rawValue }
        return run == nil ? "waiting" : loss == nil ? "running" : "lost"
    }

    private func seconds(at time: Date) -> Double? {
        if let result, result.seconds > 0 { return result.seconds }
        guard let startedAt, let heardAt else { return nil }
        let end = result == nil && loss == nil ? time : heardAt
        return max(0, end.timeIntervalSince(earlier?.until ?? startedAt)) + (earlier?.seconds ?? 0)
    }

    /// The report as one JSON object.
    func json(at time: Date) -> JSONValue {
        var members: [String: JSONValue] = [
            "run": run.map { .string($0) } ?? .null, "chain": start.map { .string($0.chain) } ?? .null,
            "status": .string(status), "step": step.map { .integer(Int64($0)) } ?? .null,
            "steps": start.map { .integer(Int64($0.steps.count)) } ?? .null,
            "started_at": startedAt.map { .string(Timestamp.text($0)) } ?? .null,
            "seconds": seconds(at: time).map { .number(($0 * 1000).rounded() / 1000) } ?? .null,
            "error": (result?.error ?? loss).map { .string($0) } ?? .null,
            "stall_seconds": result.map { .number($0.stallSeconds) } ?? .null,
        ]
        members["output"] = result.map { .string($0.output) } ?? .null
        return .object([
            "time": .string(Timestamp.text(time)), "run": .object(members), "bad_lines": .integer(Int64(badLines)),
            "servers": .array(servers.compactMap { JSONValue(encoding: $0) }),
        ])
    }

    /// The report as lines for people.
    func lines(at time: Date) -> [String] {
        guard let run else { return ["no event has come yet"] }
        var head = "\(start?.chain ?? "a run")  run \(run)  \(status)"
        if let step { head += "  step \(step)\(start.map { "/\($0.steps.count)" } ?? "") \(stepName ?? "")" }
        if let seconds = seconds(at: time) { head += "  \(Seconds.clock(seconds))" }
        var lines = [head]
        if let reason = result?.error ?? loss { lines.append("  why: \(reason)") }
        if badLines > 0 { lines.append("  \(badLines) \(badLines == 1 ? "line was" : "lines were") no event") }
        return (lines + ServerListing(time: time, servers: servers).lines).map(Console.safe)
    }
}
