import PromptChainCore

/// Carries out a schedule as somebody who reads only the schedule would, and notes what does not hold. Shares nothing
/// with the planner.
struct PlanReplay {
    private(set) var stallSeconds = 0.0
    private(set) var peakBytes: Int64 = 0
    private(set) var loads = 0
    private(set) var complaints: [String] = []
    private let models: [ModelName: PlanningModel]
    private let usable: Int64?
    private var held: [ModelName]
    private var coming: (name: ModelName, rest: Double)?
    private var stall = 0.0

    init(_ schedule: ResidencySchedule, of problem: PlanningProblem) {
        models = Dictionary(problem.models.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        usable = problem.memory.usableBytes
        held = problem.residents.map(\.model)
        coming = problem.load.map { ($0.model, $0.remainingSeconds) }
        if schedule.steps.count != problem.steps.count { complaints.append("not every step is planned") }
        for (step, plan) in zip(problem.steps, schedule.steps) { take(plan, of: step) }
    }

    private mutating func take(_ plan: ResidencySchedule.Step, of step: PlanningStep) {
        stall = 0
        if plan.model != step.model { complaints.append("step \(plan.number) has another model") }
        if let abandoned = plan.abandon {
            if coming?.name != abandoned { complaints.append("step \(plan.number) gives up what is not loading") }
            coming = nil
        }
        // A missing model is waited for; a load needs the load under way to end first.
        if let model = step.model, !held.contains(model), coming != nil { wait() }
        for model in plan.evict { leave(model, in: plan) }
        stall += plan.evict.reduce(0) { $0 + unload($1) }
        if let model = plan.load {
            stall += load(model)
            loads += 1
            arrive(model, in: plan)
        }
        if let model = step.model, !held.contains(model) { complaints.append("step \(plan.number) lacks \(model)") }
        run(plan, of: step)
        for model in plan.unloadAfter {
            leave(model, in: plan)
            stall += unload(model)
        }
        if abs(stall - plan.stallSeconds) > 1e-5 { complaints.append("step \(plan.number) waits \(stall)") }
        stallSeconds += stall
    }

    private mutating func run(_ plan: ResidencySchedule.Step, of step: PlanningStep) {
        var left = step.seconds
        var ahead = plan.prefetch[...]
        while true {
            if let load = coming {
                guard load.rest <= left + 1e-9 else {
                    coming = (load.name, load.rest - left)
                    break
                }
                left -= load.rest
                held.append(load.name)
                coming = nil
            } else if let next = ahead.popFirst() {
                if left <= 0 { complaints.append("step \(plan.number) loads ahead when it is over") }
                for model in next.evict {
                    if model == step.model { complaints.append("step \(plan.number) unloads its own model") }
                    leave(model, in: plan)
                }
                loads += 1
                coming = (next.model, load(next.model) + next.evict.reduce(0) { $0 + unload($1) })
                note(plan)
            } else {
                break
            }
        }
        if !ahead.isEmpty { complaints.append("step \(plan.number) is too short for its loads") }
    }

    private mutating func wait() {
        guard let load = coming else { return }
        stall += load.rest
        held.append(load.name)
        coming = nil
    }

    private mutating func arrive(_ model: ModelName, in plan: ResidencySchedule.Step) {
        if held.contains(model) { complaints.append("step \(plan.number) loads \(model) twice") }
        held.append(model)
        note(plan)
    }

    private mutating func leave(_ model: ModelName, in plan: ResidencySchedule.Step) {
        if !held.contains(model) { complaints.append("step \(plan.number) unloads \(model), which is not there") }
        held.removeAll { $0 == model }
    }

    private mutating func note(_ plan: ResidencySchedule.Step) {
        let bytes = (held + (coming.map { [$0.name] } ?? [])).reduce(Int64(0)) { $0 + (models[$1]?.vramBytes ?? 0) }
        peakBytes = max(peakBytes, bytes)
        if let usable, bytes > usable { complaints.append("step \(plan.number) holds \(bytes) bytes") }
    }

    private func load(_ model: ModelName) -> Double { models[model]?.loadSeconds ?? 0 }
    private func unload(_ model: ModelName) -> Double { models[model]?.unloadSeconds ?? 0 }
}
