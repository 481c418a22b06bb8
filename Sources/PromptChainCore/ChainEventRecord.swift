import Foundation

/// An event with its place in a run: what is written as one JSON object a line.
public struct ChainEventRecord: Equatable, Sendable {
    /// The number of the event in its run, from 1 without gaps.
    public var sequence: Int
    /// When it happened.
    public var time: Date
    /// The run's identifier.
    public var run: String
    /// The item of a step that is done once for each of several, from 1; `nil` for what concerns the whole step.
    public var item: Int?
    /// What happened.
    public var event: ChainEvent

    /// An event at its place.
    public init(sequence: Int, time: Date, run: String, item: Int? = nil, event: ChainEvent) {
        self.sequence = sequence
        self.time = time
        self.run = run
        self.item = item
        self.event = event
    }

    /// The event as one line of JSON, without the line break. Keys are sorted, so that equal events give equal lines.
    public func jsonLine() -> String {
        var members: [String: JSONValue] = [
            "v": 1, "seq": .integer(Int64(sequence)), "time": .string(Timestamp.text(time)), "run": .string(run),
        ]
        let (name, details) = event.wire
        members["event"] = .string(name)
        if let item { members["item"] = .integer(Int64(item)) }
        members.merge(details) { $1 }
        return JSONText.line(JSONValue.object(members))
    }
}

/// Writes JSON in one form: sorted keys, no needless escapes.
public enum JSONText {
    /// A value as one line.
    public static func line(_ value: some Encodable) -> String {
        text(value, formatting: [.sortedKeys, .withoutEscapingSlashes])
    }

    /// A value over several lines, for people.
    public static func pretty(_ value: some Encodable) -> String {
        text(value, formatting: [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted])
    }

    private static func text(_ value: some Encodable, formatting: JSONEncoder.OutputFormatting) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = formatting
        // JSON has no infinity; a figure that is none is written as text rather than losing the whole line.
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        guard let data = try? encoder.encode(value) else { return "null" }
        return String(decoding: data, as: UTF8.self)
    }
}

extension ChainEvent {
    /// The event's name on the wire and its members; every member stands there, `null` where it is unknown.
    public var wire: (name: String, members: [String: JSONValue]) {
        switch self {
        case .runStarted(let start):
            return (
                "run_started",
                [
                    "chain": .string(start.chain), "steps": .array(start.stepMembers), "policy": .of(start.policy),
                    "capacity_bytes": .of(start.capacityBytes),
                ]
            )
        case .stepStarted(let step, let name, let model, let prompt, let items):
            return (
                "step_started",
                [
                    "step": .of(step), "name": .string(name), "model": .of(model?.canonical), "prompt": .of(prompt),
                    "items": .of(items),
                ]
            )
        case .promptSent(let sent): return ("prompt_sent", sent.members)
        case .token(let step, let text, let thinking):
            return ("token", ["step": .of(step), "text": .string(text), "thinking": .bool(thinking)])
        case .stepFinished(let result): return ("step_finished", result.members)
        case .stepFailed(let step, let reason, let output):
            return ("step_failed", ["step": .of(step), "reason": .string(reason), "output": .string(output)])
        case .stepSkipped(let step, let reason):
            return ("step_skipped", ["step": .of(step), "reason": .string(reason)])
        case .stepRetried(let step, let attempt, let reason, let breaker):
            return (
                "step_retried",
                [
                    "step": .of(step), "attempt": .of(attempt), "reason": .string(reason), "breaker": .of(breaker),
                ]
            )
        case .jumped(let from, let to, let breaker):
            return ("jumped", ["from": .of(from), "to": .of(to), "breaker": .of(breaker)])
        case .chainBroken(let step, let breaker, let reason):
            return ("chain_broken", ["step": .of(step), "breaker": .string(breaker), "reason": .string(reason)])
        case .warning(let message, let hint): return ("warning", ["message": .string(message), "hint": .of(hint)])
        case .contextCut(let cut): return ("warning", cut.members)
        case .log(let level, let component, let message):
            return ("log", ["level": .string(level), "component": .string(component), "message": .string(message)])
        case .runResumed(let step, let seconds):
            return ("run_resumed", ["from_step": .of(step), "seconds": .of(seconds)])
        case .runFinished(let result): return ("run_finished", result.members)
        case .toolCalled(let step, let use): return ("tool_called", use.members(step: step))
        case .toolFinished(let step, let use, let seconds, let isError, let output):
            let outcome: [String: JSONValue] = [
                "seconds": .of(seconds), "is_error": .bool(isError), "output": .string(output),
            ]
            return ("tool_finished", use.members(step: step).merging(outcome) { $1 })
        default: return modelWire
        }
    }

    private var modelWire: (name: String, members: [String: JSONValue]) {
        switch self {
        case .planMade(let schedule): return ("plan_made", schedule.members)
        case .modelLoadStarted(let model, let step, let prefetch, let expected):
            return (
                "model_load_started",
                [
                    "model": .string(model.canonical), "step": .of(step), "prefetch": .bool(prefetch),
                    "expected_seconds": .of(expected),
                ]
            )
        case .loadProgress(let model, let fraction, let inferred):
            return (
                "load_progress",
                ["model": .string(model.canonical), "fraction": .of(fraction), "inferred": .bool(inferred)]
            )
        case .modelLoaded(let model, let seconds, let bytes, let context):
            return (
                "model_loaded",
                [
                    "model": .string(model.canonical), "load_seconds": .of(seconds), "vram_bytes": .of(bytes),
                    "context_length": .of(context),
                ]
            )
        case .modelLoadFailed(let model, let error, let hint):
            return (
                "model_load_failed",
                ["model": .string(model.canonical), "error": .string(error), "hint": .of(hint)]
            )
        case .modelUnloadStarted(let model, let reason):
            return ("model_unload_started", ["model": .string(model.canonical), "reason": .string(reason)])
        case .modelUnloaded(let model, let seconds, let verified):
            return (
                "model_unloaded",
                ["model": .string(model.canonical), "unload_seconds": .of(seconds), "verified": .bool(verified)]
            )
        case .serverSample(let snapshot): return ("server_sample", snapshot.sampleMembers)
        default: return ("unknown", [:])
        }
    }
}

