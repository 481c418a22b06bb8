import PromptChainCore

/// Plays a recorded run back: time passes at a speed of its own, and can be gone through in both directions.
enum ReplayUpdate {
    /// How far the arrow keys go, in seconds.
    private static let stride = 5.0

    /// Time has passed.
    static func advance(uptime: Double, _ state: inout DashboardState) {
        guard let replay = state.feed?.replay else { return }
        let passed = max(0, uptime - (replay.movedAt ?? uptime))
        state.feed?.replay?.movedAt = uptime
        guard replay.isPlaying else { return }
        go(to: replay.clock + passed * replay.speed, &state)
    }

    /// More of the record is there: shows the beginning, or goes where the replay is to be.
    static func catchUp(_ state: inout DashboardState) {
        guard let replay = state.feed?.replay, !replay.records.isEmpty else { return }
        if replay.shown == 0 { go(to: replay.began, &state) }
        if let target = replay.target, replay.isComplete || replay.length >= target {
            state.feed?.replay?.target = nil
            go(to: replay.began + target, &state)
        } else if replay.isAtEnd {
            finish(&state)
        }
    }

    static func perform(_ action: KeyAction, _ state: inout DashboardState) {
        guard let replay = state.feed?.replay, !replay.records.isEmpty else { return }
        state.feed?.replay?.target = nil
        switch action {
        case .replayPause:
            if replay.isAtEnd {
                go(to: replay.began, &state)
                state.feed?.replay?.isPaused = false
            } else {
                state.feed?.replay?.isPaused.toggle()
            }
        case .replayBack: go(to: replay.clock - stride, &state)
        case .replayForward: go(to: replay.clock + stride, &state)
        case .replayPreviousStep: go(toEvent: replay.previousStep ?? 0, &state)
        case .replayNextStep:
            guard let next = replay.nextStep else { return state.say(.info, "no step begins after this") }
            go(toEvent: next, &state)
        case .replayStart: go(to: replay.began, &state)
        case .replayEnd: go(to: replay.began + replay.length, &state)
        case .replayFaster: setSpeed(ReplayState.speeds.first { $0 > replay.speed }, &state)
        case .replaySlower: setSpeed(ReplayState.speeds.last { $0 < replay.speed }, &state)
        default: break
        }
    }

    private static func setSpeed(_ speed: Double?, _ state: inout DashboardState) {
        if let speed { state.feed?.replay?.speed = speed }
    }

    private static func go(to time: Double, _ state: inout DashboardState) {
        guard let replay = state.feed?.replay else { return }
        let time = min(max(time, replay.began), replay.began + replay.length)
        show(replay.count(at: time), at: time, &state)
    }

    private static func go(toEvent index: Int, _ state: inout DashboardState) {
        guard let replay = state.feed?.replay, replay.times.indices.contains(index) else { return }
        show(index + 1, at: replay.times[index], &state)
    }

    private static func show(_ count: Int, at time: Double, _ state: inout DashboardState) {
        guard let replay = state.feed?.replay else { return }
        if count < replay.shown { restore(replay.mark(before: count), &state) }
        let records = replay.records
        for index in (state.feed?.replay?.shown ?? 0)..<max(count, state.feed?.replay?.shown ?? 0) {
            state.clock = replay.times[index]
            RunUpdate.apply(records[index], &state)
            state.feed?.replay?.shown = index + 1
            if state.feed?.replay?.isMarkDue == true {
                state.feed?.replay?.mark(run: state.run, servers: state.servers, log: state.log)
            }
        }
        state.clock = time
        state.feed?.replay?.clock = time
        if state.feed?.replay?.isAtEnd == true { finish(&state) }
    }

    /// The last event is shown: what it leaves open stays so.
    private static func finish(_ state: inout DashboardState) {
        guard let run = state.run, !run.hasEnded else { return }
        if run.result == nil {
            RunUpdate.lose("the record ends here", &state)
        } else {
            RunUpdate.end(run.id, &state)
        }
    }

    private static func restore(_ mark: ReplayState.Mark?, _ state: inout DashboardState) {
        state.run = mark?.run
        state.servers = mark?.servers ?? ServersState([])
        state.log = mark?.log ?? LogState()
        state.shownStep = nil
        state.outputScroll = ScrollState()
        state.feed?.replay?.shown = mark?.shown ?? 0
    }
}
