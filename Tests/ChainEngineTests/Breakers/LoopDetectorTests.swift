import Testing

@testable import ChainEngine

@Suite struct LoopDetectorTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var text: String
        var piece: Int?

        init(_ name: String, _ text: String, piece: Int? = nil) {
            testDescription = name
            self.text = text
            self.piece = piece
        }
    }

    private static func repeated(_ piece: String, _ times: Int) -> String { String(repeating: piece, count: times) }

    private static let paragraph = (1...60).map { "sentence number \($0) says something new" }.joined(separator: ", ")

    static let loops = [
        Case("a word", "Well. " + repeated("again ", 300), piece: 6),
        Case("a sentence", "I think. " + repeated("Let me check that once more. ", 60), piece: 29),
        Case("a line", repeated("- buy milk and bread\n", 80), piece: 21),
        Case("Chinese", "你好。" + repeated("我们再来一次吧。", 200), piece: 8),
        Case("emoji of several scalars", repeated("👩‍👩‍👧 family time ", 150), piece: 18),
        Case("combining marks", repeated("cafe\u{301} olé! ", 160), piece: 11),
        Case("three lines", repeated("Question: why?\nAnswer: because.\nNext.\n", 40), piece: 38),
        Case("a long paragraph", "Start. " + repeated(paragraph + "\n\n", 4), piece: paragraph.count + 2),
        Case("broken off within the piece", repeated("Let me check that once more. ", 60) + "Let me ch", piece: 29),
        Case("zeros without end", repeated("0, ", 4000), piece: 3),
        Case("dashes without end", repeated("-", 9000), piece: 1),
        Case("after a good beginning", paragraph + repeated(" and so on", 200), piece: 10),
    ]

    static let texts = [
        Case("empty", ""),
        Case("a rule", "Title\n" + repeated("-", 500) + "\ntext"),
        Case("a table's head", repeated("| name | size |\n|---|---|\n", 1) + repeated("|---", 200)),
        Case("empty cells", repeated("|   |   |   |   |\n", 60)),
        Case("a table of HTML", "<table>" + repeated("<tr><td></td><td></td><td></td><td></td></tr>\n", 25)),
        Case("numbered lines", (1...400).map { "\($0). buy milk and bread" }.joined(separator: "\n")),
        Case("rows that differ", (1...300).map { "row \($0) | ok | 200 ms | done" }.joined(separator: "\n")),
        Case("bytes", repeated("0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,\n", 64)),
        Case("a matrix", repeated("0 0 0 0 0 0 0 0 0 0\n", 100)),
        Case("getters", (1...200).map { "    func value\($0)() -> Int { return \($0) }\n" }.joined()),
        Case("brackets", repeated("}\n", 40) + repeated("]", 50)),
        Case("a song", repeated("la la la, la la la la\n", 20) + "the end"),
        Case(
            "a refrain", (1...12).map { "Verse \($0) is about \($0) birds\nRow, row, row your boat\n" }.joined()),
        Case("a chant", repeated("Hare Krishna Hare Krishna Krishna Krishna Hare Hare\n", 10)),
        Case("a paragraph twice", repeated(paragraph + "\n\n", 2)),
        Case("prose", (1...100).map { "In the year \(1900 + $0) people wrote \($0 * 7) letters.\n" }.joined()),
        Case("blank lines", "a" + repeated("\n", 900) + "b"),
        Case("a loop that has ended", repeated("again ", 300) + paragraph + paragraph.uppercased()),
    ]

    private func stream(_ text: String, piece: Int) -> LoopDetector.Loop? {
        var detector = LoopDetector()
        var rest = Substring(text)
        while !rest.isEmpty {
            if let loop = detector.feed(String(rest.prefix(piece))) { return loop }
            rest = rest.dropFirst(piece)
        }
        return nil
    }

    @Test(arguments: loops) func loopsAreNoticed(_ test: Case) throws {
        let loop = try #require(LoopDetector.loop(in: test.text))
        #expect(loop.piece.unicodeScalars.count == test.piece)
        #expect(loop.times >= LoopDetector.leastTimes(of: test.piece ?? 0))
    }

    @Test(arguments: loops) func loopsAreNoticedWhileTheyCome(_ test: Case) throws {
        // A look comes at every stride: what has just become long enough is found a little later, or at the end.
        // So the loop goes on for another stride here.
        let piece = String(test.text.unicodeScalars.suffix(test.piece ?? 0))
        let longer = test.text + String(repeating: piece, count: LoopDetector.stride / piece.unicodeScalars.count + 2)
        let loop = try #require(stream(longer, piece: 4))
        #expect(loop.piece.unicodeScalars.count == test.piece)
    }

    @Test(arguments: texts.dropLast()) func whatOnlyLooksAlikeIsNoLoop(_ test: Case) {
        #expect(LoopDetector.loop(in: test.text) == nil)
        #expect(stream(test.text, piece: 5) == nil)
    }

    @Test func longAnswersAreLookedThroughInProportion() {
        // 90,000 characters: a detector that looks at everything for each piece would take minutes.
        var detector = LoopDetector()
        for number in 0..<10_000 where detector.feed("word\(number) ") != nil { Issue.record("no loop is there") }
    }
}
