import Testing

@testable import ChainEngine

@Suite struct TextScanTests {
    @Test(arguments: [
        ("cannot answer", "I CANNOT answer this", false, true), ("cannot answer", "I CANNOT answer this", true, false),
        ("Straße", "die STRAßE", false, true), ("über", "ÜBER", false, true), ("aab", "aaaab", true, true),
        ("caf\u{E9}", "cafe\u{301}!", true, true), ("日本", "在日本国", true, true), ("abc", "ab", true, false),
        ("no", "", false, false), ("\n\n", "a\n\nb", true, true),
    ])
    func finds(_ needle: String, _ text: String, _ isCaseSensitive: Bool, _ isThere: Bool) {
        for size in [1, 2, 3, 100] {
            var scan = TextScan(needle, isCaseSensitive: isCaseSensitive)
            // Cut between scalars, as tokens are.
            var rest = Substring(text).unicodeScalars
            while !rest.isEmpty {
                _ = scan.feed(String(rest.prefix(size)))
                rest = rest.dropFirst(size)
            }
            #expect(scan.isFound == isThere)
        }
    }
}
