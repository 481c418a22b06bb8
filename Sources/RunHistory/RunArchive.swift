import Foundation
import PromptChainCore

/// A run as it was recorded.
public struct RecordedRun: Equatable, Sendable {
    /// The run's identifier.
    public var id: String
    /// The chain's name.
    public var chain: String
    /// The chain's file, as an absolute path; `nil` for a chain that came from none.
    public var file: String?
    /// The chain as it stood in the file when the run began.
    public var chainText: String?
    /// The SHA-256 digest of that text and of the files that it includes, in hexadecimal digits.
    public var chainDigest: String?
    /// The run's input.
    public var input: String
    /// How the run was asked for: policy, memory, context, server.
    public var options: JSONValue
    /// The host that it ran on.
    public var host: String
    /// The number of the process that ran it.
    public var processID: Int32
    /// The socket on which the run tells its events while it lives.
    public var socket: String?
    /// When it began.
    public var startedAt: Date
    /// When it ended; `nil` while it runs, or when its process died.
    public var finishedAt: Date?
    /// How it ended; `nil` while it runs, or when its process died.
    public var status: ChainEvent.RunResult.Status?
    /// How many steps its chain has.
    public var steps: Int
    /// How long its steps waited for models, in seconds.
    public var stallSeconds: Double?
    /// The number of the newest event that was recorded; 0 for none.
    public var lastSequence: Int
    /// Its place in the file, from 1; 0 for a run that is not in it yet.
    public var number = 0
    /// How many of its steps are done.
    public var stepsDone = 0
    /// The files that the chain was made of, the chain's own first.
    public var files: [RecordedFile] = []
    /// When its process began, as its host tells it; with the number it tells a process from a later one.
    public var processStart: String?
    /// Why it failed.
    public var error: String?
    /// The most GPU memory that its models took together, in bytes.
    public var peakVRAMBytes: Int64?
    /// The GPU memory that it could use, in bytes.
    public var capacityBytes: Int64?
    /// How many of its events could not be kept.
    public var lostEvents = 0

    /// When it went on after an end the last time; `nil` for a run that did not.
    public var resumedAt: Date?
    /// How long it had run until then, in seconds.
    public var earlierSeconds = 0.0

    /// How long it ran, in seconds, without the time between an end and the next beginning; `nil` while it runs, or when
    /// its process died.
    public var seconds: Double? {
        finishedAt.map { earlierSeconds + max(0, $0.timeIntervalSince(resumedAt ?? startedAt)) }
    }

    /// A run.
    public init(
        id: String, chain: String, file: String? = nil, chainText: String? = nil, chainDigest: String? = nil,
        input: String, options: JSONValue = .object([:]), host: String, processID: Int32, socket: String? = nil,
        startedAt: Date, finishedAt: Date? = nil, status: ChainEvent.RunResult.Status? = nil, steps: Int,
        stallSeconds: Double? = nil, lastSequence: Int = 0
    ) {
        self.id = id
        self.chain = chain
        self.file = file
        self.chainText = chainText
        self.chainDigest = chainDigest
        self.input = input
        self.options = options
        self.host = host
        self.processID = processID
        self.socket = socket
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.status = status
        self.steps = steps
        self.stallSeconds = stallSeconds
        self.lastSequence = lastSequence
    }
}

/// Reads what was recorded of runs. Every call waits for a disk: not in a task.
public protocol RunArchive: Sendable {
    /// The run that a user means: by its identifier, the beginning of one, or `latest`; `nil` when there is none.
    /// - Throws: when the record cannot be read, or several runs begin like that.
    func run(matching name: String) throws -> RecordedRun?

    /// The newest runs, newest first.
    func runs(limit: Int) throws -> [RecordedRun]

    /// The events of a run in their order, from the first one after a number. Text of a model comes in larger pieces
    /// than it was told in: each has the number of the last event in it.
    func events(of run: String, after sequence: Int, limit: Int) throws -> [ChainEventRecord]

    /// A long run in outline, up to where its newest step begins; `nil` for a run that is to be read whole.
    func outline(of run: String) throws -> RunOutline?

    /// Everything that was told of one step, counted from 1, the last time that it was done.
    func events(of run: String, step: Int) throws -> [ChainEventRecord]
}

extension RunArchive {
    /// None: a run is read whole.
    public func outline(of run: String) throws -> RunOutline? { nil }

    /// The events of the run that concern the step.
    public func events(of run: String, step: Int) throws -> [ChainEventRecord] {
        try events(of: run, after: 0, limit: .max).filter { $0.event.step == step }
    }
}
