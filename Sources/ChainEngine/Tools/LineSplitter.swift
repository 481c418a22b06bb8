/// Cuts a stream of bytes into lines, whatever the pieces are. A line that is too long is left out and told as `nil`:
/// unlike an error it does not cost the lines behind it.
struct LineSplitter {
    /// The longest line that is taken, in bytes.
    let limit: Int
    private var pending: [UInt8] = []
    private var isSkipping = false

    init(limit: Int) {
        self.limit = limit
    }

    /// Takes bytes and gives the lines that they complete.
    mutating func feed(_ bytes: [UInt8]) -> [[UInt8]?] {
        var lines: [[UInt8]?] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 10) {
            append(rest[..<end])
            lines.append(isSkipping ? nil : take())
            isSkipping = false
            rest = rest[rest.index(after: end)...]
        }
        append(rest)
        return lines
    }

    /// The line that the end of the stream completes.
    mutating func finish() -> [UInt8]? { pending.isEmpty ? nil : take() }

    private mutating func append(_ bytes: ArraySlice<UInt8>) {
        guard !isSkipping else { return }
        if pending.count + bytes.count > limit {
            isSkipping = true
            pending = []
        } else {
            pending.append(contentsOf: bytes)
        }
    }

    private mutating func take() -> [UInt8] {
        var line = pending
        pending.removeAll(keepingCapacity: pending.capacity < 1 << 16)
        if line.last == 13 { line.removeLast() }
        return line
    }
}
