extension SimulatedServerState {
    /// Works on the first in line until it has its runner or has to wait.
    mutating func schedule() {
        while loading == nil, awaited == nil {
            if head == nil {
                guard !queue.isEmpty else { return }
                head = queue.removeFirst()
            }
            guard let request = head else { return }
            if request.isCanceled {
                head = nil
                continue
            }
            let weights = request.model.weightsKey
            if let runner = runners[weights] {
                if runner.isUnloading {
                    awaited = weights
                } else if mustReload(runner, for: request) {
                    makeRoom(weights)
                } else {
                    head = nil
                    use(weights, for: request)
                }
            } else if runners.count >= loadedLimit || !runners.isEmpty && !fits(request) {
                evict()
            } else {
                beginLoad(request)
            }
        }
    }

    /// Whether Ollama would load a model beside those that are loaded: its prediction must not exceed 80 % of what is
    /// free. A model that is told to stay off the GPU, wholly or in part, always may.
    func fits(_ request: RunnerRequest) -> Bool {
        let layers = request.options.gpuLayers
        guard limits.vramBytes > 0, layers < 0 || layers > request.model.geometry.layers else { return true }
        let free = freeBytes
        let predicted = MemoryModel.predictedBytes(
            request.model, context: MemoryModel.effectiveContext(request.options.context, model: request.model),
            parallel: parallel(of: request.model), available: free)
        return predicted <= free * 80 / 100
    }

    /// How many requests a runner of a model answers at a time; one for a model that only embeds.
    func parallel(of model: SimulatedModel) -> Int { model.can("completion") ? max(limits.numParallel, 1) : 1 }

    /// How long a model takes to load, in simulated seconds: a start, and its file at 2.5 GB/s.
    static func loadSeconds(_ model: SimulatedModel) -> Double { 0.3 + Double(model.fileBytes) / 2.5e9 }

    /// How long a model takes to give its memory back, in simulated seconds.
    static func unloadSeconds(_ placement: MemoryModel.Placement) -> Double {
        placement.vramBytes == 0 ? 0.02 : 0.15 + Double(placement.vramBytes) / 60e9
    }

    /// The load of a runner ends.
    mutating func finishLoad(_ runner: SimulatedRunner) {
        loading = nil
        guard let request = head else { return }
        head = nil
        if let failure = loadFailure {
            loadFailure = nil
            emit(.loadFailed, runner)
            report(.refused(request.id, .loadFailed(failure)))
        } else {
            var runner = runner
            runner.phase = .ready
            runners[runner.model.weightsKey] = runner
            emit(.loaded, runner)
            use(runner.model.weightsKey, for: request)
        }
        schedule()
    }

    /// A runner has given its memory back.
    mutating func finishUnload(_ weights: String) {
        guard let runner = runners.removeValue(forKey: weights) else { return }
        emit(.unloaded, runner)
        // The scheduler looks again after any unloading, not only the one it waits for.
        awaited = nil
        schedule()
    }

    /// A runner starts to give its memory back, unless a fault keeps it.
    mutating func beginUnload(_ weights: String) {
        guard let runner = runners[weights], runner.phase == .ready else { return }
        var seconds = Self.unloadSeconds(runner.placement)
        runners[weights]?.expiresAt = nil
        if let fault = faults.take(.unloadNeverFrees, path: nil, model: runner.model.name) {
            if let extra = fault.seconds { seconds += extra } else { runners[weights]?.phase = .stuck }
        }
        if runners[weights]?.phase == .ready { runners[weights]?.phase = .unloading(until: now + seconds) }
        emit(.unloadStarted, runner)
    }

    private mutating func beginLoad(_ request: RunnerRequest) {
        if let defect = request.model.defect {
            head = nil
            report(.refused(request.id, .defective(defect)))
            return
        }
        let parallel = parallel(of: request.model)
        let context = MemoryModel.effectiveContext(request.options.context, model: request.model)
        // What was on a lost GPU stays, and nothing new goes there.
        let isGPULost =
            faults.take(.gpuLost, path: nil, model: request.model.name, where: { [now] in now >= $0.seconds ?? 0 })
            != nil
        let placement = MemoryModel.place(
            request.model, context: context, parallel: parallel, free: isGPULost ? 0 : freeBytes,
            layers: request.options.gpuLayers)
        var seconds = Self.loadSeconds(request.model)
        if let fault = faults.take(.slowLoad, path: nil, model: request.model.name) { seconds += fault.seconds ?? 30 }
        if let fault = faults.take(.loadFails, path: nil, model: request.model.name) {
            seconds = fault.seconds ?? seconds * 0.6
            loadFailure = fault.message ?? "llama runner process has terminated: cudaMalloc failed: out of memory"
        }
        let runner = SimulatedRunner(
            model: request.model, options: request.options, context: context, placement: placement,
            phase: .loading(until: now + seconds), keepAlive: limits.keepAlive, parallel: parallel)
        loading = runner
        loadCount += 1
        emit(.loadStarted, runner)
    }

    /// Picks a victim: an idle runner with the shortest keep-alive, or else the one with the shortest.
    private mutating func evict() {
        let order = runners.sorted {
            ($0.value.keepAlive.sortValue, $0.value.model.weightsDigest)
                < ($1.value.keepAlive.sortValue, $1.value.model.weightsDigest)
        }
        guard let victim = order.first(where: { $0.value.holders.isEmpty }) ?? order.first else { return }
        if victim.value.phase == .ready { emit(.evicted, victim.value) }
        makeRoom(victim.key)
    }

    /// Makes a runner go as soon as nobody uses it, and waits for that.
    private mutating func makeRoom(_ weights: String) {
        awaited = weights
        runners[weights]?.keepAlive = .seconds(0)
        runners[weights]?.expiresAt = nil
        if runners[weights]?.holders.isEmpty == true { beginUnload(weights) }
    }
}
