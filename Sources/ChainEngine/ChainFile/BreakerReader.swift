import ModelManagement
import PromptChainCore

/// Reads the rules of a chain (`chainbreakers:`).
struct BreakerReader {
    /// Where other files are found.
    let folder: ChainFolder
    /// The names of the chain's steps.
    let steps: [String]

    /// What a rule looks at, with the keys that say more about it.
    static let kinds: [(name: String, keys: [String])] = [
        ("output_contains", ["text", "case_sensitive"]),
        ("output_matches", ["pattern", "case_sensitive"]),
        ("output_is_empty", []),
        ("invalid_json", []),
        ("tokens_over", ["tokens"]),
        ("seconds_over", ["seconds"]),
        ("repeats", []),
        ("model_management_failed", []),
        ("command", ["command", "env", "folder", "timeout"]),
    ]

    /// What a rule does, with the keys that say more about it.
    static let actions: [(name: String, keys: [String])] = [
        ("stop", ["exit"]),
        ("replace", ["output"]),
        ("jump", ["step", "limit"]),
        ("retry", ["limit"]),
    ]

    private static let commonKeys = ["name", "when", "action", "reason", "steps"]
    private static let keys =
        commonKeys
        + (kinds + actions).flatMap(\.keys).reduce(into: []) { keys, key in
            if !keys.contains(key) { keys.append(key) }
        }

    /// Reads all rules.
    func rules(from value: YAMLValue) -> [BreakerRule] {
        var rules: [BreakerRule] = []
        for item in value.list() ?? [] {
            guard let members = item.mapping(keys: Self.keys) else { continue }
            guard var rule = rule(from: members) else { continue }
            let equal = rules.count { $0.name == rule.name || $0.name.hasPrefix("\(rule.name) ") }
            if members["name"] == nil, equal > 0 { rule.name += " \(equal + 1)" }
            rules.append(rule)
        }
        return rules
    }

    private func rule(from members: YAMLMapping) -> BreakerRule? {
        let kind = choice("when", of: members, in: Self.kinds, what: "nothing that a rule can look at")
        let action =
            members["action"] == nil
            ? Self.actions[0] : choice("action", of: members, in: Self.actions, what: "nothing that a rule can do")
        refuseOthers(in: members, kind: kind, action: action)
        let condition = kind.flatMap { self.condition($0.name, members) }
        let done = action.flatMap { self.action($0.name, members) }
        let reason = members["reason"]?.text()
        let steps = members["steps"].map(names)
        guard let kind, let condition, let done else { return nil }
        return BreakerRule(
            name: members["name"]?.text() ?? kind.name, condition: condition, action: done, reason: reason,
            steps: steps)
    }

    private func choice(
        _ key: String, of members: YAMLMapping, in choices: [(name: String, keys: [String])], what: String
    ) -> (name: String, keys: [String])? {
        guard let value = members.required(key), let text = value.text() else { return nil }
        if let found = choices.first(where: { $0.name == text }) { return found }
        let names = choices.map(\.name)
        let near = Nearest.match(text, in: names).map { "Did you mean “\($0)”?" }
        value.fault("“\(text)” is \(what)", hint: near ?? "Write one of \(names.joined(separator: ", ")).")
        return nil
    }

    // Keys of another kind of rule, which would have no effect.
    private func refuseOthers(
        in members: YAMLMapping, kind: (name: String, keys: [String])?, action: (name: String, keys: [String])?
    ) {
        guard let kind, let action else { return }
        for entry in members.entries where Self.keys.contains(entry.key) && !Self.commonKeys.contains(entry.key) {
            guard !kind.keys.contains(entry.key), !action.keys.contains(entry.key) else { continue }
            let owners = (Self.kinds + Self.actions).filter { $0.keys.contains(entry.key) }.map(\.name)
            members.value.faults.add(
                line: entry.line, column: entry.column,
                message: "“\(entry.key)” has no effect with \(kind.name) and \(action.name)",
                hint: "It belongs to \(owners.joined(separator: ", ")).")
        }
    }

