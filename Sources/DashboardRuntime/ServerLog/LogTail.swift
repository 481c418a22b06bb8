import Foundation

/// What came since the last look.
struct LogBatch: Equatable, Sendable {
    /// Lines without their line breaks.
    var lines: [[UInt8]] = []
    /// What was passed over unread, in bytes, since there was too much.
    var skippedBytes: Int64 = 0
    /// When that was written last which was there before anybody looked; `nil` for what is new.
    var past: Date?
    /// Why nothing more can be read.
    var fault: String?
    /// Whether there is more to read at once.
    var hasMore = false
    /// Whether nothing more will come.
    var isOver = false
}

/// Something that is read to its end, again and again. The calls may take a while: they belong on a thread of their own.
protocol LogTail: Sendable {
    /// What came since the last call. Does not wait for anything to come.
    func read() -> LogBatch
    /// Gives up what is held open. Nothing is read afterwards.
    func close()
}

/// Cuts bytes into lines and keeps a last one that is not complete. Of a line that is too long the beginning is kept.
struct LogLines {
    /// The longest line, in bytes.
    static let limit = 64 * 1024

    private var pending: [UInt8] = []
    /// Whether the rest of what stands there until the next line break is passed over.
    private(set) var isSkipping = false

    /// The lines that bytes complete.
    mutating func feed(_ bytes: some Collection<UInt8>) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 10) {
            append(rest[..<end])
            if !isSkipping { lines.append(pending) }
            isSkipping = false
            pending.removeAll(keepingCapacity: true)
            rest = rest[rest.index(after: end)...]
        }
        append(rest)
        return lines
    }

    /// The line that the end of everything completes.
    mutating func finish() -> [[UInt8]] {
        defer { self = LogLines() }
        return pending.isEmpty || isSkipping ? [] : [pending]
    }

    /// Forgets what is not complete and begins behind the next line break.
    mutating func skip() {
        pending = []
        isSkipping = true
    }

    private mutating func append(_ bytes: some Collection<UInt8>) {
        guard !isSkipping else { return }
        pending.append(contentsOf: bytes.prefix(Self.limit - pending.count))
    }
}
