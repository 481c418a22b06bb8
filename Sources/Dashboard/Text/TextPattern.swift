/// A text that is looked for in others, letter by letter. Small letters stand for large ones too; a pattern that holds a
/// large letter means exactly what it says.
///
/// It works on bytes, so that a million lines are gone through while a key is pressed. Letters of other alphabets are
/// the same in both cases as far as their UTF-8 forms are two bytes long: Latin, Greek, Cyrillic, Armenian.
public struct TextPattern: Hashable, Sendable {
    /// What is looked for, as it was written.
    public let text: String
    /// Whether small letters stand for large ones too.
    public let ignoresCase: Bool
    private let search: ByteSearch

    /// A pattern; an empty one is found nowhere.
    public init(_ text: String) {
        self.text = text
        ignoresCase = !text.contains(where: \.isUppercase)
        var bytes = Array(text.utf8)
        if ignoresCase { bytes.withUnsafeMutableBufferPointer { CaseFolding.fold($0) } }
        search = ByteSearch(bytes)
    }

    /// Whether nothing is looked for.
    public var isEmpty: Bool { search.needle.isEmpty }

    /// Whether a text holds it.
    public func isFound(in text: String) -> Bool {
        guard !isEmpty, text.utf8.count >= search.needle.count else { return false }
        return withComparable(text) { offset(in: UnsafeRawBufferPointer($0), from: 0) != nil }
    }

    /// Where it stands in a text, from left to right, in UTF-8 offsets.
    func ranges(in text: String) -> [Range<Int>] {
        guard !isEmpty, text.utf8.count >= search.needle.count else { return [] }
        return withComparable(text) { bytes in
            var ranges: [Range<Int>] = []
            var start = 0
            while let found = offset(in: UnsafeRawBufferPointer(bytes), from: start) {
                ranges.append(found..<found + search.needle.count)
                start = found + search.needle.count
            }
            return ranges
        }
    }

    /// Where it stands next in bytes that were made ready by `makeComparable`.
    /// - Returns: the offset of its first byte; `nil` when it does not stand there.
    public func offset(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        search.offset(in: bytes, from: start)
    }

    /// Makes UTF-8 bytes ready for `offset`, in place and without changing their number.
    public func makeComparable(_ bytes: UnsafeMutableBufferPointer<UInt8>) {
        if ignoresCase { CaseFolding.fold(bytes) }
    }

    private func withComparable<Result>(
        _ text: String, _ body: (UnsafeMutableBufferPointer<UInt8>) -> Result
    ) -> Result {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: text.utf8.count) { buffer in
            _ = buffer.initialize(from: text.utf8)
            makeComparable(buffer)
            return body(buffer)
        }
    }
}

/// Makes large letters small, byte by byte, so that nothing moves.
private enum CaseFolding {
    /// The small letter of each scalar from U+0080 to U+07FF, where it is two bytes long as well.
    private static let small: [UInt16] = (UInt32(0x80)..<0x800).map { value in
        guard let lower = Unicode.Scalar(value)?.properties.lowercaseMapping.unicodeScalars, lower.count == 1,
            let first = lower.first, (0x80..<0x800).contains(first.value)
        else { return UInt16(value) }
        return UInt16(first.value)
    }

    static func fold(_ bytes: UnsafeMutableBufferPointer<UInt8>) {
        guard let base = bytes.baseAddress else { return }
        var all: UInt8 = 0
        for index in 0..<bytes.count {
            let byte = base[index]
            all |= byte
            base[index] = byte | (byte &- 0x41 < 26 ? 0x20 : 0)
        }
        if all >= 0x80 { foldLetters(base, bytes.count) }
    }

    private static func foldLetters(_ base: UnsafeMutablePointer<UInt8>, _ count: Int) {
        small.withUnsafeBufferPointer { small in
            var index = 0
            while index + 1 < count {
                let lead = base[index]
                guard lead >= 0xC2, lead < 0xE0, base[index + 1] & 0xC0 == 0x80 else {
                    index += 1
                    continue
                }
                let value = small[(Int(lead & 0x1F) << 6 | Int(base[index + 1] & 0x3F)) - 0x80]
                base[index] = 0xC0 | UInt8(value >> 6)
                base[index + 1] = 0x80 | UInt8(value & 0x3F)
                index += 2
            }
        }
    }
}
