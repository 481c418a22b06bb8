import Foundation

/// Looks for a text in another that comes piece by piece. What was looked through is not looked through again.
struct TextScan: Sendable {
    private let needle: [UInt8]
    private let isCaseSensitive: Bool
    // The end of what came so far, as long as the needle less one.
    private var tail: [UInt8] = []
    private(set) var isFound = false

    init(_ text: String, isCaseSensitive: Bool) {
        self.isCaseSensitive = isCaseSensitive
        needle = Self.form(text, isCaseSensitive: isCaseSensitive)
        isFound = needle.isEmpty
    }

    /// Takes the next piece.
    /// - Returns: Whether the text has been found by now.
    mutating func feed(_ piece: String) -> Bool {
        guard !isFound, !piece.isEmpty else { return isFound }
        let text = tail + Self.form(piece, isCaseSensitive: isCaseSensitive)
        isFound = Self.contains(needle, in: text)
        tail = Array(text.suffix(needle.count - 1))
        return isFound
    }

    // Decomposed, so that an accent that comes with the next piece counts as one that came at once.
    private static func form(_ text: String, isCaseSensitive: Bool) -> [UInt8] {
        let cased = isCaseSensitive ? text : text.lowercased()
        return Array(cased.utf8.allSatisfy { $0 < 0x80 } ? cased.utf8 : cased.decomposedStringWithCanonicalMapping.utf8)
    }

    private static func contains(_ needle: [UInt8], in text: [UInt8]) -> Bool {
        guard let first = needle.first, text.count >= needle.count else { return false }
        for start in 0...(text.count - needle.count) where text[start] == first {
            if text[start..<start + needle.count].elementsEqual(needle) { return true }
        }
        return false
    }
}