    private func condition(_ kind: String, _ members: YAMLMapping) -> BreakerRule.Condition? {
        switch kind {
        case "output_contains":
            guard let text = text("text", in: members) else { return nil }
            return .outputContains(text, caseSensitive: members["case_sensitive"]?.bool() ?? false)
        case "output_matches": return pattern(in: members)
        case "output_is_empty": return .outputIsEmpty
        case "invalid_json": return .invalidJSON
        case "tokens_over": return members.required("tokens")?.integer(in: 0...100_000_000).map { .tokensOver($0) }
        case "seconds_over": return members.required("seconds").flatMap(ChainReader.timeLimit).map { .secondsOver($0) }
        case "repeats": return .repeats
        case "model_management_failed": return .modelManagementFailed
        default: return command(in: members)
        }
    }

    private func text(_ key: String, in members: YAMLMapping) -> String? {
        guard let value = members.required(key), let text = value.text() else { return nil }
        if !text.isEmpty { return text }
        value.fault("“\(value.path)” is empty", hint: "Every output would do.")
        return nil
    }

    private func pattern(in members: YAMLMapping) -> BreakerRule.Condition? {
        guard let text = text("pattern", in: members) else { return nil }
        do {
            _ = try PatternSearch(text)
        } catch {
            members["pattern"]?.fault(
                PatternSearch.refusal(of: text), hint: "Brackets and signs such as . * + need a backslash.")
            return nil
        }
        return .outputMatches(text, caseSensitive: members["case_sensitive"]?.bool() ?? true)
    }

    private func command(in members: YAMLMapping) -> BreakerRule.Condition? {
        guard let value = members.required("command") else { return nil }
        guard value.isList else {
            let words = value.rawText().map { $0.split(separator: " ").joined(separator: ", ") } ?? "python3, check.py"
            value.fault(
                "“\(value.path)” must be a list: the program and its arguments",
                hint: "Write [\(words)]; for a shell's own words, [sh, -c, \"…\"].")
            return nil
        }
        var call = CommandCall((value.list() ?? []).compactMap { $0.text().map { PromptTemplate(literal: $0) } })
        if call.arguments.first?.text.isEmpty ?? true {
            value.fault("“\(value.path)” names no program", hint: "Write [python3, check.py].")
            return nil
        }
        for entry in members["env"]?.mapping()?.entries ?? [] {
            if let text = entry.value.text() { call.environment[entry.key] = text }
        }
        call.folder = members["folder"]?.text().map { folder.path(of: $0) }
        let timeout = members["timeout"].flatMap(ChainReader.timeLimit) ?? BreakerRule.usualCommandTimeout
        return .command(call, timeout: timeout)
    }

    private func action(_ name: String, _ members: YAMLMapping) -> BreakerAction? {
        let limit = members["limit"]?.integer(in: 1...1000)
        switch name {
        case "replace": return replacement(in: members).map { .replace($0) }
        case "jump":
            guard let value = members.required("step"), let step = value.text(), isStep(step, at: value) else {
                return nil
            }
            return .jump(step: step, limit: limit ?? BreakerRule.usualJumps)
        case "retry": return .retry(limit: limit ?? BreakerRule.usualRetries)
        default:
            guard let value = members["exit"], let text = value.text() else { return .stop(isFailure: false) }
            if !["failure", "success"].contains(text) {
                value.fault("“\(text)” is no way to end", hint: "Write failure or success.")
            }
            return .stop(isFailure: text == "failure")
        }
    }

    private func replacement(in members: YAMLMapping) -> PromptTemplate? {
        guard let value = members.required("output"), let text = value.text() else { return nil }
        // What a template calls its input is the output that the rule applies to.
        let template = PromptTemplate(text.replacing("{output}", with: "{input}"))
        for suspect in template.suspects(earlier: steps, later: []) {
            value.fault(
                suspect.message, hint: suspect.hint, severity: suspect.isCertain ? .error : .warning)
        }
        return template
    }

    private func names(at value: YAMLValue) -> [String] {
        value.texts().filter { isStep($0, at: value) }
    }

    private func isStep(_ name: String, at value: YAMLValue?) -> Bool {
        if steps.contains(name) { return true }
        let near = Nearest.match(name, in: steps).map { "Did you mean “\($0)”?" }
        let known = steps.prefix(20).joined(separator: ", ")
        value?.fault("there is no step “\(name)”", hint: near ?? "The steps are \(known).")
        return false
    }
}
