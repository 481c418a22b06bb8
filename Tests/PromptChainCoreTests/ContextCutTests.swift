import Foundation
import PromptChainCore
import Testing

@Suite struct ContextCutTests {
    @Test(arguments: [
        ("", 0), ("word", 1), ("word word  word\n", 3), ("Don't {stop}", 3), ("20261126", 2), ("αβγδ", 1),
        (String(repeating: "a", count: 33), 3), (String(repeating: "中", count: 8), 2), ("abc123", 2), ("— … !?", 2),
    ])
    func leastTokens(text: String, count: Int) {
        #expect(TokenEstimate.atLeast(text) == count)
    }

    @Test func fourBytesAreAToken() {
        #expect(TokenEstimate.about("Heat pumps pay off in well insulated houses.") == 11)
        #expect(TokenEstimate.about("a b c d") == 4)
    }

    /// What a server of 0.32 was seen to do with 3000 words and a context of 512, and its relatives.
    @Test(
        arguments: [
            (3000, 258, 512, true), (3000, nil, 512, true), (4300, 4096, 4096, true), (3500, 2050, 4096, true),
            // The words are fewer than the context, but what was read is all that it has room for.
            (3200, 4096, 4096, true),
        ] as [(Int, Int?, Int, Bool)])
    func cutsAreSeen(least: Int, read: Int?, context: Int, isCut: Bool) {
        #expect(ContextCut.isCertain(atLeast: least, read: read, context: context) == isCut)
    }

    /// A template around the prompt, a prompt in the cache, a context that is larger than known, a silent server.
    @Test(
        arguments: [
            (3000, 3900, 4096), (3000, 12, 4096), (3000, 1, 4096), (3000, 4095, 4096), (3500, 2200, 4096),
            (3000, 3100, 2048), (100, nil, 4096), (4096, nil, 4096), (1900, 2050, 4096), (3000, 3000, 0), (0, 0, 512),
        ] as [(Int, Int?, Int)])
    func nothingIsSaidWithoutNeed(least: Int, read: Int?, context: Int) {
        #expect(!ContextCut.isCertain(atLeast: least, read: read, context: context))
    }

    @Test func cutIsAWarningOnTheWire() throws {
        let cut = ContextCut(
            .prompt, step: 2, model: "mistral-small:22b", sentTokens: 3750, readTokens: 258, contextLength: 512)
        #expect(
            cut.message
                == "the prompt of step 2 was cut: ~3750 tokens were sent, mistral-small:22b read 258, "
                + "the context of mistral-small:22b is 512")
        #expect(cut.hint.contains("context: 6144, or fit"))
        let record = ChainEventRecord(
            sequence: 1, time: Date(timeIntervalSince1970: 0), run: "r", item: 3, event: .contextCut(cut))
        let line = record.jsonLine()
        #expect(line.contains(#""event":"warning""#) && line.contains(#""kind":"prompt_cut""#))
        var reader = ChainEventReader()
        #expect(try reader.read(line) == record)
        #expect(
            try reader.read(#"{"event":"warning","kind":"prompt_cut","message":"cut"}"#)?.event
                == .warning(message: "cut", hint: nil))
    }

    @Test func answerSaysThatTheContextIsFull() {
        let cut = ContextCut(.answer, step: 1, model: "mistral-small:22b")
        #expect(cut.message == "the answer of step 1 was cut off: the context of mistral-small:22b is full")
        #expect(ContextCut(.prompt, step: 1, model: "a").hint.contains("(context: fit)"))
    }
}
