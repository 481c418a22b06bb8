/// The log beyond what memory holds: what its file answers, and what is asked of it.
enum LogUpdate {
    static func take(_ answer: LogAnswer, _ state: inout DashboardState) {
        let height = state.layout.content(of: .log).height
        switch answer {
        case .stored(let numbers): keep(numbers, &state)
        case .failed(let reason):
            keep(0..<0, &state)
            state.log.forgetQuestions()
            state.report(
                .warning, "older lines of the log are not kept any more: \(reason)",
                hint: "the newest ones stay, here and in the log file")
        case .read(let reading, let lines, let target):
            let isSought = state.log.reading == reading
            state.log.take(reading, lines, target: target, height: height)
            if isSought, target == nil, case .at = reading.place { sayGone(&state) }
        case .found(let search, let finding):
            let isAnnounced = state.log.sought?.isAnnounced == true
            guard let isFound = state.log.take(search, finding, height: height) else { return }
            PromptUpdate.tell(found: isFound, announcing: isAnnounced, &state)
        }
    }

    /// Asks for what will be seen next, and hands over what was asked.
    static func requests(_ state: inout DashboardState) -> [DashboardEffect] {
        if !state.log.stored.isEmpty || !state.log.hasEnd {
            state.log.askForMore(height: state.layout.content(of: .log).height)
        }
        defer { if !state.log.outbox.isEmpty { state.log.outbox = [] } }
        return state.log.outbox.map { .log($0) }
    }

    /// Goes to the line of a moment, in the Log.
    /// - Parameter what: what happened then, as the notice calls it.
    static func go(to moment: LogMoment, about what: String, _ state: inout DashboardState) {
        let focus = state.focus
        FocusUpdate.go(to: .log, &state)
        guard state.focus == .log else { return }
        LayoutUpdate.wrap(&state)
        switch state.log.jump(to: moment, height: state.layout.content(of: .log).height) {
        case .shown(let droppedFilter), .asked(let droppedFilter):
            if droppedFilter { state.say(.info, "the filter hid the line of \(what), and is dropped") }
        case .nothing:
            state.log.followEnd()
            state.say(.info, "nothing was logged since \(what)")
        case .gone(let oldest):
            state.focus = focus
            let time = oldest.map { ClockText.time($0.timeIntervalSince1970, utcOffset: state.utcOffset) }
            state.say(
                .info, "the line of \(what) is not kept any more",
                hint: time.map { "the Log goes back to \($0)" } ?? "the Log is empty")
        }
    }

    private static func sayGone(_ state: inout DashboardState) {
        state.say(.info, "that line is not kept any more")
    }

    /// While a replay is shown, the log that goes on is kept aside.
    private static func keep(_ numbers: Range<Int>, _ state: inout DashboardState) {
        if state.visit != nil, state.feed?.replay != nil {
            state.visit?.log.stored = numbers
        } else {
            state.log.stored = numbers
        }
    }
}
