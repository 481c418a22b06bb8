import ModelManagement
import PromptChainCore

/// Reads one step.
struct StepReader {
    /// The step, counted from 1.
    let number: Int
    /// Where other files are found.
    let folder: ChainFolder

    static let keys =
        ["name"] + modelKeys + commandKeys + ["chain"] + commonKeys
    private static let commonKeys = ["for_each", "when", "on_error", "retries", "timeout"]
    private static let commandKeys = ["command", "env", "folder"]
    private static let modelKeys = [
        "model", "server", "instruction", "images", "params", "tools", "max_tool_rounds",
    ]
    // What a server understands; other options go through as well, unless they look like a slip of the pen.
    private static let samplingKeys = [
        "temperature", "top_k", "top_p", "min_p", "typical_p", "seed", "stop", "num_predict", "num_keep",
        "repeat_penalty", "repeat_last_n", "presence_penalty", "frequency_penalty", "penalize_newline", "mirostat",
        "mirostat_tau", "mirostat_eta", "tfs_z", "max_tokens",
    ]
    static let parameterKeys =
        ModelCall.ownParameters + ModelCall.runnerParameters + ModelCall.idleParameters + samplingKeys

    /// Reads a step of the form with one block a step.
    func step(from value: YAMLValue) -> ChainReader.PlacedStep? {
        guard let members = value.mapping() else { return nil }
        var hints = KeyHints(known: Self.keys)
        for key in ChainReader.managementKeys { hints.elsewhere[key] = "model_management" }
        hints.elsewhere["mcp_servers"] = "the chain itself"
        for key in Self.parameterKeys where !Self.keys.contains(key) { hints.elsewhere[key] = "params" }
        hints.check(members)

        let step = ChainStep(name: members["name"]?.text() ?? "Step \(number)", model: "", instruction: "")
        var placed = ChainReader.PlacedStep(
            step: step, name: members["name"] ?? value, texts: [], parameters: members["params"] ?? value)
        if members["command"] != nil {
            refuse(Self.modelKeys + ["chain"], in: members, of: "a step that runs a command")
            readCommand(members, into: &placed)
        } else if members["chain"] != nil {
            refuse(
                Self.modelKeys + Self.commandKeys + ["retries", "timeout"], in: members,
                of: "a step that is a chain: its own steps say that")
            readChain(members, into: &placed)
        } else {
            refuse(Array(Self.commandKeys.dropFirst()), in: members, of: "a step without a command")
            readModelStep(members, value, into: &placed)
        }
        readFlow(members, into: &placed)
        return placed
    }

    /// Reads a step of the form with lists of models and instructions.
    func step(model: YAMLValue, instruction: YAMLValue) -> ChainReader.PlacedStep? {
        let step = ChainStep(name: "Step \(number)", model: "", instruction: "")
        var placed = ChainReader.PlacedStep(step: step, name: instruction, texts: [], parameters: model)
        read(model: model, into: &placed.step)
        read(instruction: instruction, into: &placed)
        return placed
    }

    private func refuse(_ keys: [String], in members: YAMLMapping, of kind: String) {
        for entry in members.entries where keys.contains(entry.key) {
            members.value.faults.add(
                line: entry.line, column: entry.column, message: "“\(entry.key)” does not belong in \(kind)", hint: nil)
        }
    }

    private func readModelStep(
        _ members: YAMLMapping, _ value: YAMLValue, into placed: inout ChainReader.PlacedStep
    ) {
        for key in ["model", "instruction"] where members[key] == nil {
            let place = members.place(of: key) ?? (value.line, value.column)
            let hint = key == "model" ? "Add “model:”, or “command:” for a step without one." : "Add “\(key):”."
            value.faults.add(
                line: place.line, column: place.column, message: "step \(number) has no \(key)", hint: hint)
        }
        if let model = members["model"] { read(model: model, into: &placed.step) }
        if let server = members["server"]?.text() { placed.step.call?.server = server }
        if let parameters = members["params"] { read(parameters: parameters, into: &placed.step) }
        if let images = members["images"] {
            placed.step.call?.images = images.texts().map { folder.path(of: $0) }
        }
        placed.step.tools = members["tools"].flatMap(ToolServerReader.scope)
        placed.step.maxToolRounds = members["max_tool_rounds"].flatMap(ToolServerReader.rounds)
        read(instruction: members["instruction"], into: &placed)
    }

    private func read(instruction value: YAMLValue?, into placed: inout ChainReader.PlacedStep) {
        guard let value else { return }
        if let members = value.isMapping ? value.mapping()?.entries : nil {
            // `{input}` without quotes is a mapping with one key and no value.
            let key = members.count == 1 && members[0].value.isNull ? members[0].key : "input"
            value.fault(
                "“\(value.path)” must be text, and is a mapping", hint: "Put it in quotes, as in \"{\(key)}\".")
            return
        }
        guard let text = value.text() else { return }
        guard !value.isNull, !text.isEmpty else {
            value.fault("“\(value.path)” is empty", hint: "Write what the model is to do, with {input} in it.")
            return
        }
        let template = PromptTemplate(text)
        placed.step.call?.instruction = template
        placed.texts.append(.init(value: value, template: template, isInstruction: true))
    }

    /// - Parameter nameKey: the key of its name, where it is a mapping.
    func read(model value: YAMLValue, into step: inout ChainStep, nameKey: String = "name") {
        guard value.isMapping else { return setModel(value, in: &step) }
        guard let members = value.mapping(keys: [nameKey, "server", "context", "params"]) else { return }
        if let name = members.required(nameKey) { setModel(name, in: &step) }
        if let server = members["server"]?.text() { step.call?.server = server }
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

    func read(parameters value: YAMLValue, into step: inout ChainStep) {
        guard let members = value.mapping() else { return }
        var params: [String: JSONValue] = [:]
        for entry in members.entries {
            switch entry.key {
            case "timeout": params[entry.key] = Self.timeout(entry.value).map { .number($0) }
            case "stream": params[entry.key] = entry.value.bool().map { .bool($0) }
            case "max_retries": params[entry.key] = entry.value.integer(in: 0...100).map { .integer(Int64($0)) }
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
