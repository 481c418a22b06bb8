import ModelManagement
import PromptChainCore

/// Reads one step.
struct StepReader {
    /// The step, counted from 1.
    let number: Int

    static let keys = ["name", "model", "server", "instruction", "params", "tools", "max_tool_rounds"]
    // What a server understands; other options go through as well, unless they look like a slip of the pen.
    private static let samplingKeys = [
        "temperature", "top_k", "top_p", "min_p", "typical_p", "seed", "stop", "num_predict", "num_keep",
        "repeat_penalty", "repeat_last_n", "presence_penalty", "frequency_penalty", "penalize_newline", "mirostat",
        "mirostat_tau", "mirostat_eta", "tfs_z", "max_tokens",
    ]
    static let parameterKeys =
        ModelCall.ownParameters + ModelCall.runnerParameters + ModelCall.idleParameters + samplingKeys
    private static let unsupported = [
        "command": "A step needs a model and an instruction: commands cannot be run yet.",
        "chain": "Write the other chain's steps into this file.",
        "for_each": "Write one step for each text.",
        "when": "Leave it out: the step is always done.",
        "chainbreakers": "Leave it out: chains cannot use it yet.",
    ]

    /// Reads a step of the form with one block a step.
    func step(from value: YAMLValue) -> ChainReader.PlacedStep? {
        guard let members = value.mapping() else { return nil }
        var hints = KeyHints(known: Self.keys)
        hints.unsupported = Self.unsupported
        for key in ChainReader.managementKeys { hints.elsewhere[key] = "model_management" }
        hints.elsewhere["mcp_servers"] = "the chain itself"
        for key in Self.parameterKeys { hints.elsewhere[key] = "params" }
        hints.check(members)

        let isUnsupported = members.entries.contains { Self.unsupported[$0.key] != nil }
        for key in ["model", "instruction"] where members[key] == nil && !isUnsupported {
            let place = members.place(of: key) ?? (value.line, value.column)
            value.faults.add(
                line: place.line, column: place.column, message: "step \(number) has no \(key)", hint: "Add “\(key):”.")
        }
        var step = ChainStep(name: members["name"]?.text() ?? "Step \(number)", model: "", instruction: "")
        if let model = members["model"] { read(model: model, into: &step) }
        if let server = members["server"]?.text() { step.call?.server = server }
        if let parameters = members["params"] { read(parameters: parameters, into: &step) }
        step.tools = members["tools"].flatMap(ToolServerReader.scope)
        step.maxToolRounds = members["max_tool_rounds"].flatMap(ToolServerReader.rounds)
        let instruction = members["instruction"]
        let isRead = read(instruction: instruction, into: &step)
        // A step that lacks something still has a name that others may refer to.
        return ChainReader.PlacedStep(
            step: step, name: members["name"] ?? value, instruction: isRead ? instruction : nil,
            parameters: members["params"] ?? value)
    }

    /// Reads a step of the form with lists of models and instructions.
    func step(model: YAMLValue, instruction: YAMLValue) -> ChainReader.PlacedStep? {
        var step = ChainStep(name: "Step \(number)", model: "", instruction: "")
        read(model: model, into: &step)
        let isRead = read(instruction: instruction, into: &step)
        return ChainReader.PlacedStep(
            step: step, name: instruction, instruction: isRead ? instruction : nil, parameters: model)
    }

    private func read(instruction value: YAMLValue?, into step: inout ChainStep) -> Bool {
        guard let value else { return false }
        if let members = value.isMapping ? value.mapping()?.entries : nil {
            // `{input}` without quotes is a mapping with one key and no value.
            let key = members.count == 1 && members[0].value.isNull ? members[0].key : "input"
            value.fault(
                "“\(value.path)” must be text, and is a mapping", hint: "Put it in quotes, as in \"{\(key)}\".")
            return false
        }
        guard let text = value.text() else { return false }
        guard !value.isNull, !text.isEmpty else {
            value.fault("“\(value.path)” is empty", hint: "Write what the model is to do, with {input} in it.")
            return false
        }
        step.call?.instruction = PromptTemplate(text)
        return true
    }

    private func read(model value: YAMLValue, into step: inout ChainStep) {
        guard value.isMapping else { return setModel(value, in: &step) }
        guard let members = value.mapping(keys: ["name", "server", "context", "params"]) else { return }
        if let name = members.required("name") { setModel(name, in: &step) }
        step.call?.server = members["server"]?.text()
        step.call?.context = ChainReader.context(in: members)
        if let parameters = members["params"] { read(parameters: parameters, into: &step) }
    }

    private func setModel(_ value: YAMLValue, in step: inout ChainStep) {
        guard let text = value.text() else { return }
        let name = ModelName(text)
        step.call?.model = name
        if name.text.isEmpty || name.text.contains(where: \.isWhitespace) {
            value.fault("“\(text)” is no name of a model", hint: "`promptchain models` lists the names.")
        }
    }

    private func read(parameters value: YAMLValue, into step: inout ChainStep) {
        guard let members = value.mapping() else { return }
        var params: [String: JSONValue] = [:]
        for entry in members.entries {
            switch entry.key {
            case "timeout": params[entry.key] = ChainReader.timeLimit(entry.value).map { .number($0) }
            case "system", "api_base": params[entry.key] = entry.value.text().map { .string($0) }
            case "num_ctx":
                params[entry.key] = entry.value.integer(in: ContextPolicy.tokenRange).map { .integer(Int64($0)) }
            case "keep_alive":
                value.faults.add(
                    line: entry.line, column: entry.column, severity: .warning,
                    message: "keep_alive has no effect: the chain decides how long its models stay",
                    hint: "auto_unload_models: false keeps them loaded.")
            default:
                params[entry.key] = entry.value.json()
                warnOfSlip(entry)
            }
        }
        step.apply(params)
    }

    private func warnOfSlip(_ entry: YAMLMapping.Entry) {
        guard !Self.parameterKeys.contains(entry.key),
            let nearest = Nearest.match(entry.key, in: Self.parameterKeys)
        else { return }
        entry.value.faults.add(
            line: entry.line, column: entry.column, severity: .warning, message: "unknown parameter “\(entry.key)”",
            hint: "Did you mean “\(nearest)”? It is sent as it is.")
    }
}
