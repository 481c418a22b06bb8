extension PlanSearch {
    /// A step that is ready to run.
    struct Ready {
        var state: State
        var cost: Cost
        var parent: Int
        var beginning = Beginning()
    }

    /// A moment in a running step when no load is under way.
    struct Idle {
        var members: UInt64
        var left: Int64
        var cost: Cost
        var prefetch: Int
        /// How the step began.
        var ready: Int
    }

    struct IdleKey: Hashable {
        var members: UInt64
        var left: Int64
    }

    /// The labels of the next step, from those of a step.
    mutating func expand(_ labels: [Label], step: Int) -> [Label] {
        let ready = begin(labels, step: step)
        var next = Layer(bound: bound, step: step + 1, known: known)
        var seen: [IdleKey: Cost] = [:]
        var stack: [Idle] = []
        let run = world.runs[step]
        let enough = limits.width == nil ? limits.states : looked + limits.states / world.uses.count
        for (place, entry) in ready.enumerated() {
            let state = entry.state
            if state.flight >= 0, state.left > run {
                var later = state
                later.left -= run
                next.take(Label(state: later, cost: entry.cost, parent: entry.parent, beginning: entry.beginning))
                continue
            }
            let landed = state.flight >= 0 ? state.members | 1 << UInt64(state.flight) : state.members
            stack.append(
                Idle(members: landed, left: run - state.left, cost: entry.cost, prefetch: -1, ready: place))
            while let idle = stack.popLast() {
                let key = IdleKey(members: idle.members, left: idle.left)
                if let best = seen[key], best <= idle.cost { continue }
                seen[key] = idle.cost
                looked += 1
                next.take(label(idle, ready[idle.ready], State(members: idle.members)))
                guard idle.left > 0, looked <= enough else { continue }
                loadAhead(idle, ready: ready[idle.ready], step: step, stack: &stack, next: &next)
            }
        }
        return narrowed(next)
    }

    private func label(_ idle: Idle, _ ready: Ready, _ state: State) -> Label {
        Label(
            state: state, cost: idle.cost, parent: ready.parent, beginning: ready.beginning, prefetch: idle.prefetch)
    }

    /// Begins a load of each missing model that a later step uses.
    private mutating func loadAhead(_ idle: Idle, ready: Ready, step: Int, stack: inout [Idle], next: inout Layer) {
        var considered: UInt64 = 0
        for use in world.uses.dropFirst(step + 1) {
            guard let use, idle.members & 1 << UInt64(use) == 0, considered & 1 << UInt64(use) == 0 else { continue }
            considered |= 1 << UInt64(use)
            for evict in evictions(from: idle.members, keeping: world.uses[step], for: use, step: step) {
                let time = world.models[use].load + evict.time
                links.append(Link(model: use, evict: evict.set, previous: idle.prefetch))
                var after = idle
                after.prefetch = links.count - 1
                after.cost.moves += 1 + evict.count
                after.members &= ~evict.set
                if time <= idle.left {
                    after.members |= 1 << UInt64(use)
                    after.left -= time
                    stack.append(after)
                } else {
                    let state = State(members: after.members, flight: use, left: time - idle.left)
                    next.take(label(after, ready, state))
                }
                looked += 1
            }
            if let limit = limits.candidates, considered.nonzeroBitCount >= limit { break }
        }
    }

    /// What can be done before a step runs, best first.
    private mutating func begin(_ labels: [Label], step: Int) -> [Ready] {
        var ready: [Ready] = []
        for (place, label) in labels.enumerated() {
            guard let model = world.uses[step], label.state.members & 1 << UInt64(model) == 0 else {
                ready.append(Ready(state: label.state, cost: label.cost, parent: place))
                continue
            }
            if label.state.flight == model {
                var cost = label.cost
                cost.stall += label.state.left
                let state = State(members: label.state.members | 1 << UInt64(model))
                ready.append(Ready(state: state, cost: cost, parent: place))
                continue
            }
            load(model, label, place: place, step: step, ready: &ready)
        }
        return ready.sorted { $0.cost < $1.cost }
    }

    /// Loads a missing model while the step waits. A load under way is given up or waited for first.
    private mutating func load(_ model: Int, _ label: Label, place: Int, step: Int, ready: inout [Ready]) {
        var starts = [(members: label.state.members, wait: Int64(0), abandons: label.state.flight >= 0)]
        if label.state.flight >= 0 {
            starts.append((label.state.members | 1 << UInt64(label.state.flight), label.state.left, false))
        }
        for start in starts {
            var sets = evictions(from: start.members, keeping: nil, for: model, step: step)
            if sets.isEmpty {
                // It never fits: everything leaves that may, and the rest of it runs on the CPU.
                let leaving = Self.members(start.members).filter { world.models[$0].canLeave }
                sets = [Eviction(leaving.reduce(0) { $0 | 1 << UInt64($1) }, world)]
            }
            for evict in sets {
                looked += 1
                var cost = label.cost
                cost.stall += start.wait + evict.time + world.models[model].load
                cost.moves += 1 + evict.count
                ready.append(
                    Ready(
                        state: State(members: start.members & ~evict.set | 1 << UInt64(model)), cost: cost,
                        parent: place, beginning: Beginning(abandons: start.abandons, evict: evict.set, loads: true)))
            }
        }
    }

    private func narrowed(_ layer: Layer) -> [Label] {
        guard let width = limits.width, layer.labels.count > width else { return layer.labels }
        let order = layer.labels.indices.sorted {
            let left = layer.promises[$0]
            let right = layer.promises[$1]
            return left != right ? left < right : (layer.labels[$0].cost, $0) < (layer.labels[$1].cost, $1)
        }
        return order.prefix(width).map { layer.labels[$0] }
    }

    /// The labels of one step, the best for each state.
    struct Layer {
        let bound: PlanBound
        let step: Int
        let known: Int64
        var labels: [Label] = []
        /// What a plan through a label costs at least, in microseconds of stall.
        var promises: [Int64] = []
        private var places: [State: Int] = [:]

        init(bound: PlanBound, step: Int, known: Int64) {
            self.bound = bound
            self.step = step
            self.known = known
        }

        mutating func take(_ label: Label) {
            if let place = places[label.state] {
                if label.cost < labels[place].cost {
                    promises[place] += label.cost.stall - labels[place].cost.stall
                    labels[place] = label
                }
                return
            }
            guard label.cost.stall <= known else { return }
            let promise = label.cost.stall + bound.stall(from: step, label.state)
            guard promise <= known else { return }
            places[label.state] = labels.count
            labels.append(label)
            promises.append(promise)
        }
    }
}
