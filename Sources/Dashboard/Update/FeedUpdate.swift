import PromptChainCore

/// What becomes known of where a run's events come from, when somebody else runs it.
enum FeedUpdate {
    static func apply(_ news: FeedNews, _ state: inout DashboardState) -> [DashboardEffect] {
        switch news {
        case .waiting(let reason): state.feed?.status = .waiting(reason)
        case .live(let processID): state.feed?.status = .live(processID: processID)
        case .missed(let count):
            state.report(
                .warning, "\(Count.text(count, "event")) of the run could not be had",
                hint: "they were neither recorded nor held any more")
        case .badLines(let count, let first):
            if state.feed?.badLines == 0 {
                state.report(.warning, first, hint: "lines like it are counted and passed over")
            }
            state.feed?.badLines = count
        case .unreadable(let reason):
            state.report(.warning, "the record of the run cannot be read: \(reason)")
        case .ended(let ending): end(ending, &state)
        case .outline(let records): OutlineUpdate.take(records, &state)
        case .wholeStep(let step, let records): OutlineUpdate.fill(step, records, &state)
        case .records(let records):
            state.feed?.replay?.add(records)
            ReplayUpdate.catchUp(&state)
        case .recordComplete:
            state.feed?.replay?.isComplete = true
            ReplayUpdate.catchUp(&state)
        }
        return ClosingUpdate.afterRun(&state)
    }

    private static func end(_ ending: FeedEnding, _ state: inout DashboardState) {
        state.feed?.status = .ended(ending)
        guard let run = state.run, run.isRunning else { return }
        if let loss = ending.loss {
            RunUpdate.lose(loss, &state)
        } else {
            RunUpdate.end(run.id, &state)
        }
    }
}

extension DashboardState {
    /// Why a chain cannot be started here; `nil` when it can.
    var reasonAgainstRunning: (text: String, hint: String)? {
        if visit != nil { return ("this is a recorded run", "Esc goes back; R lists others") }
        return switch feed?.description.kind {
        case .attached: ("this dashboard shows a run of another process", "start chains in another terminal")
        case .events: ("this dashboard shows what another program tells", "start chains in another terminal")
        case .replay: ("this is a replay", "start chains in another terminal")
        case nil: nil
        }
    }
}
