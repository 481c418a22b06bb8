import Foundation
import Testing

@testable import PromptChainCore

/// The fast way of reading JSON gives what the library gives, and refuses what is none.
@Suite struct JSONScannerTests {
    @Test(arguments: [
        "null", "true", "false", " [1, -2, 0, 1.5, 1e3, 1.0, -0.0, 1e300] ", "9223372036854775807",
        "9223372036854775808", "{}", "[]", #"{"a":{"b":[]},"c":"\u00e9\ud83e\uddf5\n\\ \/ \"x"}"#, "\"é 🧵 e\u{301}\"",
        #""\u0000a""#, "{\"a\":1,\"b\":[true,null,\"\"]}\n", #""\b\f\r\t""#, #"["abc\ndef\u0041"]"#,
    ])
    func asTheLibrary(text: String) throws {
        let expected = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        #expect(JSONScanner.value(of: Data(text.utf8)) == expected)
    }

    @Test(arguments: [
        "", "{", "[1,]", "{\"a\":}", "{a:1}", "01", "-", "1.", "1e", #""\x""#, "\"a", "\"a\nb\"", "tru", "[1] x",
        #""\ud800""#, #""\udc00""#, "+1", ".5", "{\"a\" 1}", "[1 2]", #""\u12""#, "nan", "'a'",
    ])
    func whatIsNone(text: String) {
        #expect(JSONScanner.value(of: Data(text.utf8)) == nil)
    }

    @Test func bytesThatAreNoText() {
        #expect(JSONScanner.value(of: Data([0x22, 0xFF, 0x22])) == nil)
    }

    @Test func listsInLists() {
        let brackets = { (count: Int) in String(repeating: "[", count: count) + String(repeating: "]", count: count) }
        #expect(JSONScanner.value(of: Data(brackets(400).utf8)) != nil)
        #expect(JSONScanner.value(of: Data(brackets(100_000).utf8)) == nil)
    }
}
