import PromptChainCore

/// Reads the GPUs of this host through one kind of driver. The calls may block: they belong on a thread of their own.
public protocol GPUReader: Sendable {
    /// What it reads through, for people: `NVML`.
    var source: String { get }

    /// The GPUs that this driver knows now; empty where there are none.
    /// - Throws: `GPUReadingFailure`, when there is a driver and it does not answer as it should.
    func read() throws -> [GPUReading]
}

/// Why GPUs cannot be read although there is a driver.
public struct GPUReadingFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// The reason, in a sentence.
    public var description: String

    /// A failure.
    public init(_ description: String) {
        self.description = description
    }
}

/// What all readers found.
public struct GPUSurvey: Equatable, Sendable {
    /// The GPUs, those of one driver after those of another.
    public var gpus: [GPUReading]
    /// Through what they were read.
    public var sources: [String]
    /// What could not be read, and why, in sentences.
    public var notes: [String]

    /// A survey.
    public init(gpus: [GPUReading] = [], sources: [String] = [], notes: [String] = []) {
        self.gpus = gpus
        self.sources = sources
        self.notes = notes
    }
}
