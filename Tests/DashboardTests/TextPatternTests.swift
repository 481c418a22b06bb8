import Testing

@testable import Dashboard

@Suite("Texts that are looked for") struct TextPatternTests {
    struct Case: CustomTestStringConvertible {
        var pattern: String
        var text: String
        var ranges: [Range<Int>]
        var testDescription: String { "“\(pattern)” in “\(text)”" }

        init(_ pattern: String, _ text: String, _ ranges: [Range<Int>]) {
            self.pattern = pattern
            self.text = text
            self.ranges = ranges
        }
    }

    @Test(
        "Small letters stand for large ones, large ones for themselves; other alphabets too",
        arguments: [
            Case("load", "Loading, LOADED, unload", [0..<4, 9..<13, 19..<23]),
            Case("Load", "Loading, LOADED, unload", [0..<4]),
            Case("a", "banana", [1..<2, 3..<4, 5..<6]),
            Case("ana", "banana", [1..<4]),
            Case("prüf", "PRÜFUNG prüft", [0..<5, 9..<14]),
            Case("Prüf", "PRÜFUNG prüft", []),
            Case("привет", "ПРИВЕТ", [0..<12]),
            Case("日本", "in 日本 and 日木", [3..<9]),
            Case("x", "", []), Case("", "text", []), Case("longer than it", "long", []),
            Case("\u{0}", "nul \u{0} byte", [4..<5]),
            Case("end", "at the very end", [12..<15]),
        ])
    func ranges(_ example: Case) {
        let pattern = TextPattern(example.pattern)
        #expect(pattern.ranges(in: example.text) == example.ranges)
        #expect(pattern.isFound(in: example.text) == !example.ranges.isEmpty)
    }

    @Test("Bytes are found wherever a plain search finds them")
    func bytes() {
        var seed: UInt64 = 7
        func random(_ limit: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % limit
        }
        for _ in 0..<2000 {
            let alphabet = Array("ab \n\u{80}\u{81}".utf8)
            let text = (0..<random(41)).map { _ in
                alphabet[random(alphabet.count)]
            }
            let needle = (0..<1 + random(4)).map { _ in
                alphabet[random(alphabet.count)]
            }
            let start = random(9)
            let plain = (start..<max(start, text.count)).first { text[$0...].starts(with: needle) }
            let found = text.withUnsafeBytes { ByteSearch(needle).offset(in: $0, from: start) }
            #expect(found == plain, "\(needle) in \(text) from \(start)")
        }
    }

    @Test("A filter holds one text and leaves out others")
    func lines() {
        let filter = LineFilter("load !poll !GET")
        #expect(filter.shows("loading a model") && !filter.shows("a model"))
        #expect(!filter.shows("loading while polling") && !filter.shows("GET loading") && filter.shows("get loading"))
        #expect(LineFilter("").isOpen && LineFilter("!").isOpen && LineFilter(" ").isOpen == false)
        #expect(LineFilter("a!b").shows("xa!bx") && !LineFilter("a!b").shows("a"))
        #expect(LineFilter("!a b").shows("a") && !LineFilter("!a b").shows("xa bx"))
        #expect(filter.words == "with “load”, without “poll”, “GET”")
    }
}
