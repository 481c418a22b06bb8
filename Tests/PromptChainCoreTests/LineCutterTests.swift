import PromptChainCore
import Testing

@Suite struct LineCutterTests {
    @Test func linesAreCutWhateverThePieces() {
        var cutter = LineCutter(limit: 5)
        #expect(cutter.feed(Array("ab".utf8)).isEmpty)
        #expect(cutter.feed(Array("c\r\n\n12345".utf8)) == [Array("abc".utf8), []])
        #expect(cutter.feed(Array("6789".utf8)) == [nil])
        #expect(cutter.feed(Array("more".utf8)).isEmpty)
        #expect(cutter.feed(Array("0\nok\n123456\nrest".utf8)) == [Array("ok".utf8), nil])
        #expect(cutter.finish() == Array("rest".utf8))
        #expect(cutter.finish() == nil)
    }
}
