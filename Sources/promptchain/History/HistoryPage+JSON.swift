import Foundation
import PromptChainCore
import RunHistory

extension HistoryPage {
    /// What is told of a run wherever runs are listed.
    static func members(_ run: RecordedRun) -> [String: JSONValue] {
        [
            "run": .string(run.id), "number": .integer(Int64(run.number)), "chain": .string(run.chain),
            "status": .string(HistoryWords.status(run)), "started_at": .string(Timestamp.text(run.startedAt)),
            "seconds": number(run.seconds), "steps": .integer(Int64(run.steps)),
            "steps_done": .integer(Int64(run.stepsDone)), "stall_seconds": number(run.stallSeconds),
        ]
    }

    /// The page as JSON.
    var json: JSONValue {
        var members = Self.members(run)
        members["file"] = .text(run.file)
        members["chain_digest"] = .text(run.chainDigest)
        members["host"] = .string(run.host)
        members["process_id"] = .integer(Int64(run.processID))
        members["finished_at"] = .text(run.finishedAt.map(Timestamp.text))
        members["error"] = .text(run.error)
        members["options"] = run.options
        members["peak_vram_bytes"] = run.peakVRAMBytes.map { .integer($0) } ?? .null
        members["capacity_bytes"] = run.capacityBytes.map { .integer($0) } ?? .null
        members["lost_events"] = .integer(Int64(run.lostEvents))
        members["steps"] = .array(steps.map(Self.value))
        members["notes"] = .array(
            notes.compactMap { try? JSONDecoder().decode(JSONValue.self, from: Data($0.jsonLine().utf8)) })
        members["residency"] = .array(
            timeline.intervals.map { interval in
                [
                    "model": .string(interval.model), "phase": .string(interval.phase.word),
                    "from": .string(Timestamp.text(interval.start)), "to": .string(Timestamp.text(interval.end)),
                ]
            })
        members["pauses"] = .array(
            timeline.pauses.map { pause in
                [
                    "from": .string(Timestamp.text(pause.lowerBound)), "to": .string(Timestamp.text(pause.upperBound)),
                ]
            })
        return .object(members)
    }

    private static func value(_ step: RecordedStep) -> JSONValue {
        [
            "step": .integer(Int64(step.step)), "item": whole(step.item), "name": .string(step.name),
            "model": .text(step.model), "status": .string(step.status.rawValue),
            "started_at": .text(step.startedAt.map(Timestamp.text)),
            "finished_at": .text(step.finishedAt.map(Timestamp.text)), "queue_seconds": number(step.queueSeconds),
            "load_seconds": number(step.loadSeconds), "first_token_seconds": number(step.firstTokenSeconds),
            "generate_seconds": number(step.generateSeconds), "prompt_tokens": whole(step.promptTokens),
            "output_tokens": whole(step.outputTokens), "tokens_per_second": number(step.tokensPerSecond),
            "reason": .text(step.reason),
        ]
    }

    private static func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
    private static func whole(_ value: Int?) -> JSONValue { value.map { .integer(Int64($0)) } ?? .null }
}

extension JSONValue {
    fileprivate static func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
}