extension ChainEvent.RunStarted {
    fileprivate var stepMembers: [JSONValue] {
        zip(zip(steps, models), servers).enumerated().map { index, step in
            .object([
                "step": .of(index + 1), "name": .string(step.0.0), "model": .of(step.0.1?.canonical),
                "server": .of(step.1),
            ])
        }
    }
}

extension ResidencySchedule {
    fileprivate var members: [String: JSONValue] {
        [
            "policy": .string(policy.rawValue), "predicted_stall_seconds": .of(stallSeconds), "loads": .of(loads),
            "peak_vram_bytes": .of(peakVRAMBytes), "steps": .array(steps.map(\.value)),
        ]
    }
}

extension ResidencySchedule.Step {
    fileprivate var value: JSONValue {
        .object([
            "step": .of(number), "model": .of(model?.short), "evict": .array(departures.map { .string($0.short) }),
            "load": .of(load?.short), "prefetch": .array(prefetch.map { .string($0.model.short) }),
            "predicted_stall_seconds": .of(stallSeconds), "why": .string(why),
        ])
    }
}

extension ChainEvent.ToolUse {
    fileprivate func members(step: Int) -> [String: JSONValue] {
        [
            "step": .of(step), "call": .string(call), "server": .string(server), "tool": .string(tool),
            "arguments": arguments,
        ]
    }
}

extension ChainEvent.PromptSent {
    fileprivate var members: [String: JSONValue] {
        [
            "step": .of(step), "round": .of(round), "server": .string(server), "model": .of(model?.canonical),
            "kept": .of(kept), "messages": .array(messages.map(\.value)), "tools": .array(tools.map { .string($0) }),
            "parameters": .object(parameters),
        ]
    }
}

extension ChainEvent.PromptSent.Message {
    /// What there is none of is left out: a conversation has many messages.
    fileprivate var value: JSONValue {
        var members: [String: JSONValue] = ["role": .string(role)]
        if let content { members["content"] = .string(content) } else { members["is_prompt"] = true }
        if !pictures.isEmpty {
            members["images"] = .array(
                pictures.map { ["name": .of($0.name), "kind": .string($0.kind), "bytes": .of($0.byteCount)] })
        }
        if !calls.isEmpty {
            members["tool_calls"] = .array(calls.map { ["name": .string($0.tool), "arguments": $0.arguments] })
        }
        members["tool"] = tool.map { .string($0) }
        return .object(members)
    }
}

extension ServerSnapshot {
    /// The members of `watch --json`, with the server's name under the key that events use for it.
    fileprivate var sampleMembers: [String: JSONValue] {
        guard case .object(var members)? = JSONValue(encoding: self) else { return [:] }
        members["server"] = members.removeValue(forKey: "name")
        for key in ["verdicts", "time"] { members[key] = nil }
        return members
    }
}

extension ChainEvent.StepResult {
    fileprivate var members: [String: JSONValue] {
        [
            "step": .of(step), "queue_seconds": .of(queueSeconds), "load_seconds": .of(loadSeconds),
            "first_token_seconds": .of(firstTokenSeconds), "generate_seconds": .of(generateSeconds),
            "prompt_tokens": .of(promptTokens), "output_tokens": .of(outputTokens),
            "tokens_per_second": .of(tokensPerSecond), "output": .string(output),
        ]
    }
}

extension ContextCut {
    fileprivate var members: [String: JSONValue] {
        [
            "message": .string(message), "hint": .string(hint), "kind": .string("\(part.rawValue)_cut"),
            "step": .of(step), "model": .string(model.canonical), "sent_tokens": .of(sentTokens),
            "is_estimate": .bool(isEstimate), "read_tokens": .of(readTokens), "context_length": .of(contextLength),
        ]
    }
}

extension ChainEvent.RunResult {
    fileprivate var members: [String: JSONValue] {
        [
            "status": .string(status.rawValue), "output": .string(output), "error": .of(error),
            "peak_vram_bytes": .of(peakVRAMBytes), "final_vram_bytes": .of(finalVRAMBytes),
            "sum_vram_bytes": .of(sumVRAMBytes), "stall_seconds": .of(stallSeconds), "seconds": .of(seconds),
        ]
    }
}

extension JSONValue {
    fileprivate static func of(_ value: Int?) -> JSONValue { value.map { .integer(Int64($0)) } ?? .null }
    fileprivate static func of(_ value: Int64?) -> JSONValue { value.map { .integer($0) } ?? .null }
    fileprivate static func of(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
    /// Seconds and fractions, to the microsecond.
    fileprivate static func of(_ value: Double?) -> JSONValue {
        guard let value, value.isFinite else { return .null }
        return .number((value * 1_000_000).rounded() / 1_000_000)
    }
}
