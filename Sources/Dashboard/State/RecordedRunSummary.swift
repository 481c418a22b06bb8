import Foundation
import PromptChainCore

/// A recorded run as a list shows it.
public struct RecordedRunSummary: Equatable, Sendable {
    /// How it stands.
    public enum State: Equatable, Sendable {
        case running, completed, broken, failed, cancelled
        /// Its process is gone and wrote no end.
        case died
        /// It runs on another host, or did.
        case elsewhere(host: String)
    }

    /// Its identifier.
    public var id: String
    /// Its place in the history, from 1.
    public var number: Int
    /// The chain's name.
    public var chain: String
    /// When it began, in seconds since 1970.
    public var startedAt: Double
    /// How it stands.
    public var state: State
    /// How many steps its chain has.
    public var steps: Int
    /// How many of them are done.
    public var stepsDone: Int
    /// From beginning to end, in seconds; `nil` while that is open.
    public var seconds: Double?
    /// How long its steps waited for models, in seconds.
    public var stallSeconds: Double?

    /// A run.
    public init(
        id: String, number: Int, chain: String, startedAt: Double, state: State, steps: Int, stepsDone: Int,
        seconds: Double? = nil, stallSeconds: Double? = nil
    ) {
        self.id = id
        self.number = number
        self.chain = chain
        self.startedAt = startedAt
        self.state = state
        self.steps = steps
        self.stepsDone = stepsDone
        self.seconds = seconds
        self.stallSeconds = stallSeconds
    }

    /// How it stands, in a word or two.
    var word: String {
        switch state {
        case .running: "running"
        case .completed: "completed"
        case .broken: "ended by a rule"
        case .failed: "failed"
        case .cancelled: "cancelled"
        case .died: "died"
        case .elsewhere(let host): "on \(host)"
        }
    }

    /// Whether it can be gone on with; whether its chain has changed shows only then.
    var canGoOn: Bool {
        switch state {
        case .failed, .cancelled, .died: true
        case .running, .completed, .broken, .elsewhere: false
        }
    }

    /// When it began as people at a place read it: `2026-11-24 08:12`.
    func began(utcOffset: Int) -> String {
        let local = Timestamp.text(Date(timeIntervalSince1970: startedAt + Double(utcOffset)))
        return local.prefix(16).replacingOccurrences(of: "T", with: " ")
    }
}

/// What is known of the recorded runs.
enum RecordedRunsState: Equatable, Sendable {
    case asked
    case known([RecordedRunSummary])
    case failed(reason: String, hint: String?)
}

/// A recorded run that is looked at in the dashboard, and what it goes back to.
struct Visit: Equatable, Sendable {
    var run: RecordedRunSummary
    var servers: ServersState
    var log: LogState
    var isReadOnly: Bool
    var chainTitle: String?
    var live: LiveRun?
    var shownStep: Int?
}
