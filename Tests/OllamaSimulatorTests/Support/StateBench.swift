@testable import OllamaSimulator

/// A state with a clock that the test holds.
struct StateBench {
    var state: SimulatedServerState
    /// What happened, in words.
    private(set) var log: [String] = []
    /// Requests that have their runner.
    private(set) var started: [Int: RunnerLease] = [:]
    private var nextID = 0

    init(
        vram: Int64 = 48 << 30, maxLoaded: Int = 0, maxQueue: Int = 512, parallel: Int = 1,
        catalogue: SimulatedCatalogue = .standard, faults: [SimulatedFault] = []
    ) {
        state = SimulatedServerState(
            limits: .init(vramBytes: vram, maxLoadedModels: maxLoaded, maxQueue: maxQueue, numParallel: parallel),
            library: ModelLibrary(catalogue), faults: FaultBook(faults))
    }

    /// Sends a request.
    @discardableResult
    mutating func ask(
        _ model: String, keepAlive: KeepAlive? = nil, works: Bool = false,
        options: (inout RunnerOptions) -> Void = { _ in }
    ) -> Int {
        nextID += 1
        guard let installed = state.library[ModelName(model)]?.model else { return nextID }
        var runner = RunnerOptions(context: state.defaultContext)
        options(&runner)
        state.submit(
            RunnerRequest(id: nextID, model: installed, options: runner, keepAlive: keepAlive, needsSlot: works))
        collect()
        return nextID
    }

    /// Loads a model and ends the request.
    mutating func load(_ model: String, keepAlive: KeepAlive? = nil) {
        let id = ask(model, keepAlive: keepAlive)
        while started[id] == nil, let deadline = state.deadline { pass(to: deadline) }
        finish(id)
    }

    mutating func finish(_ id: Int) {
        state.finish(id)
        collect()
    }

    mutating func cancel(_ id: Int) {
        state.cancel(id)
        collect()
    }

    mutating func unload(_ model: String) {
        state.unload(weights: ModelName(model).shortest)
        collect()
    }

    /// Lets time pass.
    mutating func pass(_ seconds: Double) { pass(to: state.now + seconds) }

    mutating func pass(to time: Double) {
        state.advance(to: time)
        collect()
    }

    /// Names of the loaded models, sorted.
    var loaded: [String] { state.runners.values.map(\.model.name).sorted() }

    /// A loaded runner.
    func runner(_ name: String) -> SimulatedRunner? { state.runners[ModelName(name).shortest] }

    mutating func clearLog() { log = [] }

    private mutating func collect() {
        for outcome in state.takeOutcomes() {
            switch outcome {
            case .started(let id, let lease):
                started[id] = lease
                log.append("\(id) started")
            case .refused(let id, let refusal): log.append("\(id) refused: \(refusal)")
            case .changed(let event): log.append("\(event.kind.rawValue) \(event.model)")
            }
        }
    }
}
