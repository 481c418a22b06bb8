import Foundation
import ModelManagement
import PromptChainCore
import Synchronization

/// A chain of prompts for Swift programs. The names are those of the original.
///
/// ```swift
/// let chain = try PromptChain(
///     models: ["ollama/mistral-small:22b", "ollama/deepseek-r1:70b"],
///     instructions: ["Step 1: {input}", "Step 2: {input}"],
///     modelManagement: ChainManagement(enabled: true, provider: .ollama),
///     autoUnloadModels: true)
/// let answer = try await chain.processPrompt("…")
/// ```
public final class PromptChain: Sendable {
    /// What became of a step.
    public struct StepOutput: Equatable, Sendable {
        /// `initial` for the input, else the kind of step: `model`, `command`, `function`, `chain`.
        public var type: String
        /// What it gave.
        public var output: String
        /// The parameters that its model was given; `nil` for what no model gave.
        public var modelParams: [String: JSONValue]?
    }

    /// Whether and how a chain manages models. Encoded, it has the keys of the original: `enabled`, `auto_unload`,
    /// `manager_type`, `available`.
    public struct ManagerStatus: Equatable, Sendable, Encodable {
        private enum CodingKeys: String, CodingKey {
            case enabled, autoUnload = "auto_unload", managerType = "manager_type", available
        }

        /// Whether models are managed.
        public var enabled: Bool
        /// Whether what was loaded is unloaded again.
        public var autoUnload: Bool
        /// The kind of server; `nil` when models are not managed.
        public var managerType: String?
        /// Whether there is a manager.
        public var available: Bool
    }

    private struct State {
        var chain: Chain
        // By the numbers of the steps, 0 for the input.
        var outputs: [Int: StepOutput] = [:]
        // What the chains that are steps gave, by the way that leads to them.
        var groupOutputs: [String: String] = [:]
        // The models that were loaded by hand, each with the mark that keeps others from unloading it.
        var loaded: [ModelName: (any ModelUseLock)?] = [:]
    }

    private let state: Mutex<State>
    private let servers: any ChainServers
    private let locks: any ModelUseLocks
    private let chainbreakers: [Chainbreaker]
    private let tools: [ToolFunction]
    private let storeSteps: Bool
    private let verbose: Bool
    private let sink: @Sendable (ChainEventRecord) -> Void

    /// A chain.
    /// - Parameters:
    ///   - models: One model for each instruction, or one for all.
    ///   - instructions: What the models are told, with the placeholders `{input}`, `{initial}` and `{steps.Step 1}`.
    ///   - modelManagement: Whether and how models are managed; without it the global configuration decides.
    ///   - autoUnloadModels: Whether what the chain loads is unloaded again.
    ///   - chainbreakers: Rules that may end the chain after a step.
    ///   - mcpServers: Servers of tools that the models may call: `["id": "search", "type": "stdio", "command":
    ///     "python3", "args": ["server.py"]]`, or `["id": "search", "type": "http", "url": "http://…/mcp"]`. They are
    ///     started with each run and ended with it.
    ///   - tools: Tools that are functions of the program.
    ///   - history: Whether models see what was said in the steps before theirs.
    ///   - storeSteps: Whether `stepOutput(_:)` knows the steps' outputs.
    ///   - verbose: Whether to log in detail.
    ///   - servers: Gives the chain its servers; by default the configuration and the environment do.
    ///   - locks: Tells it about other chains that use the same models.
    ///   - onEvent: Is given all events of every run, in order.
    /// - Throws: `PromptChainError` when the lists do not fit together or hold something that cannot be done.
    public convenience init(
        models: [ChainModel], instructions: [String], modelManagement: ChainManagement? = nil,
        autoUnloadModels: Bool = true, chainbreakers: [Chainbreaker] = [], mcpServers: [JSONValue] = [],
        tools: [ToolFunction] = [], history: HistoryRule = .none, storeSteps: Bool = false, verbose: Bool = false,
        servers: (any ChainServers)? = nil, locks: any ModelUseLocks = FileModelLocks.standard,
        onEvent: @escaping @Sendable (ChainEventRecord) -> Void = { _ in }
    ) throws {
        try self.init(
            steps: try Self.steps(models: models, instructions: instructions), modelManagement: modelManagement,
            autoUnloadModels: autoUnloadModels, chainbreakers: chainbreakers, mcpServers: mcpServers, tools: tools,
            history: history, storeSteps: storeSteps, verbose: verbose, servers: servers, locks: locks,
            onEvent: onEvent)
    }

