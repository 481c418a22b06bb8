import PromptChainCore
import Yams

/// Reads one step.
struct StepReader {
    /// The step, counted from 1.
    let number: Int
    let faults: FaultCollector

    static let keys = ["name", "model", "server", "instruction", "params"]
    static let parameterKeys = ChainStep.ownParameters
    // What a server understands beside them; others go through as well, unless they look like a slip of the pen.
    private static let samplingKeys = [
        "temperature", "top_k", "top_p", "min_p", "typical_p", "seed", "stop", "num_predict", "num_keep",
        "repeat_penalty", "repeat_last_n", "presence_penalty", "frequency_penalty", "penalize_newline", "mirostat",
        "mirostat_tau", "mirostat_eta", "tfs_z", "max_tokens", "stream", "max_retries", "keep_alive",
    ]
    private static let unsupported = [
        "command": "a step needs a model and an instruction: commands cannot be run yet",
        "chain": "write the other chain's steps into this file",
        "for_each": "write one step for each text",
        "when": "leave it out: the step is always done",
        "tools": "leave it out: chains cannot use it yet",
        "chainbreakers": "leave it out: chains cannot use it yet",
        "mcp_servers": "leave it out: chains cannot use it yet",
    ]

    private var subject: String { "step \(number)" }

    /// Reads a step of the form with one block a step.
    func step(from node: Node) -> ChainReader.PlacedStep? {
        let hint = "a step has a model and an instruction"
        guard let reader = MappingReader(node, subject: subject, faults: faults, hint: hint) else { return nil }
        var elsewhere: [String: String] = [:]
        for key in Self.parameterKeys + ChainStep.runnerParameters + Self.samplingKeys { elsewhere[key] = "under params" }
        for key in ChainReader.managementKeys { elsewhere[key] = elsewhere[key] ?? "under model_management" }
        reader.refuseUnknown(known: Self.keys, elsewhere: elsewhere, unsupported: Self.unsupported)

        let isUnsupported = Self.unsupported.keys.contains { reader[$0] != nil }
        for key in ["model", "instruction"] where reader[key] == nil && !isUnsupported {
            faults.add("\(subject) has no \(key)", at: reader.mark, hint: "add \(key):")
        }
        var step = ChainStep(name: reader.text("name") ?? "Step \(number)", model: "", instruction: "")
        if let model = reader["model"] { read(model: model, into: &step) }
        if let server = reader.text("server") { step.server = server }
        if let parameters = reader["params"] { read(parameters: parameters, into: &step) }
        if let text = reader.text("instruction") { step.instruction = PromptTemplate(text) }
        // A step that lacks something still has a name that others may refer to.
        let isRead = !step.instruction.text.isEmpty
        return ChainReader.PlacedStep(
            step: step, name: reader["name"]?.place ?? reader.mark,
            instruction: isRead ? reader["instruction"]?.place : nil,
            parameters: reader.place(of: "params"))
    }

    /// Reads a step of the form with lists of models and instructions.
    func step(model: Node, instruction: Node) -> ChainReader.PlacedStep? {
        var step = ChainStep(name: "Step \(number)", model: "", instruction: "")
        read(model: model, into: &step)
        let text = MappingReader.text(of: instruction, called: "instruction \(number)", faults: faults)
        if let text { step.instruction = PromptTemplate(text) }
        return ChainReader.PlacedStep(
            step: step, name: instruction.place, instruction: text == nil ? nil : instruction.place,
            parameters: model.place)
    }

    private func read(model node: Node, into step: inout ChainStep) {
        guard case .mapping = node else {
            if let text = MappingReader.text(of: node, called: "the model of \(subject)", faults: faults) {
                setModel(text, at: node.place, in: &step)
            }
            return
        }
        guard let reader = MappingReader(node, subject: "the model of \(subject)", faults: faults) else { return }
        reader.refuseUnknown(known: ["name", "server", "params"])
        if let text = reader.text("name") {
            setModel(text, at: reader["name"]?.place, in: &step)
        } else if reader["name"] == nil {
            faults.add("the model of \(subject) has no name", at: reader.mark, hint: "add name:")
        }
        step.server = reader.text("server")
        if let parameters = reader["params"] { read(parameters: parameters, into: &step) }
    }

    private func setModel(_ text: String, at mark: SourcePlace?, in step: inout ChainStep) {
        step.model = ModelName(text)
        if step.model.text.isEmpty || step.model.text.contains(where: { $0.isWhitespace }) {
            faults.add("\"\(text)\" is no name of a model", at: mark, hint: "write it as `promptchain models` does")
        }
    }

    private func read(parameters node: Node, into step: inout ChainStep) {
        guard let reader = MappingReader(node, subject: "params of \(subject)", faults: faults, hint: "write params: {temperature: 0.2}") else { return }
        if let seconds = reader.seconds("timeout") { step.timeout = seconds }
        if let text = reader.text("system") { step.system = text }
        if let text = reader.text("api_base") { step.apiBase = text }
        if let context = reader.integer("num_ctx", in: ContextPolicy.tokenRange) { step.contextLength = context }
        for (name, key, value) in reader.all {
            switch name {
            case "timeout", "system", "api_base", "num_ctx": break
            // The answer always streams; how often calls are tried again is the chain's to say.
            case "stream", "max_retries": break
            case "keep_alive":
                faults.add(
                    "keep_alive is set by the chain", at: key.place,
                    hint: "auto_unload_models: false keeps models loaded")
            default: read(option: name, key: key, value: value, into: &step)
            }
        }
    }

    private func read(option name: String, key: Node, value node: Node, into step: inout ChainStep) {
        var limit = 10_000
        guard let value = JSONValue(node, limit: &limit) else {
            faults.add("\"\(name)\" holds too much", at: key.place)
            return
        }
        switch name {
        case "think": step.think = value
        case "format": step.format = value
        case _ where ChainStep.runnerParameters.contains(name): step.runnerOptions[name] = value
        default:
            step.options[name] = value
            let known = Self.samplingKeys + Self.parameterKeys + ChainStep.runnerParameters
            if !known.contains(name), let nearest = Nearest.match(name, in: known) {
                faults.add(
                    "unknown parameter \"\(name)\"", at: key.place, hint: "did you mean \"\(nearest)\"?",
                    severity: .warning)
            }
        }
    }
}
