import PromptChainCore
import Testing

@Suite struct NearestTests {
    @Test(arguments: [
        ("modle", "model"), ("timout", "timeout"), ("Instructoin", "instruction"), ("max_retires", "max_retries"),
    ])
    func findsTheMisspeltKey(word: String, meant: String) {
        let keys = ["name", "model", "instruction", "timeout", "max_retries", "steps"]
        #expect(Nearest.match(word, in: keys) == meant)
    }

    @Test func findsNothingForAStranger() {
        #expect(Nearest.match("zebra", in: ["model", "steps", "name"]) == nil)
        #expect(Nearest.match("", in: ["a"]) == nil)
        #expect(Nearest.match("x", in: [String]()) == nil)
    }

    @Test func findsModelsByTheirBeginningAfterNearerOnes() {
        let names = ["mistral-small:22b", "mistrall", "llama3.1:8b"]
        #expect(Nearest.matches("mistral", in: names) == ["mistrall", "mistral-small:22b"])
        #expect(Nearest.match("lama3.1:8b", in: names) == "llama3.1:8b")
    }

    @Test(arguments: [("", "", 0), ("abc", "", 3), ("kitten", "sitting", 3), ("ab", "ba", 1), ("same", "same", 0)])
    func countsEdits(left: String, right: String, edits: Int) {
        #expect(Nearest.distance(left, right) == edits)
    }
}
