extension EventMembers {
    /// The event of a name; `nil` for a name that is not known.
    func event(named name: String) throws -> ChainEvent? {
        switch name {
        case "run_started": .runStarted(runStarted)
        case "step_started":
            .stepStarted(
                step: try step(), name: try text("name") ?? "step \(step())", model: model("model"),
                prompt: text("prompt"), items: integer("items").flatMap { $0 >= 0 ? $0 : nil })
        case "prompt_sent": .promptSent(try promptSent)
        case "token":
            .token(step: try step(), text: try required("text", text("text")), thinking: flag("thinking"))
        case "step_finished": .stepFinished(try stepResult)
        case "step_failed":
            .stepFailed(step: try step(), reason: text("reason") ?? "it failed", output: text("output") ?? "")
        case "step_skipped": .stepSkipped(step: try step(), reason: text("reason") ?? "")
        case "step_retried":
            .stepRetried(
                step: try step(), attempt: integer("attempt") ?? 2, reason: text("reason") ?? "",
                breaker: text("breaker"))
        case "tool_called": .toolCalled(step: try step(), try toolUse)
        case "tool_finished":
            .toolFinished(
                step: try step(), try toolUse, seconds: number("seconds") ?? 0, isError: flag("is_error"),
                output: text("output") ?? "")
        case "jumped": .jumped(from: try step("from"), to: try step("to"), breaker: text("breaker"))
        case "chain_broken":
            .chainBroken(step: try step(), breaker: text("breaker") ?? "", reason: text("reason") ?? "")
        case "warning": try contextCut ?? .warning(message: required("message", text("message")), hint: text("hint"))
        case "log":
            .log(
                level: text("level") ?? "info", component: text("component") ?? "",
                message: try required("message", text("message")))
        case "run_resumed": .runResumed(fromStep: try step("from_step"), seconds: number("seconds"))
        case "run_finished": .runFinished(try runResult)
        default: try modelEvent(named: name)
        }
    }

    private func modelEvent(named name: String) throws -> ChainEvent? {
        switch name {
        case "plan_made": .planMade(schedule)
        case "model_load_started":
            .modelLoadStarted(
                model: try required("model", model("model")), step: try step(), prefetch: flag("prefetch"),
                expectedSeconds: number("expected_seconds"))
        case "load_progress":
            .loadProgress(
                model: try required("model", model("model")), fraction: try required("fraction", number("fraction")),
                inferred: flag("inferred"))
        case "model_loaded":
            .modelLoaded(
                model: try required("model", model("model")), loadSeconds: number("load_seconds") ?? 0,
                vramBytes: bytes("vram_bytes"), contextLength: integer("context_length"))
        case "model_load_failed":
            .modelLoadFailed(
                model: try required("model", model("model")), error: text("error") ?? "it failed", hint: text("hint"))
        case "model_unload_started":
            .modelUnloadStarted(model: try required("model", model("model")), reason: text("reason") ?? "")
        case "model_unloaded":
            .modelUnloaded(
                model: try required("model", model("model")), unloadSeconds: number("unload_seconds") ?? 0,
                verified: object["verified"]?.boolValue ?? true)
        case "server_sample": .serverSample(try serverSample)
        default: nil
        }
    }

    private var runStarted: ChainEvent.RunStarted {
        // A list of names is enough for a program that has no more to say.
        let steps = list("steps").map { EventMembers(object: $0.members ?? ["name": $0]) }
        return ChainEvent.RunStarted(
            chain: text("chain") ?? "chain",
            steps: steps.enumerated().map { $1.text("name") ?? "step \($0 + 1)" },
            models: steps.map { $0.model("model") }, servers: steps.map { $0.text("server") },
            policy: text("policy"), capacityBytes: bytes("capacity_bytes"))
    }

    private var stepResult: ChainEvent.StepResult {
        get throws {
            ChainEvent.StepResult(
                step: try step(), queueSeconds: number("queue_seconds"), loadSeconds: number("load_seconds"),
                firstTokenSeconds: number("first_token_seconds"), generateSeconds: number("generate_seconds"),
                promptTokens: integer("prompt_tokens"), outputTokens: integer("output_tokens"),
                tokensPerSecond: number("tokens_per_second"), output: text("output") ?? "")
        }
    }

