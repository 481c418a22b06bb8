import PromptChainCore

/// When a run's models will come, work and go, as the newest plan has it. Plans say what happens in which step; how
/// long the steps take is reckoned from those that are done, and from what loads took before.
struct ResidencyForecast: Equatable, Sendable {
    private(set) var spans: [ModelName: [ResidencySpan]] = [:]
    /// When each step will begin, in seconds since 1970.
    private(set) var beginnings: [RunResidency.Beginning] = []
    /// When the last step will be done, in seconds since 1970.
    private(set) var end: Double

    /// Steps that are looked ahead at most.
    private static let most = 200

    private var present: [ModelName: Double] = [:]

    /// - Parameters:
    ///   - run: the run, which goes on.
    ///   - now: seconds since 1970.
    init(_ run: LiveRun, now: Double) {
        end = now
        guard run.isRunning, let plan = run.residency.plan ?? Self.ordered(run) else { return }
        for track in run.residency.tracks where track.open.map({ $0.phase != .unloading }) ?? false {
            present[track.model] = now
        }
        let pace = Pace(run, at: now)
        let active = run.activeStep ?? 1
        let byNumber = Dictionary(plan.steps.map { ($0.number, $0) }, uniquingKeysWith: { _, last in last })
        var time = now
        for number in active..<max(active, min(run.steps.count, active + Self.most) + 1) {
            let state = run.step(number)
            if number == active, let step = state, step.isRunning {
                time = finish(step, pace, from: time, plan: byNumber[number], in: run)
            } else if let step = byNumber[number] {
                time = perform(step, state?.model ?? step.model, pace, from: time)
            }
        }
        for (model, since) in present where time > since { add(.resident, model, from: since, to: time) }
        end = time
    }

    /// What a policy does that makes no plans but holds one model at a time: what comes next is in the chain itself.
    private static func ordered(_ run: LiveRun) -> ResidencySchedule? {
        guard run.policy == "same-model" || run.policy == "strict" else { return nil }
        var last = run.activeStep.flatMap { run.step($0)?.model }
        var steps: [ResidencySchedule.Step] = []
        for number in (run.activeStep ?? 1)..<max(run.activeStep ?? 1, min(run.steps.count, 10_000)) + 1 {
            guard let model = run.step(number)?.model else { continue }
            let isNew = model != last || run.policy == "strict"
            steps.append(
                ResidencySchedule.Step(
                    number: number, model: model, evict: isNew ? last.map { [$0] } ?? [] : [],
                    load: isNew ? model : nil))
            last = model
            if steps.count > most { break }
        }
        return ResidencySchedule(policy: .sameModel, steps: steps)
    }

    /// The rest of the step that runs.
    private mutating func finish(
        _ step: StepState, _ pace: Pace, from start: Double, plan: ResidencySchedule.Step?, in run: LiveRun
    ) -> Double {
        var time = start
        guard let model = step.model else { return time + max(1, pace.seconds(nil) - (step.seconds(at: time) ?? 0)) }
        if let load = run.loads[model] {
            let left = max(0.5, (load.expectedSeconds ?? pace.load(model)) - (time - load.startedAt))
            add(load.isPrefetch ? .loadingAhead : .loading, model, from: time, to: time + left)
            time += left
            present[model] = time
        }
        let written = step.firstTokenAt.map { start - $0 } ?? 0
        let left = max(1, pace.seconds(model) - written)
        add(.generating, model, from: time, to: time + left)
        loadAhead(
            plan?.prefetch.filter { run.loads[$0.model] == nil && present[$0.model] == nil } ?? [], pace, at: time)
        for (other, load) in run.loads where load.isPrefetch && other != model {
            let left = max(0.5, (load.expectedSeconds ?? pace.load(other)) - (start - load.startedAt))
            add(.loadingAhead, other, from: start, to: start + left)
            present[other] = start + left
        }
        time += left
        for gone in plan?.unloadAfter ?? [] { leave(gone, at: time) }
        return time
    }

    private mutating func perform(
        _ step: ResidencySchedule.Step, _ model: ModelName?, _ pace: Pace, from start: Double
    ) -> Double {
        var time = start
        if beginnings.count < Self.most { beginnings.append(RunResidency.Beginning(step: step.number, at: start)) }
        let ahead = Set(step.prefetch.map(\.model))
        for gone in step.evict where gone != model && !ahead.contains(gone) { leave(gone, at: time) }
        if let load = step.load {
            let seconds = step.stallSeconds > 0 ? step.stallSeconds : pace.load(load)
            add(.loading, load, from: time, to: time + seconds)
            time += seconds
            present[load] = time
        } else {
            time += step.stallSeconds
        }
        let work = pace.seconds(model)
        if let model {
            if present[model] == nil { present[model] = time }
            add(.generating, model, from: time, to: time + work)
        }
        loadAhead(step.prefetch, pace, at: time)
        time += work
        for gone in step.unloadAfter { leave(gone, at: time) }
        return time
    }

    private mutating func loadAhead(_ prefetches: [ResidencySchedule.Prefetch], _ pace: Pace, at start: Double) {
        var time = start
        for prefetch in prefetches {
            for gone in prefetch.evict { leave(gone, at: time) }
            let seconds = pace.load(prefetch.model)
            add(.loadingAhead, prefetch.model, from: time, to: time + seconds)
            time += seconds
            present[prefetch.model] = time
        }
    }

    private mutating func leave(_ model: ModelName, at time: Double) {
        guard let since = present.removeValue(forKey: model), time > since else { return }
        add(.resident, model, from: since, to: time)
    }

    private mutating func add(_ phase: ResidencyPhase, _ model: ModelName, from start: Double, to end: Double) {
        spans[model, default: []].append(ResidencySpan(phase, start: start, end: end))
    }

    /// How long things take, from what was seen in the run.
    private struct Pace {
        private var byModel: [ModelName: Double] = [:]
        private var mean = PlanningAssumption.stepSeconds
        private let run: LiveRun

        init(_ run: LiveRun, at clock: Double) {
            self.run = run
            var sums: [ModelName: (sum: Double, count: Int)] = [:]
            var all = (sum: 0.0, count: 0)
            for step in run.steps.prefix(run.currentStep ?? 0).suffix(100) where step.status == .done {
                guard let seconds = step.seconds(at: clock) else { continue }
                let work = max(0.1, seconds - (step.result?.loadSeconds ?? 0) - (step.result?.queueSeconds ?? 0))
                guard work.isFinite else { continue }
                all = (all.sum + work, all.count + 1)
                if let model = step.model {
                    let old = sums[model] ?? (0, 0)
                    sums[model] = (old.sum + work, old.count + 1)
                }
            }
            if all.count > 0 { mean = all.sum / Double(all.count) }
            byModel = sums.mapValues { $0.sum / Double($0.count) }
        }

        func seconds(_ model: ModelName?) -> Double { model.flatMap { byModel[$0] } ?? mean }

        func load(_ model: ModelName) -> Double {
            if let known = run.residency.loadSeconds[model] ?? run.loads[model]?.expectedSeconds {
                return max(0.1, known)
            }
            let planned = run.residency.plan?.steps.first { $0.load == model }?.stallSeconds ?? 0
            return planned > 0 ? planned : PlanningAssumption.loadOverheadSeconds
        }
    }
}
