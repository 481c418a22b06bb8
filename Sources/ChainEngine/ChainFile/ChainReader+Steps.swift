import ModelManagement
import PromptChainCore

extension ChainReader {
    /// A text with placeholders, and where it stands.
    struct PlacedText {
        var value: YAMLValue
        var template: PromptTemplate
        var isInstruction: Bool
    }

    /// A step with the values that faults about it point at.
    struct PlacedStep {
        var step: ChainStep
        var name: YAMLValue
        var texts: [PlacedText]
        var parameters: YAMLValue
    }

    /// Reads the steps, in whichever of the two forms they are written.
    func steps(in chain: YAMLMapping) -> [ChainStep] {
        let placed: [PlacedStep]
        if let value = chain["steps"] {
            for key in ["models", "instructions"] where chain[key] != nil {
                add("“\(key)” and “steps” exclude each other", at: key, of: chain, hint: "Use one of the two forms.")
            }
            placed = stepList(value)
        } else if chain["models"] != nil || chain["instructions"] != nil {
            placed = parallelLists(in: chain)
        } else {
            chain.value.fault("the chain has no steps", hint: "Add “steps:”, with a model and an instruction for each.")
            return []
        }
        checkNames(placed)
        checkPlaceholders(placed)
        checkRunnerOptions(placed)
        return placed.map(\.step)
    }

    private func add(_ message: String, at key: String, of chain: YAMLMapping, hint: String) {
        let place = chain.place(of: key) ?? (chain.value.line, chain.value.column)
        faults.add(line: place.line, column: place.column, message: message, hint: hint)
    }

    private func items(_ value: YAMLValue?) -> [YAMLValue]? {
        guard let value, let items = value.list() else { return nil }
        if items.isEmpty { value.fault("“\(value.path)” is empty", hint: "A chain needs at least one step.") }
        return items
    }

    private func stepList(_ value: YAMLValue) -> [PlacedStep] {
        (items(value) ?? []).enumerated().compactMap { index, item in
            StepReader(number: index + 1, folder: folder).step(from: item)
        }
    }

    private func parallelLists(in chain: YAMLMapping) -> [PlacedStep] {
        for (key, other) in [("models", "instructions"), ("instructions", "models")]
        where chain[key] != nil && chain[other] == nil {
            add("there are \(key) and no \(other)", at: key, of: chain, hint: "Add “\(other):”.")
        }
        guard let models = items(chain["models"]), let instructions = items(chain["instructions"]),
            !models.isEmpty, !instructions.isEmpty
        else { return [] }
        if models.count > 1, models.count != instructions.count {
            add(
                "there are \(models.count) models and \(instructions.count) instructions", at: "models", of: chain,
                hint: "Name one model for each instruction, or one for all.")
        }
        return instructions.enumerated().compactMap { index, instruction in
            let place = models.count == 1 ? 0 : index
            guard models.indices.contains(place) else { return nil }
            return StepReader(number: index + 1, folder: folder).step(model: models[place], instruction: instruction)
        }
    }

    private func checkNames(_ steps: [PlacedStep]) {
        var lines: [String: Int] = [:]
        for placed in steps {
            let name = placed.step.name
            if name.contains(where: { $0 == "{" || $0 == "}" || $0.isNewline }) {
                placed.name.fault(
                    "the name of a step cannot hold braces or line breaks", hint: "Nothing could refer to it.")
            }
            if let line = lines[name] {
                placed.name.fault(
                    "two steps are called “\(name)”", hint: "The other stands in line \(line). Rename one of them.")
            } else {
                lines[name] = placed.name.line
            }
        }
    }

    private func checkPlaceholders(_ steps: [PlacedStep]) {
        let names = steps.map(\.step.name)
        for (index, placed) in steps.enumerated() {
            for text in placed.texts {
                let suspects = text.template.suspects(earlier: Array(names[..<index]), later: Array(names[index...]))
                for suspect in suspects {
                    let place = source.place(of: suspect.text, occurrence: suspect.occurrence, in: text.value)
                    faults.add(
                        line: place.line, column: place.column, severity: suspect.isCertain ? .error : .warning,
                        message: suspect.message, hint: suspect.hint)
                }
                if text.isInstruction, !text.template.usesEarlierText, suspects.isEmpty {
                    text.value.fault(
                        "the instruction of step \(index + 1) uses no earlier text",
                        hint: "{input} puts the text of the step before in, {initial} the run's input.",
                        severity: .warning)
                }
            }
        }
    }

    // A server reloads a model when these differ between requests.
    private func checkRunnerOptions(_ steps: [PlacedStep]) {
        var first: [String: (number: Int, call: ModelCall)] = [:]
        for (index, placed) in steps.enumerated() {
            guard let call = placed.step.call else { continue }
            let key = "\(call.model.canonical.lowercased())\n\(call.apiBase ?? call.server ?? "")"
            guard let other = first[key] else {
                first[key] = (index + 1, call)
                continue
            }
            let own = call.runnerOptions
            let before = other.call.runnerOptions
            let names = Set(own.keys).union(before.keys).filter { own[$0] != before[$0] }.sorted()
            if !names.isEmpty {
                placed.parameters.fault(
                    "\(names.joined(separator: ", ")) of \(call.model) differs from step \(other.number)",
                    hint: "A server loads a model anew when it changes. Give it in all steps alike.")
            }
            if let context = call.contextLength, let known = other.call.contextLength, context != known {
                placed.parameters.fault(
                    "num_ctx of \(call.model) differs from step \(other.number): the larger one is used in both",
                    hint: "A server loads a model anew when it changes.", severity: .warning)
            }
        }
    }
}
