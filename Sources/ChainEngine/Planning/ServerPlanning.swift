import ModelManagement
import PromptChainCore

/// Asks the servers of a chain what a plan has to know: the sizes of the models, and what is in memory.
public struct ServerPlanning: Sendable {
    /// A server and the steps that it runs.
    private struct Part {
        var server: RunServer
        var request: ServerRequest
        var steps: [Int]
    }

    private let chain: Chain
    private let options: ChainRunOptions
    private let servers: any ChainServers
    private let measurements: Measurements

    /// Plans for a chain.
    /// - Parameter measurements: what was measured in earlier runs; it goes before every estimate.
    public init(
        chain: Chain, options: ChainRunOptions, servers: any ChainServers, measurements: Measurements = Measurements()
    ) {
        self.chain = FlatChain(chain).chain
        self.options = options
        self.servers = servers
        self.measurements = measurements
    }

    /// What each server has to plan, in the order in which the chain uses them.
    /// - Throws: `ModelManagementError` when a server cannot be asked, or does not know a model.
    public func subjects() async throws -> [PlanSubject] {
        var parts: [Part] = []
        for (index, step) in chain.steps.enumerated() {
            guard let call = step.call else { continue }
            let request = ServerRequest(call: call, of: chain, options: options)
            let server = RunServer(manager: try await servers.manager(for: request), request: request)
            if let place = parts.firstIndex(where: { $0.server.key == server.key }) {
                parts[place].steps.append(index)
            } else {
                parts.append(Part(server: server, request: request, steps: [index]))
            }
        }
        var subjects: [PlanSubject] = []
        for part in parts { subjects.append(try await subject(part)) }
        return subjects
    }

    private func subject(_ part: Part) async throws -> PlanSubject {
        let capacity = await servers.capacity(for: part.request, option: options.capacityBytes)
        let loaded = try await part.server.manager.loadedModels()
        // Names that share their weights in memory are one model: the first of them stands for all.
        var names: [ModelName: ModelName] = [:]
        var byWeights: [String: ModelName] = [:]
        var descriptions: [ModelName: ModelDescription] = [:]
        for model in part.steps.compactMap({ chain.steps[$0].model }) where names[model] == nil && !model.isCloud {
            let description = try await part.server.manager.describe(model)
            names[model] = description.weights.flatMap { byWeights[$0] } ?? model
            guard names[model] == model else { continue }
            if let weights = description.weights { byWeights[weights] = model }
            descriptions[model] = description
        }
        let outlook = await ServerOutlook(
            of: part.server, capacity: capacity, cap: chain.management.maxLoadedModels ?? options.maxLoadedModels,
            evictsStrangers: chain.management.evictForeign, measurements: measurements, loaded: loaded
        ) { info in
            names[info.name] != nil
                || descriptions.values.contains { info.digest != nil && $0.model.digest == info.digest }
        }
        let (memory, basis) = (outlook.memory, outlook.basis)
        let outlooks = outlooks(of: part, names, descriptions, memory: memory, basis: basis)
        let ordered = part.steps.compactMap { chain.steps[$0].model }.reduce(into: [ModelName]()) { order, name in
            if outlooks[name] != nil, !order.contains(name) { order.append(name) }
        }
        let steps = steps(of: part, names: names, outlooks: outlooks)
        let problem = PlanningProblem(
            steps: steps.all, models: ordered.compactMap { outlooks[$0]?.planningModel(named: $0) }, memory: memory,
            residents: loaded.map {
                PlanningResident(model: names[$0.name] ?? $0.name, vramBytes: $0.vramBytes, isOurs: false)
            })
        return PlanSubject(
            server: part.server.name, problem: problem, leastRecentlyUsedCap: PlanningMemory.usualCap,
            assumptions: ordered.compactMap { outlooks[$0]?.words } + steps.assumptions)
    }

