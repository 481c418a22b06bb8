/// Cuts a stream of bytes into lines, whatever the pieces are.
///
/// What is too long of a line is left out: unlike an error it does not cost the lines behind it.
public struct LineCutter: Sendable {
    /// The longest line that is taken, in bytes.
    public let limit: Int
    private let isVerbatim: Bool
    private var pending: [UInt8] = []
    private var isSkipping = false

    /// - Parameters:
    ///   - limit: the longest line that is taken, in bytes.
    ///   - isVerbatim: whether lines are given as they stand, as far as the limit. Otherwise a carriage return before the
    ///     line break is dropped, and a line that is too long is told as `nil` as soon as it is.
    public init(limit: Int, isVerbatim: Bool = false) {
        self.limit = limit
        self.isVerbatim = isVerbatim
    }

    /// Takes bytes and gives the lines that they complete, without their line breaks.
    public mutating func feed(_ bytes: [UInt8]) -> [[UInt8]?] {
        var lines: [[UInt8]?] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 10) {
            append(rest[..<end], &lines)
            if !isSkipping { lines.append(take()) }
            isSkipping = false
            rest = rest[rest.index(after: end)...]
        }
        append(rest, &lines)
        return lines
    }

    /// The line that the end of the stream completes.
    public mutating func finish() -> [UInt8]? { pending.isEmpty ? nil : take() }

    /// Forgets what is not complete and begins behind the next line break.
    public mutating func skip() {
        pending = []
        isSkipping = true
    }

    private mutating func append(_ bytes: ArraySlice<UInt8>, _ lines: inout [[UInt8]?]) {
        guard !isSkipping else { return }
        if isVerbatim {
            pending.append(contentsOf: bytes.prefix(limit - pending.count))
        } else if pending.count + bytes.count > limit {
            skip()
            lines.append(nil)
        } else {
            pending.append(contentsOf: bytes)
        }
    }

    private mutating func take() -> [UInt8] {
        var line = pending
        pending.removeAll(keepingCapacity: pending.capacity < 1 << 16)
        if !isVerbatim, line.last == 13 { line.removeLast() }
        return line
    }
}
