extension SimulatedServerState {
    /// A request that needs a runner arrives.
    mutating func submit(_ request: RunnerRequest) {
        arrivals += 1
        var request = request
        request.options.context = max(request.options.context, request.model.can("vision") ? 2048 : 4)
        let weights = request.model.weightsKey
        if let runner = runners[weights], runner.isUsable, !mustReload(runner, for: request) {
            use(weights, for: request)
        } else if head == nil {
            head = request
            schedule()
        } else if queue.count < limits.maxQueue {
            queue.append(request)
        } else {
            report(.refused(request.id, .queueFull))
        }
    }

    /// A request ends: its answer is complete.
    mutating func finish(_ id: RunnerRequest.ID) {
        guard let weights = leases.removeValue(forKey: id)?.weights, var runner = runners[weights],
            runner.holders.remove(id) != nil
        else { return }
        runner.active.remove(id)
        runner.waiting.removeAll { $0 == id }
        runners[weights] = runner
        startWaiting(weights)
        guard runner.holders.isEmpty, runner.isUsable else { return }
        if case .seconds(let seconds) = runner.keepAlive, seconds <= 0 {
            if runner.phase == .ready { beginUnload(weights) }
            return
        }
        runners[weights]?.expiry = .init(from: now, keepAlive: runner.keepAlive)
        if case .seconds(let seconds) = runner.keepAlive { runners[weights]?.expiresAt = now + seconds }
    }

    /// The client of a request goes away.
    ///
    /// A load that runs for it is aborted. While it waits it keeps its place in the queue until its turn comes, as in
    /// the real server; a request that is being answered frees its runner at once.
    mutating func cancel(_ id: RunnerRequest.ID) {
        if leases[id] != nil {
            let isWaiting = leases[id].flatMap { runners[$0.weights] }?.waiting.contains(id) == true
            finish(id)
            if isWaiting { report(.refused(id, .canceled)) }
        } else if head?.id == id {
            report(.refused(id, .canceled))
            if let aborted = loading {
                loading = nil
                head = nil
                emit(.loadAborted, aborted)
                schedule()
            } else if let awaited, runners[awaited]?.phase != .stuck {
                head?.isCanceled = true
            } else {
                head = nil
                awaited = nil
                schedule()
            }
        } else if let index = queue.firstIndex(where: { $0.id == id }) {
            queue[index].isCanceled = true
            report(.refused(id, .canceled))
        }
    }

    /// A request asks for a model to go (`keep_alive: 0` without a prompt).
    ///
    /// A model that is loading is not among the loaded ones yet: the request changes nothing for it.
    mutating func unload(weights: String) {
        guard let runner = runners[weights], runner.isUsable else { return }
        runners[weights]?.expiry = .init(from: now, keepAlive: .seconds(0))
        runners[weights]?.expiresAt = nil
        runners[weights]?.keepAlive = .seconds(0)
        if runner.holders.isEmpty, runner.phase == .ready { beginUnload(weights) }
    }

    /// The process of a loaded model dies. It stays listed until a request notices.
    mutating func crash(weights: String) { runners[weights]?.hasCrashed = true }

    /// Whether a loaded runner cannot serve a request as it is.
    func mustReload(_ runner: SimulatedRunner, for request: RunnerRequest) -> Bool {
        runner.hasCrashed || runner.options.needsReload(for: request.options, model: runner.model)
    }

    /// Gives a loaded runner to a request.
    mutating func use(_ weights: String, for request: RunnerRequest) {
        runners[weights]?.holders.insert(request.id)
        runners[weights]?.expiresAt = nil
        if let keepAlive = request.keepAlive { runners[weights]?.keepAlive = keepAlive }
        leases[request.id] = (weights, now)
        if request.needsSlot {
            runners[weights]?.waiting.append(request.id)
            startWaiting(weights)
        } else {
            start(request.id, weights)
        }
    }

    private mutating func startWaiting(_ weights: String) {
        while let runner = runners[weights], runner.active.count < runner.parallel, let next = runner.waiting.first {
            runners[weights]?.waiting.removeFirst()
            runners[weights]?.active.insert(next)
            start(next, weights)
        }
    }

    private mutating func start(_ id: RunnerRequest.ID, _ weights: String) {
        guard let runner = runners[weights], let lease = leases[id] else { return }
        let share = Double(runner.placement.vramBytes) / Double(max(runner.placement.sizeBytes, 1))
        report(.started(id, RunnerLease(context: runner.context, gpuShare: share, grantedAt: lease.grantedAt)))
    }
}
