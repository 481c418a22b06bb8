import Foundation
import PromptChainCore

/// Which model was in memory when, in a run that was recorded: from what the run told of loads, from what was seen in
/// the servers' memory, and from its steps.
public struct ResidencyTimeline: Equatable, Sendable {
    /// A time in which a model did something.
    public struct Interval: Equatable, Sendable {
        /// The model's canonical name.
        public var model: String
        /// What it did.
        public var phase: ResidencyPhase
        /// From when.
        public var start: Date
        /// Until when.
        public var end: Date
    }

    /// The models, in the order of their first time in memory.
    public private(set) var models: [String] = []
    /// The times, by model and in order.
    public private(set) var intervals: [Interval] = []
    /// When the run began.
    public let start: Date
    /// When it ended, or was heard of last.
    public let end: Date
    /// When it did not run, between an end and the next beginning, in order. Nothing is known of that time.
    public let pauses: [Range<Date>]

    // What is known of a model while the run is read.
    private struct Presence {
        var phase: ResidencyPhase
        var since: Date
        var server: String?
    }

    /// The timeline of a run.
    /// - Parameter pauses: when it did not run, in order.
    public init(
        run: RecordedRun, steps: [RecordedStep], changes: [RecordedChange], samples: [RecordedSample],
        pauses: [Range<Date>] = []
    ) {
        self.pauses = pauses
        start = run.startedAt
        let heard = changes.map(\.time) + samples.map(\.time) + steps.compactMap { $0.finishedAt ?? $0.startedAt }
        end = max(run.finishedAt ?? heard.max() ?? run.startedAt, run.startedAt)
        readMemory(changes, samples)
        for step in steps { readStep(step) }
        var order: [String: Date] = [:]
        for interval in intervals {
            order[interval.model] = min(order[interval.model] ?? .distantFuture, interval.start)
        }
        models = order.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key)
    }

    /// How long it ran, in seconds, without the pauses.
    public var runningSeconds: Double { running(until: end) }

    /// How many of a number of columns lie before each pause.
    public func columnsBeforePauses(_ count: Int) -> [Int] {
        let length = columnSeconds(count)
        return pauses.map { pause in
            min(max(0, count), Int((running(until: pause.lowerBound) / length).rounded()))
        }
    }

    private func columnSeconds(_ count: Int) -> Double { max(runningSeconds, 0.001) / Double(max(1, count)) }

    /// Seconds from the beginning to a moment, without the pauses.
    private func running(until time: Date) -> Double {
        pauses.reduce(time.timeIntervalSince(start)) { seconds, pause in
            seconds - max(0, min(time, pause.upperBound).timeIntervalSince(pause.lowerBound))
        }
    }

    /// What each model did in columns of equal time, without the pauses; `nil` where it was not in memory.
    public func columns(_ count: Int) -> [String: [ResidencyPhase?]] {
        let length = columnSeconds(count)
        var rows: [String: [ResidencyPhase?]] = [:]
        let byModel = Dictionary(grouping: intervals, by: \.model)
        for model in models {
            let spans = (byModel[model] ?? []).map { interval in
                ResidencySpan(
                    interval.phase, start: running(until: interval.start), end: running(until: interval.end))
            }
            rows[model] = spans.columns(from: 0, length: length, count: count)
        }
        return rows
    }

    private enum Sight {
        case change(RecordedChange)
        case memory(server: String, models: Set<String>)
        case pause
    }

    private mutating func readMemory(_ changes: [RecordedChange], _ samples: [RecordedSample]) {
        var sights: [(time: Date, sight: Sight)] = changes.map { ($0.time, .change($0)) }
        for sample in Dictionary(grouping: samples, by: { "\($0.sequence) \($0.server)" }).values {
            guard let first = sample.first else { continue }
            sights.append((first.time, .memory(server: first.server, models: Set(sample.compactMap(\.model)))))
        }
        sights.sort { $0.time < $1.time }
        // What was told last before a pause is known before it.
        for pause in pauses {
            let place = sights.firstIndex { $0.time > pause.lowerBound } ?? sights.endIndex
            sights.insert((pause.lowerBound, .pause), at: place)
        }
        var present: [String: Presence] = [:]
        for (time, sight) in sights {
            switch sight {
            case .change(let change): read(change, &present)
            case .memory(let server, let models): read(models, on: server, at: time, &present)
            case .pause: for model in present.keys.sorted() { leave(model, at: time, &present) }
            }
        }
        for model in present.keys.sorted() { leave(model, at: end, &present) }
    }

    private mutating func read(_ change: RecordedChange, _ present: inout [String: Presence]) {
        switch change.kind {
        case .loadStarted: enter(change.model, .loading, at: change.time, &present)
        case .loaded: enter(change.model, .resident, at: change.time, &present)
        case .loadFailed, .unloaded: leave(change.model, at: change.time, &present)
        case .unloadStarted, .stays: break
        }
    }

    private mutating func read(
        _ models: Set<String>, on server: String, at time: Date, _ present: inout [String: Presence]
    ) {
        for model in models.sorted() {
            if present[model] == nil { enter(model, .resident, at: time, &present) }
            present[model]?.server = server
        }
        // A server does not list what it is loading.
        for (model, presence) in present.sorted(by: { $0.key < $1.key })
        where presence.server == server && presence.phase != .loading && !models.contains(model) {
            leave(model, at: time, &present)
        }
    }

    private mutating func enter(
        _ model: String, _ phase: ResidencyPhase, at time: Date, _ present: inout [String: Presence]
    ) {
        guard present[model]?.phase != phase else { return }
        let server = present[model]?.server
        leave(model, at: time, &present)
        present[model] = Presence(phase: phase, since: time, server: server)
    }

    private mutating func leave(_ model: String, at time: Date, _ present: inout [String: Presence]) {
        guard let presence = present.removeValue(forKey: model), time > presence.since else { return }
        intervals.append(Interval(model: model, phase: presence.phase, start: presence.since, end: time))
    }

    // The load of a model that the server loads by itself is known from its step alone.
    private mutating func readStep(_ step: RecordedStep) {
        guard let model = step.model, let began = step.startedAt else { return }
        let ended = step.finishedAt ?? end
        let working = (step.firstTokenSeconds ?? 0) + (step.generateSeconds ?? 0)
        let waiting = (step.queueSeconds ?? 0) + (step.loadSeconds ?? 0)
        let ready = working > 0 ? ended.addingTimeInterval(-working) : began.addingTimeInterval(waiting)
        let from = min(max(ready, began), ended)
        if let load = step.loadSeconds, load > 0,
            !intervals.contains(where: { $0.model == model && $0.phase == .loading })
        {
            let start = max(began, from.addingTimeInterval(-load))
            intervals.append(Interval(model: model, phase: .loading, start: start, end: from))
        }
        guard step.status == .done || step.status == .failed || step.status == .running, ended > from else { return }
        intervals.append(Interval(model: model, phase: .generating, start: from, end: ended))
    }
}
