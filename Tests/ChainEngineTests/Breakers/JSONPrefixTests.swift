import Testing

@testable import ChainEngine

@Suite struct JSONPrefixTests {
    static let valid = [
        "null", "true", "false", "0", "-0", "12", "-1.5e+10", "1E5", "\"\"", "\"a\\n\\u00e9\\\"ü\"", "[]", "{}",
        " [ ] ",
        "[1, 2, [3, {\"a\": []}]]", "{\"a\": {\"b\": [true, null, \"}\"]}, \"c\": -2.5}\n", "\n{\"ä\": \"日本\"}",
        String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000),
    ]
    static let incomplete = [
        "", "  ", "{", "[1,", "{\"a\"", "{\"a\":", "\"abc", "tru", "-", "1.", "1e", "[1", "{\"a\": 1",
    ]
    static let broken = [
        "Sure", "```json\n[]", "[1 2]", "{a: 1}", "{'a': 1}", "[1,]", "{\"a\": 1,}", "01", "+1", ".5", "1.e5", "nul!",
        "\"a\nb\"", "\"\\x\"", "\"\\u12g4\"", "[] []", "{} done", "]", "{\"a\" 1}", "{1: 2}", "[1}", "NaN", "True",
        "// x",
    ]

    private func read(_ text: String, piece: Int) -> JSONPrefix {
        var json = JSONPrefix()
        var rest = Substring(text)
        while !rest.isEmpty {
            _ = json.feed(String(rest.prefix(piece)))
            rest = rest.dropFirst(piece)
        }
        return json
    }

    @Test(arguments: valid) func isJSON(_ text: String) {
        #expect(read(text, piece: 3).isComplete)
        #expect(read(text, piece: .max).isComplete)
    }

    @Test(arguments: incomplete) func canStillBecomeJSON(_ text: String) {
        #expect(!read(text, piece: 1).isComplete)
        #expect(!read(text, piece: 1).isBroken)
    }

    @Test(arguments: broken) func canNeverBecomeJSON(_ text: String) {
        #expect(read(text, piece: 1).isBroken)
        #expect(!read(text, piece: .max).isComplete)
    }
}
