import Foundation

/// A step of a run as it was recorded.
public struct RecordedStep: Equatable, Sendable {
    /// How far a step came.
    public enum Status: String, Equatable, Sendable {
        case waiting, running, done, failed, skipped
    }

    /// The step, counted from 1.
    public var step: Int
    /// The item of a step that is done once for each of several, from 1; `nil` for the whole step.
    public var item: Int?
    /// Its name.
    public var name: String
    /// Its model, where it has one.
    public var model: String?
    /// How far it came.
    public var status: Status
    /// When it began.
    public var startedAt: Date?
    /// When it ended.
    public var finishedAt: Date?
    /// Waiting for the server's turn, in seconds.
    public var queueSeconds: Double?
    /// Loading the model, in seconds.
    public var loadSeconds: Double?
    /// From the request to the first text, in seconds.
    public var firstTokenSeconds: Double?
    /// From the first text to the end, in seconds.
    public var generateSeconds: Double?
    /// Tokens of the prompt that the model read.
    public var promptTokens: Int?
    /// Tokens that the model wrote.
    public var outputTokens: Int?
    /// Tokens written a second.
    public var tokensPerSecond: Double?
    /// Why it failed or was skipped.
    public var reason: String?
    /// The event that told of it last.
    public var sequence: Int
}

/// A change of what is in memory, as a run told it.
public struct RecordedChange: Equatable, Sendable {
    /// What happened to the model.
    public enum Kind: String, Equatable, Sendable {
        case loadStarted = "load_started"
        case loaded
        case loadFailed = "load_failed"
        case unloadStarted = "unload_started"
        case unloaded
        /// It was asked to leave and may still be there.
        case stays
    }

    /// When it happened.
    public var time: Date
    /// The model's canonical name.
    public var model: String
    /// What happened.
    public var kind: Kind
    /// The GPU memory that it takes, in bytes, where the server says it.
    public var vramBytes: Int64?
}

/// A model, or nothing, in a server's memory at a moment of a run.
public struct RecordedSample: Equatable, Sendable {
    /// The event that told it; the models of one sample share it.
    public var sequence: Int
    /// When it was seen.
    public var time: Date
    /// The server's name.
    public var server: String
    /// The model's canonical name; `nil` when the server had nothing in its memory.
    public var model: String?
    /// The GPU memory that it took, in bytes.
    public var vramBytes: Int64?
}

/// A file that a chain was made of, and the SHA-256 digest of what it held.
public struct RecordedFile: Codable, Equatable, Sendable {
    /// Its absolute path.
    public var path: String
    /// The digest, in hexadecimal digits.
    public var digest: String

    /// A file.
    public init(path: String, digest: String) {
        self.path = path
        self.digest = digest
    }
}
