import Foundation
import PromptChainCore

/// Cuts a stream of bytes into lines of JSON. Empty lines are dropped; what follows the last line break counts as a
/// line when the stream ends.
struct JSONLines {
    private var lines: LineCutter

    /// - Parameter limit: the longest line that is taken, in bytes.
    init(limit: Int = 8 << 20) {
        lines = LineCutter(limit: limit)
    }

    /// Takes bytes and gives the lines that they complete.
    /// - Throws: `TransportFailure.tooLong`, as soon as a line is longer than the limit.
    mutating func feed(_ chunk: some Collection<UInt8>) throws -> [Data] {
        try lines.complete(chunk).compactMap(Self.data)
    }

    /// The line that the end of the stream completes.
    mutating func finish() -> Data? { lines.finish().flatMap(Self.data) }

    private static func data(_ line: [UInt8]) -> Data? {
        line.allSatisfy { $0 == 32 || $0 == 9 } ? nil : Data(line)
    }
}

extension LineCutter {
    /// Takes bytes and gives the lines that they complete.
    /// - Throws: `TransportFailure.tooLong`, as soon as a line is longer than the limit.
    mutating func complete(_ chunk: some Collection<UInt8>) throws -> [[UInt8]] {
        try feed(Array(chunk)).map { line in
            guard let line else { throw TransportFailure.tooLong(limit) }
            return line
        }
    }
}
