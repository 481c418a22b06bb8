import ChainEngine
import ModelManagement
import PromptChainCore

/// The sizes and times that a plan takes for granted (`plan --assume FILE`), in place of a server.
struct AssumptionFile {
    /// The GPU memory, in bytes, where the file gives it.
    var capacityBytes: Int64?
    /// The models that the file describes.
    var models: [PlanningModel] = []
    /// How long a step with a model runs, in seconds.
    var stepSeconds: [ModelName: Double] = [:]
    /// What the file leaves open and is assumed, as sentences.
    var assumptions: [String] = []

    private static let form = "{vram: 9GB, load: 4.5s, unload: 0.7s, step: 10s}"

    /// Reads a file for a chain. Everything that is wrong with it comes at once.
    /// - Parameter chain: the chain whose models it has to describe; `nil` when the chain cannot be read.
    static func read(path: String, for chain: Chain?) -> (AssumptionFile?, [FileFault]) {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            let fault = FileFault(
                file: path, message: "the file cannot be read", hint: "It has to exist and hold UTF-8 text.")
            return (nil, [fault])
        }
        let faults = FaultCollector(file: path)
        let file = parse(text, faults: faults, chain: chain)
        return (faults.hasErrors ? nil : file, faults.faults)
    }

    private static func parse(_ text: String, faults: FaultCollector, chain: Chain?) -> AssumptionFile {
        var file = AssumptionFile()
        guard let root = YAMLDocument.parse(text, faults: faults), !root.isNull else {
            if !faults.hasErrors {
                faults.add(message: "the file is empty", hint: "It has to hold {models: {\"NAME\": \(form)}}.")
            }
            return file
        }
        guard let mapping = root.mapping(keys: ["capacity", "models"]) else { return file }
        if let value = mapping["capacity"] { file.capacityBytes = value.bytes() }
        if file.capacityBytes == 0 { mapping["capacity"]?.fault("“capacity” must be more than 0") }
        guard let value = mapping.required("models"), let models = value.mapping() else { return file }
        var described: [ModelName] = []
        for entry in models.entries {
            let name = ModelName(entry.key)
            if described.contains(name) {
                faults.add(
                    line: entry.line, column: entry.column, message: "“\(name.short)” stands here a second time",
                    hint: "Names count without the provider, and “:latest” is the usual tag.")
            }
            described.append(name)
            file.read(entry, named: name, isUsed: chain?.models.contains(name) ?? false)
        }
        if let chain { reportMissing(described, chain: chain, at: models.value) }
        return file
    }

    private mutating func read(_ entry: YAMLMapping.Entry, named name: ModelName, isUsed: Bool) {
        guard let mapping = entry.value.mapping(keys: ["vram", "load", "unload", "step"]) else { return }
        let vram = mapping.required("vram")?.bytes()
        let load = mapping["load"]?.seconds()
        let unload = mapping["unload"]?.seconds()
        let step = mapping["step"]?.seconds()
        let assumedLoad = PlanningAssumption.loadSeconds(bytes: vram ?? 0)
        models.append(
            PlanningModel(
                name: name, vramBytes: vram, loadSeconds: load ?? assumedLoad,
                unloadSeconds: unload ?? PlanningAssumption.unloadSeconds))
        stepSeconds[name] = step ?? PlanningAssumption.stepSeconds
        guard isUsed else { return }
        var missing: [String] = []
        if mapping["load"] == nil { missing.append("load \(Seconds.text(assumedLoad))") }
        if mapping["unload"] == nil { missing.append("unload \(Seconds.text(PlanningAssumption.unloadSeconds))") }
        if mapping["step"] == nil { missing.append("step \(Seconds.text(PlanningAssumption.stepSeconds))") }
        if !missing.isEmpty {
            assumptions.append("\(name.short): \(missing.joined(separator: ", ")) (not in the file)")
        }
    }

    private static func reportMissing(_ described: [ModelName], chain: Chain, at place: YAMLValue) {
        for model in chain.models where !described.contains(model) && !model.isCloud {
            let step = (chain.steps.firstIndex { $0.model == model } ?? 0) + 1
            let near = Nearest.match(model.short, in: described.map(\.short))
            let advice = near.map { "Is “\($0)” meant for it? Else add" } ?? "Add"
            place.fault(
                "“models” does not describe “\(model.short)”, which step \(step) of the chain uses",
                hint: "\(advice) \"\(model.short)\": \(form)")
        }
    }

    /// The chain as a problem.
    /// - Parameter vram: the GPU memory that goes before the file's, in bytes.
    func problem(for chain: Chain, vram: Int64?) -> PlanningProblem {
        PlanningProblem(
            steps: chain.steps.map { step in
                PlanningStep(
                    model: step.model, seconds: step.model.flatMap { stepSeconds[$0] } ?? PlanningAssumption.stepSeconds
                )
            },
            models: models, memory: PlanningMemory(capacityBytes: vram ?? capacityBytes))
    }
}
