import Testing

@testable import ChainEngine

@Suite struct PromptTemplateTests {
    private func render(_ text: String) -> String {
        PromptTemplate(text).render(input: "IN", initial: "FIRST", steps: ["A b": "OUT", "x.y": "DOT"])
    }

    @Test(arguments: [
        ("one {input}", "one IN"),
        ("{input}{input} {initial}", "ININ FIRST"),
        ("{steps.A b}: {steps.x.y}", "OUT: DOT"),
        ("{{input}}", "{IN}"),
        (#"{"a": {input}, "b": {}}"#, #"{"a": IN, "b": {}}"#),
        ("{input", "{input"),
        ("input}", "input}"),
        ("{in\nput}", "{in\nput}"),
        ("{steps.}", "{steps.}"),
        ("{steps.unknown}", "{steps.unknown}"),
        ("{Input} {other}", "{Input} {other}"),
        ("", ""),
    ])
    func placeholders(text: String, expected: String) {
        #expect(render(text) == expected)
    }

    @Test func textThatWasPutInIsNotExpanded() {
        let prompt = PromptTemplate("{input} {initial} {steps.A}").render(
            input: "{initial}", initial: "{steps.A}", steps: ["A": "{input}"])
        #expect(prompt == "{initial} {steps.A} {input}")
    }

    @Test(arguments: ["{inout}", "{Input}", "{ input }", "{INITIAL}", "{intial}", "{steps.Quik}", "{Steps.Quick}"])
    func slipsAreFound(text: String) {
        #expect(PromptTemplate(text).suspects(earlier: ["Quick"], later: []).map(\.text) == [text])
    }

    @Test(arguments: [
        "{input}", "{initial}", "{steps.Quick}", "{}", "{x}", "{name}", "{int}", "{0}", #"{"input": 1}"#, "{a, b}",
        "{user_name}", "{{input}}",
    ])
    func literalsAreNot(text: String) {
        #expect(PromptTemplate(text).suspects(earlier: ["Quick"], later: []) == [])
    }

    @Test func equalSlipsAreCounted() {
        let suspects = PromptTemplate("{Input} {imput} {Input}").suspects(earlier: [], later: [])
        #expect(suspects.map(\.occurrence) == [0, 0, 1])
    }

    @Test func whatUsesEarlierText() {
        #expect(PromptTemplate("a {initial}").usesEarlierText)
        #expect(!PromptTemplate("a {inital}").usesEarlierText)
    }
}
