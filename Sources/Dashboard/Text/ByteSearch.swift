import Foundation

/// Looks for bytes in bytes: eight places at a time, by the two bytes of the needle that are the least common in text.
struct ByteSearch: Hashable, Sendable {
    /// Bytes of text and logs, the most common first; what is not here is rarer.
    private static let common = Array(" etaoinsrldcumphgfywbvk0123456789.:-/_xjqz".utf8)
    private static let ones: UInt64 = 0x0101_0101_0101_0101

    let needle: [UInt8]
    /// The places of the two bytes in the needle.
    private let places: (Int, Int)

    init(_ needle: [UInt8]) {
        self.needle = needle
        let rarest = needle.indices.sorted { Self.rank(needle[$0]) > Self.rank(needle[$1]) }
        places = (rarest.first ?? 0, rarest.dropFirst().first ?? rarest.first ?? 0)
    }

    static func == (one: ByteSearch, other: ByteSearch) -> Bool { one.needle == other.needle }

    func hash(into hasher: inout Hasher) { hasher.combine(needle) }

    /// Where the needle stands next.
    /// - Returns: the offset of its first byte; `nil` when it does not stand there.
    func offset(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard let base = bytes.baseAddress, !needle.isEmpty, start >= 0 else { return nil }
        let end = bytes.count - needle.count
        return needle.withUnsafeBytes { needle in
            guard let wanted = needle.baseAddress else { return nil }
            let (first, second) = places
            let (one, other) = (Self.ones &* UInt64(needle[first]), Self.ones &* UInt64(needle[second]))
            var place = start
            // Both loads have to end within the bytes.
            let last = bytes.count - max(first, second) - 8
            while place <= last {
                let left = (base + place + first).loadUnaligned(as: UInt64.self).littleEndian ^ one
                let right = (base + place + second).loadUnaligned(as: UInt64.self).littleEndian ^ other
                let differences = left | right
                // A high bit where a byte is zero, and now and then where none is.
                var candidates = (differences &- Self.ones) & ~differences & (Self.ones << 7)
                while candidates != 0 {
                    let candidate = place + candidates.trailingZeroBitCount / 8
                    if candidate <= end, memcmp(base + candidate, wanted, needle.count) == 0 { return candidate }
                    candidates &= candidates - 1
                }
                place += 8
            }
            while place <= end {
                if memcmp(base + place, wanted, needle.count) == 0 { return place }
                place += 1
            }
            return nil
        }
    }

    private static func rank(_ byte: UInt8) -> Int { common.firstIndex(of: byte) ?? common.count }
}
