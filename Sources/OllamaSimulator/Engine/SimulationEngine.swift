import Foundation

/// Drives the state with the clock: takes requests in, wakes those whose turn has come, writes the trace.
///
/// There is one timer, and it sleeps until the state's next deadline; nothing is polled.
actor SimulationEngine {
    nonisolated let clock: SimulationClock
    private var state: SimulatedServerState
    private let trace: ResidencyTrace?
    private var waiters: [RunnerRequest.ID: CheckedContinuation<RunnerLease, any Error>] = [:]
    /// Requests whose client went away before they reached the state.
    private var canceled: Set<RunnerRequest.ID> = []
    private var nextID = 0
    private var timer: Task<Void, Never>?
    private var timerDeadline: Double?
    private var isStopping = false

    /// An engine that starts now.
    init(state: SimulatedServerState, clock: SimulationClock, trace: ResidencyTrace?) {
        self.state = state
        self.clock = clock
        self.trace = trace
    }

    /// A number for a new request.
    func newID() -> RunnerRequest.ID {
        nextID += 1
        return nextID
    }

    /// Waits for a runner.
    /// - Throws: ``RunnerRefusal``.
    func acquire(_ request: RunnerRequest) async throws -> RunnerLease {
        if isStopping { throw RunnerRefusal.stopping }
        if canceled.remove(request.id) != nil { throw RunnerRefusal.canceled }
        return try await withCheckedThrowingContinuation { continuation in
            waiters[request.id] = continuation
            change { $0.submit(request) }
        }
    }

    /// Ends a request that has a runner.
    func release(_ id: RunnerRequest.ID) { change { $0.finish(id) } }

    /// The client of a request went away.
    func cancel(_ id: RunnerRequest.ID) {
        guard state.isKnown(id) else {
            canceled.insert(id)
            return
        }
        change { $0.cancel(id) }
    }

    /// Forgets a request that is over.
    func forget(_ id: RunnerRequest.ID) { canceled.remove(id) }

    /// Reads or changes the state at the present moment.
    @discardableResult
    func change<Result: Sendable>(_ body: @Sendable (inout SimulatedServerState) -> Result) -> Result {
        state.advance(to: clock.now)
        let result = body(&state)
        deliver()
        return result
    }

    /// Refuses whoever waits and stops the timer.
    func stop() {
        isStopping = true
        timer?.cancel()
        for continuation in waiters.values { continuation.resume(throwing: RunnerRefusal.stopping) }
        waiters = [:]
    }

    private func deliver() {
        for outcome in state.takeOutcomes() {
            switch outcome {
            case .started(let id, let lease): waiters.removeValue(forKey: id)?.resume(returning: lease)
            case .refused(let id, let refusal): waiters.removeValue(forKey: id)?.resume(throwing: refusal)
            case .changed(let event): trace?.write(event, date: clock.date(at: event.seconds))
            }
        }
        schedule()
    }

    private func schedule() {
        let deadline = isStopping ? nil : state.deadline
        guard deadline != timerDeadline else { return }
        timer?.cancel()
        timerDeadline = deadline
        timer = deadline.map { deadline in
            Task { [weak self, clock] in
                guard (try? await clock.sleep(until: deadline)) != nil else { return }
                await self?.ring(deadline)
            }
        }
    }

    private func ring(_ deadline: Double) {
        // A canceled timer may still arrive here; the deadline tells whether it is the right one.
        if timerDeadline == deadline { timerDeadline = nil }
        state.advance(to: max(clock.now, deadline))
        deliver()
    }
}

extension SimulatedServerState {
    /// Whether a request has arrived and has not ended.
    func isKnown(_ id: RunnerRequest.ID) -> Bool {
        leases[id] != nil || head?.id == id || queue.contains { $0.id == id }
    }
}
