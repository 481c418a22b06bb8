import PromptChainCore

extension LiveRun {
    /// The run as it was at a time, in seconds since 1970; `nil` before it began. What a step did before it was done
    /// again is not known any more.
    func past(at time: Double) -> LiveRun? {
        guard startedAt <= time else { return nil }
        var past = self
        past.isStopping = false
        past.heardAt = min(heardAt, time)
        if let finishedAt, finishedAt > time {
            past.result = nil
            past.finishedAt = nil
            past.hasEnded = false
            past.loss = nil
        }
        for index in steps.indices where steps[index].changed(after: time) {
            past.steps[index] = steps[index].past(at: time)
        }
        past.currentStep =
            residency.beginnings.last { $0.at <= time }?.step
            ?? past.steps.lastIndex { $0.startedAt != nil }.map { $0 + 1 }
        past.loads = [:]
        past.unloads = [:]
        past.lastDeparture = nil
        for track in residency.tracks { past.take(track, at: time) }
        return past
    }

    private mutating func take(_ track: ResidencyTrack, at time: Double) {
        for span in track.spans.reversed() where span.start <= time {
            if span.end <= time {
                if span.phase == .unloading, lastDeparture.map({ $0.at < span.end }) ?? true {
                    lastDeparture = Departure(model: track.model, at: span.end)
                }
                return
            }
            switch span.phase {
            case .loading, .loadingAhead:
                let step = steps.firstIndex { $0.model == track.model && $0.status != .done }.map { $0 + 1 }
                loads[track.model] = Load(
                    startedAt: span.start, step: step ?? currentStep ?? 1, isPrefetch: span.phase == .loadingAhead)
            case .unloading: unloads[track.model] = Unload(startedAt: span.start, reason: span.reason ?? "")
            case .resident, .generating: break
            }
            return
        }
    }
}

extension StepState {
    fileprivate func changed(after time: Double) -> Bool {
        isRunning || (startedAt ?? 0) > time || (finishedAt ?? 0) > time
    }

    /// The step as it was at a time at which it had not ended.
    fileprivate func past(at time: Double) -> StepState {
        guard let startedAt, startedAt <= time else { return unbegun }
        var past = self
        past.status = .running
        past.finishedAt = nil
        past.result = nil
        if let firstTokenAt, firstTokenAt > time { past.firstTokenAt = nil }
        past.sent = sent.past(at: time)
        past.tools = tools.filter { $0.startedAt <= time }
        for index in past.tools.indices {
            if let seconds = past.tools[index].seconds, past.tools[index].startedAt + seconds > time {
                past.tools[index].seconds = nil
            }
        }
        let mark = marks.last(at: time)
        past.characters = mark?.characters ?? 0
        past.isThinking = mark?.isThinking ?? false
        past.rate = TokenRate()
        if let mark, mark.time < time { past.rate.add(0, at: mark.time) }
        past.text.cut(to: mark?.line, bytes: mark?.bytes ?? 0)
        return past
    }
}

/// How far a text had come at some moments: few enough to be kept for every step, however long it writes.
struct TextMarks: Equatable, Sendable {
    struct Mark: Equatable, Sendable {
        /// Seconds since 1970.
        var time: Double
        /// The last line, and its bytes.
        var line: Int
        var bytes: Int
        /// Characters that had come until then.
        var characters: Int
        var isThinking: Bool
    }

    /// Marks of one text that are kept at most.
    static let limit = 64

    private(set) var all: [Mark] = []
    /// The time between two marks, in seconds.
    private var spacing = 0.2

    mutating func note(_ text: TextBuffer, characters: Int, isThinking: Bool, at time: Double) {
        if let last = all.last, time - last.time < spacing, all.count > 1 { return }
        let line = text.endLine - 1
        all.append(
            Mark(
                time: time, line: line, bytes: text.line(line)?.text.utf8.count ?? 0, characters: characters,
                isThinking: isThinking))
        guard all.count > Self.limit else { return }
        all = all.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
        spacing *= 2
    }

    /// The newest mark at a time.
    func last(at time: Double) -> Mark? { all.last { $0.time <= time } }
}
