import Testing

@testable import OllamaSimulator

/// Reading names, durations and JSON the way the real server does.
@Suite struct ReadingTests {
    @Test(arguments: [
        ("llama3", "llama3:latest"), ("LLAMA3:Latest", "LLAMA3:Latest"), ("me/x:1b", "me/x:1b"),
        ("library/x", "x:latest"), ("registry.ollama.ai/library/x:2", "x:2"), ("host:5000/a/b", "host:5000/a/b:latest"),
        ("hf.co/a/b:Q4_K_M", "hf.co/a/b:Q4_K_M"),
    ])
    func aNameHasAShortForm(_ text: String, _ shortest: String) {
        #expect(ModelName(text).isValid)
        #expect(ModelName(text).shortest == shortest)
    }

    @Test(arguments: ["", "a b", ":x", "/x", "x:", "a//b", "-x", "x/y.z/w:1:2", "é"])
    func otherTextsAreNoNames(_ text: String) { #expect((try? ModelReference(text)) == nil) }

    @Test func letterCaseDoesNotTellNamesApart() {
        #expect(ModelName("SMOL-A").key == ModelName("library/smol-a:LATEST").key)
    }

    @Test(arguments: [("5m", 300), ("1h30m", 5400), ("1.5s", 1.5), ("100ms", 0.1), ("0", 0), ("+2s", 2), ("-3s", -3)])
    func durationsAreGos(_ text: String, _ seconds: Double) throws {
        #expect(abs(try KeepAlive.duration(text) - seconds) < 1e-9)
    }

    @Test(arguments: [
        ("", "time: invalid duration \"\""), ("s", "time: invalid duration \"s\""),
        ("5", "time: missing unit in duration \"5\""), ("5d", "time: unknown unit \"d\" in duration \"5d\""),
        ("-1", "time: missing unit in duration \"-1\""), ("1s2", "time: missing unit in duration \"1s2\""),
    ])
    func otherDurationsAreRefusedInGosWords(_ text: String, _ reason: String) {
        #expect(throws: KeepAlive.Fault(text: reason)) { try KeepAlive.duration(text) }
    }

    @Test(arguments: [
        ("{\"a\"", "unexpected EOF"), ("{a:1}", "invalid character 'a' looking for beginning of object key string"),
        ("{\"a\" 1}", "invalid character '1' after object key"),
        ("{\"a\":1 \"b\"}", "invalid character '\"' after object key:value pair"),
        ("[1 2]", "invalid character '2' after array element"),
        ("[1,]", "invalid character ']' looking for beginning of value"),
        ("tru", "unexpected EOF"), ("trux", "invalid character 'x' in literal true (expecting 'e')"),
        ("\"a\nb\"", "invalid character '\\n' in string literal"),
        ("\"\\q\"", "invalid character 'q' in string escape code"),
        ("-x", "invalid character 'x' in numeric literal"),
        ("1.x", "invalid character 'x' after decimal point in numeric literal"),
        ("'a'", "invalid character '\\'' looking for beginning of value"),
    ])
    func syntaxErrorsAreInGosWords(_ text: String, _ reason: String) {
        #expect(throws: JSONReader.Fault.syntax(reason)) { try JSONReader.read(text.utf8) }
    }

    @Test func valuesAreReadAndWritten() throws {
        let text = #"{"a":[1,-2.5,1e3,true,null],"é\u0041\ud83d\ude00":"x\n\"<&>"}"#
        let value = try JSONReader.read(text.utf8)
        #expect(value["a"]?.elements == [1, .number(-2.5), .number(1000), true, .null])
        #expect(value["éA😀"] == "x\n\"<&>")
        #expect(value.serialized == #"{"a":[1,-2.5,1000,true,null],"éA😀":"x\n\"\u003c\u0026\u003e"}"#)
        #expect(throws: JSONReader.Fault.empty) { try JSONReader.read(" \n".utf8) }
        #expect(try JSONReader.read("{} trailing".utf8) == .object([]))
    }

    @Test func digestsAreSHA256() {
        #expect(Digest.hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            Digest.hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
                == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    }
}