    /// A chain of steps of any kind: models, programs, functions, other chains.
    ///
    /// ```swift
    /// let chain = try PromptChain(
    ///     steps: [
    ///         ChainStep(name: "Draft", model: "ollama/mistral-small:22b", instruction: PromptTemplate("{input}")),
    ///         ChainStep(name: "Count", action: .function(StepFunction { text in "\(text.count) characters" })),
    ///     ], storeSteps: true)
    /// ```
    /// - Parameter steps: The steps, in order, each with a name of its own. What is not told here is as in the other
    ///   initialiser.
    /// - Throws: `PromptChainError` when the steps do not fit together.
    public init(
        steps: [ChainStep], modelManagement: ChainManagement? = nil, autoUnloadModels: Bool = true,
        chainbreakers: [Chainbreaker] = [], mcpServers: [JSONValue] = [], tools: [ToolFunction] = [],
        history: HistoryRule = .none, storeSteps: Bool = false, verbose: Bool = false,
        servers: (any ChainServers)? = nil, locks: any ModelUseLocks = FileModelLocks.standard,
        onEvent: @escaping @Sendable (ChainEventRecord) -> Void = { _ in }
    ) throws {
        let chain = try Self.chain(
            steps, management: modelManagement, autoUnload: autoUnloadModels, mcpServers: mcpServers, history: history)
        state = Mutex(State(chain: chain))
        self.locks = locks
        self.chainbreakers = chainbreakers
        self.tools = tools
        self.storeSteps = storeSteps
        self.verbose = verbose
        sink = onEvent
        self.servers =
            servers
            ?? ConfiguredServers(
                configuration: AppConfiguration(modelManagement: getGlobalConfig()),
                environment: ProcessInfo.processInfo.environment)
    }

    /// Runs the chain and gives its output.
    /// - Throws: `PromptChainError.failed` when a step fails. A chain that a rule ends does not fail. Cancelling the
    ///   task stops the run, and throws `CancellationError` after the clean-up.
    public func processPrompt(_ input: String) async throws -> String {
        let chain = chain
        let row = FlatChain(chain).chain.steps
        let steps = Mutex<[Int: StepOutput]>([0: StepOutput(type: "initial", output: input)])
        // Without functions the run keeps its tools itself, and tells its events what their servers say.
        let box = tools.isEmpty ? nil : ToolBox(servers: chain.toolServers, functions: tools)
        let run = ChainRun(
            chain: chain, options: ChainRunOptions(verbose: verbose), servers: servers, locks: locks,
            chainbreakers: chainbreakers, tools: box)
        let result = await run.start(input: input) { [sink, storeSteps] record in
            if storeSteps, record.item == nil, case .stepFinished(let done) = record.event {
                let step = row[done.step - 1]
                steps.withLock {
                    $0[done.step] = StepOutput(
                        type: step.kind, output: done.output, modelParams: step.call?.options)
                }
            }
            sink(record)
        }
        await box?.close()
        if storeSteps {
            state.withLock { state in
                state.outputs = steps.withLock { $0 }
                state.groupOutputs = run.groupOutputs
            }
        }
        switch result.status {
        case .completed, .broken: return result.output
        case .cancelled: throw CancellationError()
        case .failed:
            throw PromptChainError.failed(
                result.error ?? "the chain failed", output: result.output, cause: run.failure)
        }
    }

    /// What a step of the last run gave: 0 is the input, the steps count from 1 as in events, those of a chain that is
    /// a step in its place. A step that was done several times gives its last output, one that is done for each of
    /// several items all outputs together. `nil` for a step that was not done, or when outputs are not stored.
    public func stepOutput(_ number: Int) -> StepOutput? {
        state.withLock { $0.outputs[number] }
    }

    /// The same by the step's name: `Step 2` where the chain was made of instructions.
    ///
    /// A step of a chain that is a step has the way that leads to it as its name, `Inner › Draft`, and the end of that is
    /// enough: `Draft`. Where several steps have the name, the whole way comes first, then the outermost step, then the
    /// earlier one. `Inner` by itself is what that chain gave, of the type `chain`; it has no number.
    public func stepOutput(_ name: String) -> StepOutput? {
        let flat = FlatChain(chain)
        guard let node = flat.node(named: name) else { return nil }
        switch node {
        case .step(let index): return stepOutput(index + 1)
        case .group(let group):
            return state.withLock { $0.groupOutputs[group.name] }.map { StepOutput(type: "chain", output: $0) }
        }
    }

