import PromptChainCore

/// A run that is shown here and that somebody else runs, or ran.
public struct FeedDescription: Equatable, Sendable {
    /// The ways in which events of such a run come.
    public enum Kind: Equatable, Sendable {
        /// From a run of another process.
        case attached
        /// From any program, by a file or a stream.
        case events
        /// From the record of a run, which is played back.
        case replay(ReplayStart)
    }

    /// How its events come.
    public var kind: Kind
    /// The run's identifier, or what events are read from.
    public var name: String

    /// A run of somebody else.
    public init(kind: Kind, name: String) {
        self.kind = kind
        self.name = name
    }
}

/// How a replay begins.
public struct ReplayStart: Equatable, Sendable {
    /// Seconds of the run in one second.
    public var speed: Double
    /// Where it begins, in seconds from the run's beginning; infinite for its end.
    public var at: Double
    /// Whether it stands still until a key is pressed.
    public var isPaused: Bool

    /// A beginning.
    public init(speed: Double = 1, at: Double = 0, isPaused: Bool = false) {
        self.speed = speed
        self.at = at
        self.isPaused = isPaused
    }
}

/// What becomes known of a run that somebody else runs, beside its events.
public enum FeedNews: Equatable, Sendable {
    /// Nothing is there yet; why, in words.
    case waiting(String)
    /// Everything until now was told, and more follows. The process is known for a run of this program.
    case live(processID: Int32?)
    /// So many events are lost.
    case missed(Int)
    /// Lines that are no events: how many until now, and what is wrong with the first one.
    case badLines(count: Int, first: String)
    /// The record cannot be read; why.
    case unreadable(String)
    /// Nothing follows.
    case ended(FeedEnding)
    /// Events of a long run that stand for more than are told: steps that are over come without their texts.
    case outline([ChainEventRecord])
    /// Everything that was told of a step that came in outline.
    case wholeStep(Int, [ChainEventRecord])
    /// More of the record that is played back.
    case records([ChainEventRecord])
    /// The whole record is there.
    case recordComplete
}

/// Why nothing more comes of a run.
public enum FeedEnding: Equatable, Sendable {
    /// The run is over.
    case finished
    /// Its process has ended without saying how the run ended.
    case died
    /// Its process does not answer.
    case silent(processID: Int32?)
    /// It runs on another host, where it cannot be followed.
    case elsewhere(host: String)
    /// The program that sent events has closed its end.
    case noMoreEvents
    /// The events cannot be read; why.
    case failed(String)
}

/// What is known of where the shown run's events come from.
struct FeedState: Equatable, Sendable {
    enum Status: Equatable, Sendable {
        case opening
        case waiting(String)
        case live(processID: Int32?)
        case ended(FeedEnding)
    }

    var description: FeedDescription
    var status = Status.opening
    var badLines = 0
    var replay: ReplayState?

    init(_ description: FeedDescription) {
        self.description = description
        if case .replay(let start) = description.kind { replay = ReplayState(start) }
    }

    /// Whether a request to stop reaches the run.
    var canStop: Bool {
        guard description.kind == .attached else { return false }
        if case .ended = status { return false }
        return true
    }
}

extension FeedEnding {
    /// Why the run's end is not known, in a few words; `nil` where it is.
    public var loss: String? {
        switch self {
        case .finished: nil
        case .died: "its process is gone"
        case .silent(let processID): "its process\(processID.map { " (\($0))" } ?? "") does not answer"
        case .elsewhere(let host): "it runs on \(host), and cannot be followed from here"
        case .noMoreEvents: "no more events"
        case .failed(let reason): "its events cannot be read: \(reason)"
        }
    }
}