    private var promptSent: ChainEvent.PromptSent {
        get throws {
            ChainEvent.PromptSent(
                step: try step(), round: integer("round") ?? 1, server: text("server") ?? "", model: model("model"),
                kept: integer("kept") ?? 0,
                messages: list("messages").compactMap { EventMembers(object: $0.members ?? [:]).message },
                tools: list("tools").compactMap(\.stringValue), parameters: object["parameters"]?.members ?? [:])
        }
    }

    private var message: ChainEvent.PromptSent.Message? {
        guard let role = text("role") else { return nil }
        let pictures = list("images").map { value in
            let members = EventMembers(object: value.members ?? [:])
            return ChainEvent.PromptSent.Picture(
                name: members.text("name"), kind: members.text("kind") ?? "image",
                byteCount: members.bytes("bytes") ?? 0)
        }
        let calls = list("tool_calls").map { value in
            ChainEvent.PromptSent.Call(
                tool: value["name"]?.stringValue ?? "", arguments: value["arguments"] ?? .object([:]))
        }
        return ChainEvent.PromptSent.Message(
            role: role, content: flag("is_prompt") ? nil : text("content") ?? "", pictures: pictures, calls: calls,
            tool: text("tool"))
    }

    private var runResult: ChainEvent.RunResult {
        get throws {
            ChainEvent.RunResult(
                status: try required("status", text("status").flatMap(ChainEvent.RunResult.Status.init)),
                output: text("output") ?? "", error: text("error"), peakVRAMBytes: bytes("peak_vram_bytes"),
                finalVRAMBytes: bytes("final_vram_bytes"), stallSeconds: number("stall_seconds") ?? 0,
                sumVRAMBytes: bytes("sum_vram_bytes"), seconds: number("seconds") ?? 0)
        }
    }

    // A cut without its figures is a warning like any other.
    private var contextCut: ChainEvent? {
        let part: ContextCut.Part? =
            switch text("kind") {
            case "prompt_cut": .prompt
            case "answer_cut": .answer
            default: nil
            }
        guard let part, let step = try? step(), let model = model("model") else { return nil }
        return .contextCut(
            ContextCut(
                part, step: step, model: model, sentTokens: integer("sent_tokens"),
                isEstimate: object["is_estimate"]?.boolValue ?? true, readTokens: integer("read_tokens"),
                contextLength: integer("context_length")))
    }

    private var toolUse: ChainEvent.ToolUse {
        get throws {
            ChainEvent.ToolUse(
                call: text("call") ?? "", server: text("server") ?? "", tool: try required("tool", text("tool")),
                arguments: object["arguments"] ?? .object([:]))
        }
    }

    // What leaves memory comes as one list, whatever it leaves for.
    private var schedule: ResidencySchedule {
        let steps = list("steps").enumerated().map { index, value in
            let step = EventMembers(object: value.members ?? [:])
            return ResidencySchedule.Step(
                number: step.integer("step") ?? index + 1, model: step.model("model"), abandon: nil,
                evict: step.list("evict").compactMap { $0.stringValue.map { ModelName($0) } }, load: step.model("load"),
                prefetch: step.list("prefetch").compactMap {
                    $0.stringValue.map { ResidencySchedule.Prefetch(model: ModelName($0), evict: []) }
                }, unloadAfter: [], stallSeconds: step.number("predicted_stall_seconds") ?? 0,
                why: step.text("why") ?? "")
        }
        return ResidencySchedule(
            policy: text("policy").flatMap(PlanningPolicy.init) ?? .planned, steps: steps,
            stallSeconds: number("predicted_stall_seconds") ?? 0, loads: integer("loads") ?? 0,
            peakVRAMBytes: bytes("peak_vram_bytes"), isOptimal: false, notes: [])
    }
}

extension JSONValue {
    /// The members, where this is an object.
    var members: [String: JSONValue]? {
        guard case .object(let members) = self else { return nil }
        return members
    }
}
