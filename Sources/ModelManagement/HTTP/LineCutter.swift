/// Cuts a stream of bytes into lines, whatever the chunks are. A carriage return before the line break is dropped.
struct LineCutter {
    /// The longest line that is taken, in bytes.
    let limit: Int
    private var pending: [UInt8] = []

    init(limit: Int) {
        self.limit = limit
    }

    /// Takes bytes and gives the lines that they complete.
    /// - Throws: `TransportFailure.tooLong`, as soon as a line is longer than the limit.
    mutating func feed(_ chunk: some Collection<UInt8>) throws -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var rest = chunk[...]
        while let end = rest.firstIndex(of: 10) {
            try append(rest[..<end])
            lines.append(take())
            rest = rest[rest.index(after: end)...]
        }
        try append(rest)
        return lines
    }

    /// The line that the end of the stream completes.
    mutating func finish() -> [UInt8]? { pending.isEmpty ? nil : take() }

    private mutating func append(_ bytes: some Collection<UInt8>) throws {
        guard pending.count + bytes.count <= limit else { throw TransportFailure.tooLong(limit) }
        pending.append(contentsOf: bytes)
    }

    private mutating func take() -> [UInt8] {
        var line = pending
        pending.removeAll(keepingCapacity: pending.capacity < 1 << 16)
        if line.last == 13 { line.removeLast() }
        return line
    }
}
