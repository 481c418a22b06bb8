import ModelManagement
import PromptChainCore
import Testing

@Suite struct YAMLDocumentTests {
    private func faults(_ text: String, _ read: (YAMLValue) -> Void = { _ in }) -> [String] {
        let collector = FaultCollector(file: "f")
        if let value = YAMLDocument.parse(text, faults: collector) { read(value) }
        return collector.faults.map(\.description)
    }

    @Test func textIsReadAsItWasWritten() throws {
        let collector = FaultCollector(file: "f")
        let mapping = try #require(
            YAMLDocument.parse("a: on\nb: 22:30\nc: 007\nd: 'x'\ne: ~\nf:\n", faults: collector)?.mapping())
        #expect(["a", "b", "c", "d"].map { mapping[$0]?.text() } == ["on", "22:30", "007", "x"])
        #expect(mapping["e"] == nil)
        #expect(mapping["f"] == nil)
        #expect(collector.faults.isEmpty)
    }

    @Test func aKeyThatStandsTwiceHasThePlaceOfTheSecond() {
        let text = "name: a\nsteps:\n  - model: x\n    instruction: y\n    model: z\n"
        #expect(faults(text) == ["f:5:5: error: “model” stands here a second time\n    Remove one of them."])
        #expect(
            faults("a: 1\nb: {a: 1}\na: 2\n") == [
                "f:3:1: error: “a” stands here a second time\n    Remove one of them."
            ])
    }

    @Test func bracesWithoutQuotesGetTheHint() {
        let hint = "\n    Braces begin a mapping in YAML: put the text in quotes, as in \"{input}\"."
        #expect(
            faults("instruction: {input}\n") { _ = $0.mapping()?["instruction"]?.text() }
                == ["f:1:14: error: “instruction” must be text, and is a mapping" + hint])
        let syntax = faults("name: x\ninstruction: {input} please\nmodel: y\n")
        #expect(syntax.count == 1)
        #expect(syntax[0].hasPrefix("f:2:"))
        #expect(syntax[0].hasSuffix(hint))
    }

    @Test(arguments: ["- name: {input} please\n", "- {input} please\n", "my-key: {input} please\nb: c\n"])
    func bracesGetTheHintAlsoAfterADash(text: String) {
        #expect(faults(text).first?.hasSuffix("put the text in quotes, as in \"{input}\".") == true, "\(faults(text))")
    }

    @Test func bracesInPlaceOfANumberGetTheHint() {
        let found = faults("a: {input}\n") { _ = $0.mapping()?["a"]?.seconds() }
        #expect(found.first?.hasSuffix("put the text in quotes, as in \"{input}\".") == true)
    }

    @Test(arguments: ["a:\n\t- b: c\n", "a:\n  -\tb: c\n  -\td: [\n", "\ta: b: c\n"])
    func tabsGetTheirHintAlsoAroundADash(text: String) {
        #expect(faults(text).first?.hasSuffix("Indent with blanks, not with tabs.") == true, "\(faults(text))")
    }

    @Test func entriesOfListsAreCountedFromOne() {
        let found = faults("steps: [{params: {n: x}}]\nargs: [[a]]\nwc: [[b]]\n") { value in
            let mapping = value.mapping()
            _ = mapping?["steps"]?.list()?[0].mapping()?["params"]?.mapping()?["n"]?.number()
            _ = mapping?["args"]?.list()?[0].text()
            _ = mapping?["wc"]?.list()?[0].text()
        }
        #expect(
            found == [
                "f:1:22: error: “step 1, params.n” must be a number, and is “x”",
                "f:2:8: error: “arg 1” must be text, and is a list",
                "f:3:6: error: “wc, entry 1” must be text, and is a list",
            ])
    }

    @Test func aDollarBeforeAVariableKeepsIt() throws {
        let collector = FaultCollector(file: "f", environment: ["A": "1"])
        let mapping = try #require(YAMLDocument.parse("a: $${A} ${A} $$${B}\n", faults: collector)?.mapping())
        #expect(mapping["a"]?.text() == "${A} 1 $${B}")
        #expect(collector.faults.isEmpty)
    }

    @Test(arguments: [
        ("a: [1, 2\nb: 3\n", "f:2:"), ("a: b: c\n", "f:1:"), ("a: \"x\n", "f:"), ("\ta: 1\n", "f:1:"),
        ("a: *nowhere\n", "f:1:"), ("a: @x\n", "f:1:"),
    ])
    func whatIsNoYAMLHasAPlace(text: String, place: String) {
        let found = faults(text)
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix(place) == true)
        #expect(found.first?.contains("this is no YAML") == true)
    }

    @Test(arguments: [
        String(repeating: "[", count: 200_000), String(repeating: "- ", count: 200_000),
        (0..<500).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
    ])
    func nestingWithoutEndIsAFault(text: String) {
        #expect(faults(text).first?.contains("nested more than 100 levels deep") == true)
    }

    @Test func wrongKindsOfValuesAreTold() {
        let found = faults("a: x\nb: [1]\nc: {d: 1}\n") { value in
            let mapping = value.mapping()
            _ = mapping?["a"]?.list()
            _ = mapping?["a"]?.integer()
            _ = mapping?["b"]?.mapping()
            _ = mapping?["c"]?.number()
            _ = mapping?.required("z")
        }
        #expect(
            found == [
                "f:1:1: error: the file has no “z”",
                "f:1:4: error: “a” must be a list, and is “x”\n    Write it as [a, b], or one a line behind “- ”.",
                "f:1:4: error: “a” must be a whole number, and is “x”",
                "f:2:4: error: “b” must be a mapping, and is a list\n    Write it as {key: value}, or one “key: value” a line.",
                "f:3:4: error: “c” must be a number, and is a mapping",
            ])
    }

    @Test func variablesAreReplacedOnlyWhereTheyAreMeant() throws {
        let collector = FaultCollector(file: "f", environment: ["A": "1", "HOME": "/h"])
        let mapping = try #require(
            YAMLDocument.parse("a: x${A}y${A}\nb: $A {A} ${a-b} ${\n", faults: collector)?.mapping())
        #expect(mapping["a"]?.text() == "x1y1")
        #expect(mapping["a"]?.rawText() == "x${A}y${A}")
        #expect(mapping["b"]?.text() == "$A {A} ${a-b} ${")
        #expect(collector.faults.isEmpty)
    }

    @Test func becomesJSON() throws {
        let collector = FaultCollector(file: "f")
        let value = try #require(
            YAMLDocument.parse(
                "t: 0.2\nn: 5\nb: true\ns: '5'\nz: null\nl: [a, 1e3, -2]\nm: {k: v}\nv: 1.2.3\non: on\n",
                faults: collector))
        #expect(
            value.json() == [
                "t": 0.2, "n": 5, "b": true, "s": "5", "z": nil, "l": ["a", 1000.0, -2], "m": ["k": "v"],
                "v": "1.2.3", "on": "on",
            ])
    }
}