    private func outlooks(
        of part: Part, _ names: [ModelName: ModelName], _ descriptions: [ModelName: ModelDescription],
        memory: PlanningMemory, basis: ModelOutlook.Basis
    ) -> [ModelName: ModelOutlook] {
        func calls(with model: ModelName) -> [ModelCall] {
            part.steps.compactMap { chain.steps[$0].call }.filter { names[$0.model] == model }
        }
        func outlook(_ model: ModelName, _ policy: ContextPolicy) -> ModelOutlook {
            ModelOutlook(
                model, descriptions[model], policy: policy,
                own: calls(with: model).compactMap(\.contextLength).max(), basis: basis)
        }
        func rule(_ model: ModelName) -> ContextPolicy {
            calls(with: model).compactMap(\.context).first ?? options.context ?? chain.context
        }
        func fits(_ model: ModelName) -> Bool {
            rule(model) == .fit && calls(with: model).allSatisfy { $0.contextLength == nil }
        }
        let order = descriptions.keys.sorted { $0.canonical < $1.canonical }
        let fitting = ContextFitting(
            candidates: order.filter(fits).compactMap { model in
                descriptions[model].map { description in
                    let needs = calls(with: model).map { PromptNeed(call: $0, initial: "").tokens }
                    return .init(name: model, description: description, need: needs.max() ?? 0)
                }
            },
            others: order.filter { !fits($0) }.map { outlook($0, rule($0)).planningModel(named: $0) },
            steps: chain.steps.indices.map { index in
                PlanningStep(
                    model: part.steps.contains(index) ? chain.steps[index].model.flatMap { names[$0] } : nil,
                    seconds: PlanningAssumption.stepSeconds)
            }, memory: memory, basis: basis, policy: .planned)
        let contexts = fitting.candidates.isEmpty ? [:] : fitting.contexts()
        return Dictionary(
            uniqueKeysWithValues: order.map { model in
                (model, outlook(model, contexts[model].map { .tokens($0) } ?? rule(model)))
            })
    }

    private func steps(
        of part: Part, names: [ModelName: ModelName], outlooks: [ModelName: ModelOutlook]
    ) -> (all: [PlanningStep], assumptions: [String]) {
        var unmeasured = 0
        let steps = chain.steps.enumerated().map { index, step in
            guard part.steps.contains(index), let named = step.model else {
                return PlanningStep(model: nil, seconds: PlanningAssumption.stepSeconds)
            }
            let model = names[named] ?? named
            let measured = outlooks[model].flatMap {
                measurements.stepSeconds(chain: chain.name, step: step.name, model: $0.subject(at: $0.reckonedContext))
            }
            if measured == nil { unmeasured += 1 }
            return PlanningStep(model: model, seconds: measured ?? PlanningAssumption.stepSeconds)
        }
        let which = unmeasured == part.steps.count ? "every step runs" : "a step that never ran takes"
        let unloads = outlooks.values.contains { $0.measuredUnloadSeconds == nil }
        let unload = Seconds.text(PlanningAssumption.unloadSeconds)
        var parts: [String] = []
        if unmeasured > 0 { parts.append("\(which) \(Seconds.text(PlanningAssumption.stepSeconds))") }
        if unloads { parts.append("every unload takes \(unload)") }
        return (steps, parts.isEmpty ? [] : [parts.joined(separator: " and ") + ", as nobody has measured them"])
    }
}

extension PlanningMemory {
    /// The most models that `same-model` and `lru` hold where nothing else is said.
    static let usualCap = 2

    /// The memory of a server.
    /// - Parameters:
    ///   - capacity: what is known of it; `nil` when nothing is.
    ///   - cap: the most models of the chain at a time; `nil` for as many as fit.
    init(for server: RunServer, capacity: ServerCapacity?, cap: Int?, evictsStrangers: Bool) {
        self = capacity.map { PlanningMemory($0) } ?? PlanningMemory(capacityBytes: nil)
        maxModels = cap
        admission = .usual(
            of: server.provider, devices: capacity?.devices.count ?? 1, settings: capacity?.settings ?? ServerSettings()
        )
        self.evictsStrangers = evictsStrangers
    }
}