    /// Decides whether what later runs load is unloaded again.
    public func setAutoUnload(_ enabled: Bool) {
        state.withLock { $0.chain.management.autoUnload = enabled }
    }

    /// Whether and how the chain manages models.
    public func modelManagerStatus() -> ManagerStatus {
        let chain = chain
        let provider = chain.management.provider ?? chain.steps.first?.model?.provider ?? .ollama
        return ManagerStatus(
            enabled: chain.isManaged, autoUnload: chain.management.autoUnload,
            managerType: chain.isManaged ? provider.rawValue : nil,
            available: chain.isManaged && ModelManagerFactory.providers.contains(provider))
    }

    var chain: Chain { state.withLock { $0.chain } }

    /// Notes a model that was loaded by hand, for `cleanupModels()`.
    /// - Parameter lock: the mark of its use, which is kept until it is taken.
    func noteLoaded(_ model: ModelName, lock: (any ModelUseLock)?) {
        let superfluous: (any ModelUseLock)? = state.withLock { state in
            guard state.loaded[model] == nil else { return lock }
            state.loaded[model] = lock
            return nil
        }
        superfluous?.release()
    }

    /// The models that were loaded by hand, sorted by name.
    var loadedByHand: [ModelName] {
        state.withLock { $0.loaded.keys.sorted { $0.canonical < $1.canonical } }
    }

    /// Marks a model as used; `nil` while another chain unloads it.
    func use(_ model: ModelName, on manager: any ChainServer) async -> (any ModelUseLock)? {
        let digest = try? await (manager as? any ModelLibrary)?.installedModels().first { $0.name == model }?.digest
        let slot = ModelSlot(
            server: RunServer(manager: manager, request: request(for: model)).key, model: model, digest: digest)
        return locks.use(server: slot.server, weights: slot.weights)
    }

    /// The mark of a model that was loaded by hand. It is not noted any more.
    func takeLock(of model: ModelName) -> (any ModelUseLock)? {
        state.withLock { $0.loaded.removeValue(forKey: model) ?? nil }
    }

    /// The manager for a model of the chain, or for one that is not part of it.
    func manager(for model: ModelName) async throws -> any ChainServer {
        try await servers.manager(for: request(for: model))
    }

    private func request(for model: ModelName) -> ServerRequest {
        let chain = chain
        let call =
            chain.steps.lazy.compactMap(\.call).first { $0.model == model }
            ?? ModelCall(model: model, instruction: "")
        return ServerRequest(call: call, of: chain, options: ChainRunOptions(verbose: verbose))
    }

    private static func steps(models: [ChainModel], instructions: [String]) throws -> [ChainStep] {
        guard !instructions.isEmpty, models.count == 1 || models.count == instructions.count else {
            throw PromptChainError.invalid(
                "there are \(models.count) models and \(instructions.count) instructions: name one model for each "
                    + "instruction, or one for all")
        }
        return instructions.enumerated().map { index, instruction in
            models[models.count == 1 ? 0 : index].step(named: "Step \(index + 1)", instruction: instruction)
        }
    }

    private static func chain(
        _ steps: [ChainStep], management: ChainManagement?, autoUnload: Bool, mcpServers: [JSONValue],
        history: HistoryRule
    ) throws -> Chain {
        guard !steps.isEmpty else { throw PromptChainError.invalid("a chain needs at least one step") }
        if let twice = Dictionary(grouping: steps, by: \.name).values.first(where: { $0.count > 1 })?.first {
            throw PromptChainError.invalid("two steps are called “\(twice.name)”: give each a name of its own")
        }
        let names = steps.map(\.name)
        for (index, step) in steps.enumerated() {
            guard let instruction = step.call?.instruction else { continue }
            let suspects = instruction.suspects(earlier: Array(names[..<index]), later: Array(names[index...]))
            if let suspect = suspects.first(where: \.isCertain) {
                throw PromptChainError.invalid("instruction \(index + 1): \(suspect.message): \(suspect.hint)")
            }
        }
        let global = getGlobalConfig()
        var management = management ?? ChainManagement(autoUnload: global.autoUnload)
        // What the chain itself does not say, the global configuration does.
        management.enabled = management.enabled ?? global.enabled
        management.maxLoadedModels = management.maxLoadedModels ?? global.maxLoadedModels
        management.autoUnload = management.autoUnload && autoUnload
        return Chain(
            name: "PromptChain", steps: steps, management: management,
            toolServers: try [ToolServer](values: mcpServers),
            history: history)
    }
}
