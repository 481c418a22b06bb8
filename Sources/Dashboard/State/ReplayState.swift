import PromptChainCore

/// A recorded run that is played back: its events, and how far they are shown.
struct ReplayState: Equatable, Sendable {
    /// What the screen is made from, as it was at an event: going back begins at one of these.
    struct Mark: Equatable, Sendable {
        var shown: Int
        var run: LiveRun?
        var servers: ServersState
        var log: LogState
    }

    /// The speeds that keys choose from.
    static let speeds = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64]
    /// Marks that are kept at most: each may hold the steps of the whole run.
    private static let markLimit = 16

    private(set) var records: [ChainEventRecord] = []
    /// When each event happened, in seconds since 1970; never earlier than the one before.
    private(set) var times: [Double] = []
    var isComplete = false
    /// How many events are shown.
    var shown = 0
    /// The time that is shown, in seconds since 1970.
    var clock = 0.0
    var speed: Double
    var isPaused: Bool
    /// Where it is to go once the events until there are known, in seconds from the beginning.
    var target: Double?
    /// When the clock was last moved, in uptime.
    var movedAt: Double?
    private(set) var marks: [Mark] = []

    init(_ start: ReplayStart) {
        speed = start.speed
        isPaused = start.isPaused
        target = start.at > 0 ? start.at : nil
    }

    /// When the run began, in seconds since 1970.
    var began: Double { times.first ?? 0 }
    /// How far it has come, in seconds.
    var position: Double { max(0, clock - began) }
    /// How long it is, as far as it is known, in seconds.
    var length: Double { (times.last ?? 0) - began }
    /// Whether the last event is shown.
    var isAtEnd: Bool { isComplete && shown == records.count }
    /// Whether time passes.
    var isPlaying: Bool { !isPaused && !isAtEnd && !records.isEmpty }

    mutating func add(_ more: [ChainEventRecord]) {
        records += more
        for record in more {
            let time = record.time.timeIntervalSince1970
            times.append(max(times.last ?? time, time))
        }
    }

    /// How many events have happened at a time.
    func count(at time: Double) -> Int {
        var low = 0
        var high = times.count
        while low < high {
            let middle = (low + high) / 2
            if times[middle] <= time { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The events that begin a step.
    private func beginsStep(_ index: Int) -> Bool {
        guard case .stepStarted = records[index].event else { return false }
        return records[index].item ?? 1 == 1
    }

    /// The event that begins the next step, after those that are shown.
    var nextStep: Int? { (shown..<max(shown, records.count)).first(where: beginsStep) }

    /// The event that begins the step that is shown, or the one before it when it has only just begun.
    var previousStep: Int? {
        let begun = (0..<min(shown, records.count)).reversed().lazy.filter(beginsStep)
        guard let current = begun.first else { return nil }
        return clock - times[current] > 1.5 ? current : begun.dropFirst().first
    }

    mutating func mark(run: LiveRun?, servers: ServersState, log: LogState) {
        guard isMarkDue, marks.count < Self.markLimit else { return }
        marks.append(Mark(shown: shown, run: run, servers: servers, log: log))
    }

    /// Whether the events that are shown are far enough from the last mark.
    var isMarkDue: Bool { shown - (marks.last?.shown ?? 0) >= max(2000, records.count / Self.markLimit) }

    /// The last mark before an event.
    func mark(before count: Int) -> Mark? { marks.last { $0.shown <= count } }
}
