import PromptChainCore
import Yams

extension ChainReader {
    /// A step with the places that faults about it name.
    struct PlacedStep {
        var step: ChainStep
        var name: SourcePlace?
        var instruction: SourcePlace?
        var parameters: SourcePlace?
    }

    /// Reads the steps, in whichever of the two forms they are written.
    func steps(in chain: MappingReader) -> [ChainStep] {
        let placed: [PlacedStep]
        if let node = chain["steps"] {
            for key in ["models", "instructions"] where chain[key] != nil {
                faults.add(
                    "\"\(key)\" and \"steps\" exclude each other", at: chain.place(of: key),
                    hint: "write the chain as steps, or as models and instructions")
            }
            placed = stepList(node)
        } else if chain["models"] != nil || chain["instructions"] != nil {
            placed = parallelLists(in: chain)
        } else {
            faults.add(
                "the chain has no steps", at: chain.mark,
                hint: "add steps: with a model and an instruction for each")
            return []
        }
        checkNames(placed)
        checkPlaceholders(placed)
        checkRunnerOptions(placed)
        return placed.map(\.step)
    }

    private func items(_ node: Node?, called name: String) -> [Node]? {
        guard let node else { return nil }
        guard case .sequence(let sequence) = node else {
            faults.add("\"\(name)\" must be a list", at: node.place, hint: "begin each entry with a dash and a blank")
            return nil
        }
        if sequence.isEmpty { faults.add("\"\(name)\" is empty", at: node.place, hint: "a chain needs at least one step") }
        return Array(sequence)
    }

    private func stepList(_ node: Node) -> [PlacedStep] {
        (items(node, called: "steps") ?? []).enumerated().compactMap { index, item in
            StepReader(number: index + 1, faults: faults).step(from: item)
        }
    }

    private func parallelLists(in chain: MappingReader) -> [PlacedStep] {
        for (key, other) in [("models", "instructions"), ("instructions", "models")]
        where chain[key] != nil && chain[other] == nil {
            faults.add("there are \(key) and no \(other)", at: chain.place(of: key), hint: "add \(other):")
        }
        guard let models = items(chain["models"], called: "models"),
            let instructions = items(chain["instructions"], called: "instructions"),
            !models.isEmpty, !instructions.isEmpty
        else { return [] }
        let repeats = models.count == 1
        if !repeats, models.count != instructions.count {
            faults.add(
                "there are \(models.count) models and \(instructions.count) instructions", at: chain.place(of: "models"),
                hint: "name one model for each instruction, or one for all")
        }
        return instructions.enumerated().compactMap { index, instruction in
            guard let model = repeats ? models[0] : models.indices.contains(index) ? models[index] : nil else {
                return nil
            }
            return StepReader(number: index + 1, faults: faults).step(model: model, instruction: instruction)
        }
    }

    private func checkNames(_ steps: [PlacedStep]) {
        var lines: [String: Int] = [:]
        for placed in steps {
            if placed.step.name.contains(where: { "{}\n".contains($0) }) {
                faults.add("the name of a step cannot hold braces or line breaks", at: placed.name)
            }
            if let line = lines[placed.step.name] {
                faults.add(
                    "two steps are called \"\(placed.step.name)\"", at: placed.name,
                    hint: "the other stands in line \(line): give one of them another name")
            } else {
                lines[placed.step.name] = placed.name?.line ?? 0
            }
        }
    }

    private func checkPlaceholders(_ steps: [PlacedStep]) {
        let names = steps.map(\.step.name)
        for (index, placed) in steps.enumerated() {
            guard let start = placed.instruction else { continue }
            let template = placed.step.instruction
            let suspects = template.suspects(
                earlier: Array(names[..<index]), later: Array(names[index...]))
            for suspect in suspects {
                let place = faults.source.place(of: suspect.text, occurrence: suspect.occurrence, from: start)
                faults.add(
                    suspect.message, at: place, hint: suspect.hint, severity: suspect.isCertain ? .error : .warning)
            }
            if !template.usesEarlierText, suspects.isEmpty {
                faults.add(
                    "the instruction of step \(index + 1) uses no earlier text", at: start,
                    hint: "{input} puts the text of the step before in, {initial} the run's input",
                    severity: .warning)
            }
        }
    }

    // A server reloads a model when these differ between requests.
    private func checkRunnerOptions(_ steps: [PlacedStep]) {
        var first: [String: (number: Int, step: ChainStep)] = [:]
        for (index, placed) in steps.enumerated() {
            let step = placed.step
            let key = "\(step.model.canonical.lowercased())\n\(step.apiBase ?? step.server ?? "")"
            guard let other = first[key] else {
                first[key] = (index + 1, step)
                continue
            }
            if step.runnerOptions != other.step.runnerOptions {
                let names = Set(step.runnerOptions.keys).union(other.step.runnerOptions.keys).sorted()
                    .filter { step.runnerOptions[$0] != other.step.runnerOptions[$0] }
                faults.add(
                    "\(names.joined(separator: ", ")) of \(step.model) differs from step \(other.number)",
                    at: placed.parameters, hint: "a server loads a model anew when it changes: give it in all steps "
                        + "alike")
            }
            if let own = step.contextLength, let before = other.step.contextLength, own != before {
                faults.add(
                    "num_ctx of \(step.model) differs from step \(other.number): the larger one is used in both",
                    at: placed.parameters, hint: "a server loads a model anew when it changes", severity: .warning)
            }
        }
    }
}
