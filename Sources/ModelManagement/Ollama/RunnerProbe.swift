import Foundation
import PromptChainCore

/// Tells what the models of an Ollama on this host are doing right now, for whomever, by asking the processes that run
/// them. Ollama itself does not tell it and does not document this: where a runner offers nothing, nothing is told.
///
/// One probe looks at one server.
public actor RunnerProbe {
    /// How long nobody asks again for what could not be found out, in seconds.
    static let patience = 30.0

    private enum Answer: Sendable {
        case slots(SlotReading)
        case loading
        case refused
        case silence
    }

    private let server: ServerConfiguration
    private let reader: CapacityReader
    private let timekeeper: Timekeeper
    private let limit: Double
    private let describe: @Sendable (ModelName) async throws -> ModelDescription
    private let installed: @Sendable () async throws -> [InstalledModel]

    private var connections: [OllamaRunner: ServerConnection] = [:]
    private var rates = SlotRates<OllamaRunner>()
    private var refusals: Set<OllamaRunner> = []
    private var weights: [String: (digest: String?, time: Double)] = [:]
    private var names: [String: ModelName] = [:]
    private var search: Task<Void, Never>?
    private var lastSearch: Double?

    /// A probe of one server.
    /// - Parameters:
    ///   - server: the server. One that does not run on this host is never asked.
    ///   - reader: finds its process.
    ///   - timekeeper: the clock.
    ///   - limit: how long a runner may take to answer, in seconds.
    ///   - describe: what the server tells about a model; its weights tell which runner has it.
    ///   - installed: the models on the server's disk, to name one that somebody else loads.
    public init(
        server: ServerConfiguration, reader: CapacityReader = .host, timekeeper: Timekeeper = .system,
        limit: Double = 0.5, describe: @escaping @Sendable (ModelName) async throws -> ModelDescription,
        installed: @escaping @Sendable () async throws -> [InstalledModel] = { [] }
    ) {
        self.server = server
        self.reader = reader
        self.timekeeper = timekeeper
        self.limit = limit
        self.describe = describe
        self.installed = installed
    }

    /// What the server's models are doing, sorted by name; without those of which nothing is told.
    /// - Parameter models: the models that the server lists as loaded.
    public func activities(of models: [ModelInfo]) async -> [ModelActivity] {
        let runners = await runners()
        forget(allBut: runners)
        let asked = runners.filter { !refusals.contains($0) }
        guard !asked.isEmpty else { return [] }
        let answers = await answers(of: asked)
        var found: [ModelActivity] = []
        var strangers = false
        for (runner, answer) in answers {
            let model = await name(of: runner, among: models)
            switch answer {
            case .slots(let slots):
                let rate = rates.rate(of: runner, slots, now: timekeeper.elapsed())
                guard let model else { continue }
                var activity = slots.activity(of: model, tokensPerSecond: rate)
                activity.process = await process(runner, isLoading: false)
                found.append(activity)
            case .loading:
                guard let model = model ?? names[runner.weights] else {
                    strangers = true
                    continue
                }
                let process = await process(runner, isLoading: true)
                found.append(
                    ModelActivity(
                        model: model, phase: .loading, loadingSeconds: process?.ageSeconds, process: process))
            case .refused: refusals.insert(runner)
            case .silence: break
            }
        }
        if strangers { searchNames() }
        return found.sorted { $0.model.canonical < $1.model.canonical }
    }

    private func process(_ runner: OllamaRunner, isLoading: Bool) async -> RunnerProcess? {
        var process = await reader.onQueue { [table = reader.processes] in
            table.runner(runner.processID, isLoading: isLoading)
        }
        process?.settings = runner.settings
        return process
    }

    private func runners() async -> [OllamaRunner] {
        guard let process = await reader.process(of: server), !process.descendants.isEmpty else { return [] }
        return await reader.onQueue { [table = reader.processes] in
            process.descendants.compactMap { OllamaRunner(processID: $0, arguments: table.arguments(of: $0)) }
        }
    }

    private func forget(allBut runners: [OllamaRunner]) {
        let present = Set(runners)
        connections = connections.filter { present.contains($0.key) }
        rates.keep(present)
        refusals.formIntersection(present)
    }

    private func answers(of runners: [OllamaRunner]) async -> [(OllamaRunner, Answer)] {
        let all = runners.map { ($0, connection(to: $0)) }
        return await withTaskGroup(of: (OllamaRunner, Answer).self) { group in
            for (runner, connection) in all {
                group.addTask { (runner, await Self.ask(connection)) }
            }
            var answers: [(OllamaRunner, Answer)] = []
            for await answer in group { answers.append(answer) }
            return answers
        }
    }

    private static func ask(_ connection: ServerConnection) async -> Answer {
        let call = HTTPCall("GET", "/slots", action: "ask a runner what it does")
        guard let reply = try? await connection.reply(call) else { return .silence }
        // While it loads, every call is answered so.
        if reply.status == 503 { return .loading }
        guard reply.isSuccess, let slots = SlotReading(reply.body) else { return .refused }
        return .slots(slots)
    }

    private func connection(to runner: OllamaRunner) -> ServerConnection {
        if let known = connections[runner] { return known }
        // A connection that stays open would keep one of the runner's few threads.
        let connection = ServerConnection(
            configuration: ServerConfiguration(
                name: "\(server.name)’s runner",
                url: ServerAddress(scheme: "http", host: "127.0.0.1", port: runner.port),
                headers: ["Connection": "close"], timeout: limit, maxRetries: 0))
        connections[runner] = connection
        return connection
    }
}

/// Which model a runner has: Ollama lists models by name, and starts runners on files of weights.
extension RunnerProbe {
    private func name(of runner: OllamaRunner, among models: [ModelInfo]) async -> ModelName? {
        for model in models where await weights(of: model.name, digest: model.digest) == runner.weights {
            return model.name
        }
        return nil
    }

    private func weights(of name: ModelName, digest: String?) async -> String? {
        let key = digest ?? name.canonical
        // The weights behind a digest are always the same; those behind a name may be others tomorrow.
        if let known = weights[key],
            (digest != nil && known.digest != nil) || timekeeper.elapsed() - known.time < Self.patience
        {
            return known.digest
        }
        let found = try? await describe(name).weights
        weights[key] = (found, timekeeper.elapsed())
        if let found { names[found] = name }
        return found
    }

    /// Learns the names of all weights on the server's disk, meanwhile: that takes a call for each model.
    private func searchNames() {
        let now = timekeeper.elapsed()
        guard search == nil, lastSearch.map({ now - $0 >= Self.patience }) ?? true else { return }
        lastSearch = now
        search = Task {
            for model in ((try? await installed()) ?? []).prefix(500) {
                _ = await weights(of: model.name, digest: model.digest)
            }
            search = nil
        }
    }

    /// Waits until names are not being learned; for tests.
    func settle() async { await search?.value }
}
