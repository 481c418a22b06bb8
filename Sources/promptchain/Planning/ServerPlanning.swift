import ChainEngine
import ModelManagement
import PromptChainCore

/// Asks the servers of a chain what a plan has to know: the sizes of the models, and what is in memory.
struct ServerPlanning: Sendable {
    /// The context where neither the chain nor the model names one, in tokens.
    static let usualContext = 4096

    /// A server and the steps that it runs.
    private struct Part {
        var key: String
        var name: String
        var manager: any ChainServer
        var steps: [Int]
    }

    let chain: Chain
    let options: ChainRunOptions
    let servers: any ChainServers
    let configuration: AppConfiguration

    /// What each server has to plan, in the order in which the chain uses them.
    func subjects() async throws -> [PlanSubject] {
        var parts: [Part] = []
        for (index, step) in chain.steps.enumerated() {
            let request = ServerRequest(step: step, of: chain, options: options)
            let manager = try await servers.manager(for: request)
            let inspector = manager as? any ServerInspector
            let name = inspector?.server ?? request.choice ?? "the server"
            let key = inspector?.address ?? name
            if let place = parts.firstIndex(where: { $0.key == key }) {
                parts[place].steps.append(index)
            } else {
                parts.append(Part(key: key, name: name, manager: manager, steps: [index]))
            }
        }
        var subjects: [PlanSubject] = []
        for part in parts { subjects.append(try await subject(part)) }
        return subjects
    }

    private func subject(_ part: Part) async throws -> PlanSubject {
        // Names that share their weights in memory are one model: the first of them stands for all.
        var names: [ModelName: ModelName] = [:]
        var byWeights: [String: ModelName] = [:]
        var models: [PlanningModel] = []
        var subject = PlanSubject(
            server: part.name,
            problem: PlanningProblem(steps: [], models: [], memory: PlanningMemory(capacityBytes: nil)))
        for step in part.steps.map({ chain.steps[$0] }) where names[step.model] == nil && !step.model.isCloud {
            let description = try await part.manager.describe(step.model)
            if let weights = description.weights, let known = byWeights[weights] {
                names[step.model] = known
                continue
            }
            names[step.model] = step.model
            if let weights = description.weights { byWeights[weights] = step.model }
            let context = context(of: step.model, description)
            models.append(model(step.model, description, context: context))
            subject.assumptions.append(assumption(models[models.count - 1], description, context: context))
        }
        let loaded = try await part.manager.loadedModels()
        subject.problem.models = models
        subject.problem.steps = chain.steps.indices.map { index in
            guard part.steps.contains(index) else {
                return PlanningStep(model: nil, seconds: PlanningAssumption.stepSeconds)
            }
            let model = names[chain.steps[index].model] ?? chain.steps[index].model
            return PlanningStep(model: model, seconds: PlanningAssumption.stepSeconds)
        }
        subject.problem.residents = loaded.map {
            PlanningResident(model: names[$0.name] ?? $0.name, vramBytes: $0.vramBytes, isOurs: false)
        }
        subject.problem.memory = memory(of: part)
        subject.leastRecentlyUsedCap = 2
        subject.assumptions.append(
            "every step runs \(Seconds.text(PlanningAssumption.stepSeconds)) and every unload takes "
                + "\(Seconds.text(PlanningAssumption.unloadSeconds)), as nobody has measured them")
        return subject
    }

    private func context(of model: ModelName, _ description: ModelDescription) -> Int {
        let own = chain.steps.filter { $0.model == model }.compactMap(\.contextLength).max()
        if let own { return own }
        switch options.context ?? chain.context {
        case .tokens(let tokens): return tokens
        case .maximum: return description.model.contextMaximum ?? Self.usualContext
        case .serverDefault, .fit: return description.defaultContext ?? Self.usualContext
        }
    }

    private func model(_ name: ModelName, _ description: ModelDescription, context: Int) -> PlanningModel {
        let estimate = FootprintEstimate(description, contextLength: context)
        let predicted = estimate.flatMap { estimate in
            description.geometry?.schedulerPrediction(
                fileBytes: estimate.weightsBytes, context: estimate.contextLength)
        }
        let weights = estimate?.weightsBytes ?? description.model.sizeBytes ?? 0
        return PlanningModel(
            name: name, vramBytes: estimate?.totalBytes, admittedBytes: predicted,
            loadSeconds: PlanningAssumption.loadSeconds(bytes: weights),
            unloadSeconds: PlanningAssumption.unloadSeconds)
    }

    private func assumption(_ model: PlanningModel, _ description: ModelDescription, context: Int) -> String {
        let size =
            model.vramBytes.map { "\(ByteCount.text($0)) at a context of \(context) (estimated)" } ?? "size unknown"
        let speed = ByteCount.fixed(PlanningAssumption.bytesPerSecond / 1e9, digits: 0)
        let load =
            description.model.sizeBytes == nil
            ? "\(Seconds.text(model.loadSeconds)) to load (assumed)"
            : "\(Seconds.text(model.loadSeconds)) to load (assumed: "
                + "\(Seconds.text(PlanningAssumption.loadOverheadSeconds)) and \(speed) GB/s)"
        return "\(model.name.short): \(size), \(load)"
    }

    private func memory(of part: Part) -> PlanningMemory {
        let inspector = part.manager as? any ServerInspector
        let configured = configuration.servers.first {
            $0.name == part.name || $0.url.description == inspector?.address
        }
        let capacity = options.capacityBytes ?? configured?.vramBytes
        return PlanningMemory(
            capacityBytes: capacity, marginBytes: capacity.map { FootprintEstimate.margin(capacityBytes: $0) } ?? 0,
            maxModels: chain.management.maxLoadedModels ?? configuration.modelManagement.maxLoadedModels,
            admission: inspector?.provider == .ollama ? .ollama() : .whateverFits,
            evictsStrangers: chain.management.evictForeign)
    }
}
