import Foundation
import ModelManagement
import PromptChainCore

extension StepReader {
    /// Reads what a step runs in place of a model.
    func readCommand(_ members: YAMLMapping, into placed: inout ChainReader.PlacedStep) {
        var call = CommandCall([])
        placed.step.action = .command(call)
        guard let value = members["command"] else { return }
        guard value.isList else {
            let words = value.rawText().map { $0.split(separator: " ").joined(separator: ", ") } ?? "wc, -w"
            value.fault(
                "“\(value.path)” must be a list: the program and its arguments",
                hint: "Write [\(words)]; for a shell's own words, [sh, -c, \"…\"].")
            return
        }
        for item in value.list() ?? [] {
            guard let text = item.text() else { continue }
            let template = PromptTemplate(text)
            call.arguments.append(template)
            placed.texts.append(.init(value: item, template: template, isInstruction: false))
        }
        if call.arguments.first?.text.isEmpty ?? true {
            value.fault("“\(value.path)” names no program", hint: "Write [wc, -w].")
        }
        for entry in members["env"]?.mapping()?.entries ?? [] {
            if let text = entry.value.text() { call.environment[entry.key] = text }
        }
        call.folder = members["folder"]?.text().map { folder.path(of: $0) }
        placed.step.action = .command(call)
    }

    /// Reads the file of a chain that is a step. What is wrong with it is told under its own name.
    func readChain(_ members: YAMLMapping, into placed: inout ChainReader.PlacedStep) {
        guard let value = members["chain"], let name = value.text() else { return }
        switch folder.chain(named: name) {
        case .failure(let refusal): value.fault(refusal.message, hint: refusal.hint)
        case .success(let result):
            let errors = result.faults.filter { $0.severity == .error }
            for fault in errors {
                let place = fault.line > 0 ? ":\(fault.line):\(fault.column)" : ""
                value.fault(
                    "\(name)\(place): \(fault.message)",
                    hint: fault.line > 0 ? fault.hint : "Its path counts from the folder of this file.")
            }
            guard let chain = result.chain else { return }
            if chain.history == .full {
                value.fault(
                    "“history: full” of \(name) has no effect: its models see what the outer chain's history says",
                    severity: .warning)
            }
            placed.step.action = .chain(chain)
        }
    }

    /// Reads what decides whether and how often a step is done.
    func readFlow(_ members: YAMLMapping, into placed: inout ChainReader.PlacedStep) {
        if let value = members["for_each"] { placed.step.each = forEach(value, into: &placed) }
        if let value = members["when"] { placed.step.condition = condition(value, into: &placed) }
        if let retries = members["retries"]?.integer(in: 0...100) { placed.step.retries = retries }
        if let value = members["timeout"] { placed.step.timeout = Self.timeout(value) ?? placed.step.timeout }
        if let value = members["on_error"] { readErrorRule(value, into: &placed.step) }
    }

    /// A length of time, or `none` for no limit.
    static func timeout(_ value: YAMLValue) -> Double? {
        value.isScalar && value.rawText() == "none" ? .infinity : ChainReader.timeLimit(value)
    }

    private func forEach(_ value: YAMLValue, into placed: inout ChainReader.PlacedStep) -> ForEach? {
        guard value.isMapping else { return form(value).map { ForEach(form: $0) } }
        guard let members = value.mapping(keys: ["in", "as", "width"]) else { return nil }
        var each = ForEach()
        if let source = members["in"], let text = source.text() {
            each.source = PromptTemplate(text)
            placed.texts.append(.init(value: source, template: each.source, isInstruction: false))
        }
        if let form = members["as"].flatMap(form) { each.form = form }
        if let width = members["width"]?.integer(in: 1...64) { each.width = width }
        return each
    }

    private func form(_ value: YAMLValue) -> ForEach.Form? {
        guard let text = value.text() else { return nil }
        if let form = ForEach.Form(rawValue: text) { return form }
        value.fault(
            "“\(text)” is no way to cut a text into items",
            hint: "Write lines or json, or {in: \"{steps.NAME}\", as: json, width: 4}.")
        return nil
    }

    private static let tests = [
        "contains", "equals", "matches", "not_contains", "not_equals", "not_matches", "is_empty",
    ]

    private func condition(_ value: YAMLValue, into placed: inout ChainReader.PlacedStep) -> StepCondition? {
        guard value.isMapping else {
            value.fault(
                "“\(value.path)” must be a condition", hint: "Write {text: \"{steps.NAME}\", contains: \"yes\"}.")
            return nil
        }
        guard let members = value.mapping(keys: ["text"] + Self.tests) else { return nil }
        let given = members.entries.filter { Self.tests.contains($0.key) }
        guard given.count == 1, let entry = given.first else {
            value.fault(
                given.isEmpty ? "“\(value.path)” tests nothing" : "“\(value.path)” has more than one test",
                hint: "Give one of \(Self.tests.joined(separator: ", ")).")
            return nil
        }
        guard var condition = condition(entry) else { return nil }
        if let subject = members["text"], let text = subject.text() {
            condition.subject = PromptTemplate(text)
            placed.texts.append(.init(value: subject, template: condition.subject, isInstruction: false))
        }
        return condition
    }

    private func condition(_ entry: YAMLMapping.Entry) -> StepCondition? {
        if entry.key == "is_empty" {
            return entry.value.bool().map { StepCondition(test: .isEmpty, isNegated: !$0) }
        }
        guard let text = entry.value.text() else { return nil }
        let isNegated = entry.key.hasPrefix("not_")
        switch isNegated ? String(entry.key.dropFirst("not_".count)) : entry.key {
        case "contains": return StepCondition(test: .contains(text), isNegated: isNegated)
        case "equals": return StepCondition(test: .equals(text), isNegated: isNegated)
        default:
            do {
                _ = try NSRegularExpression(pattern: text)
            } catch {
                entry.value.fault(
                    "“\(text)” is no regular expression", hint: "Brackets and signs such as . * + need a backslash.")
            }
            return StepCondition(test: .matches(text), isNegated: isNegated)
        }
    }

    private func readErrorRule(_ value: YAMLValue, into step: inout ChainStep) {
        if value.isMapping {
            guard let members = value.mapping(keys: ["fallback"]), let fallback = members.required("fallback") else {
                return
            }
            guard var call = step.call else {
                value.fault("only a step with a model has a fallback", hint: "Write on_error: stop or continue.")
                return
            }
            var other = ChainStep(name: step.name, action: .model(call))
            read(model: fallback, into: &other, nameKey: "model")
            call = other.call ?? call
            step.onError = .fallback(call)
            return
        }
        switch value.text() {
        case "stop"?: step.onError = .stop
        case "continue"?: step.onError = .proceed
        case let text?:
            value.fault(
                "“\(text)” says nothing about errors", hint: "Write stop, continue, or {fallback: {model: NAME}}.")
        case nil: break
        }
    }
}

extension YAMLValue {
    /// A list of texts; a text alone is a list of one.
    func texts() -> [String] {
        isScalar ? (text().map { [$0] } ?? []) : (list() ?? []).compactMap { $0.text() }
    }
}
