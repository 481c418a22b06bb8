import PromptChainCore
import Testing

@testable import ChainEngine

@Suite struct ToolPartTests {
    @Test func namesAreCleanShortAndDistinct() {
        var names = ToolNames()
        #expect(names.add(server: "docs", tool: "search") == "mcp_docs_search")
        #expect(names.add(server: "my docs", tool: "search.all") == "mcp_my_docs_search_all")
        #expect(names.add(server: "a_b", tool: "c") == "mcp_a_b_c")
        let twin = names.add(server: "a", tool: "b_c")
        #expect(twin.hasPrefix("mcp_a_b_c_") && twin.count == 18)
        let long = names.add(server: "s", tool: String(repeating: "x", count: 90))
        #expect(long.count == 64)
        let other = names.add(server: "s", tool: String(repeating: "x", count: 91))
        #expect(other.count == 64 && other != long)
        #expect(names.names.allSatisfy(ToolNames.isUsable))
        var again = ToolNames()
        #expect(again.add(server: "s", tool: String(repeating: "x", count: 90)) == long)
    }

    @Test(arguments: [
        (#"{"jsonrpc":"2.0","id":1,"result":{}}"#, [RPCMessage.result(id: 1, [:])]),
        (#"{"id":"1","error":{"code":-1,"message":"no"}}"#, [.failure(id: "1", RPCError(code: -1, message: "no"))]),
        (#"{"id":null,"error":"odd"}"#, [.failure(id: nil, RPCError(code: 0, message: "odd"))]),
        (#"{"method":"ping","id":7}"#, [.request(id: 7, method: "ping", params: nil)]),
        (
            #"[{"method":"a","params":[1]},{"x":1},3]"#,
            [.notification(method: "a", params: [1])]
        ),
        ("{", []), ("", []), ("null", []), (#"{"id":1}"#, []),
    ])
    func messagesAreRead(text: String, messages: [RPCMessage]) {
        #expect(RPCMessage.read(text) == messages)
    }

    @Test func answersBelongToTheirNumbers() {
        #expect(RPCMessage.result(id: 3, [:]).answers(3))
        #expect(RPCMessage.result(id: "3", [:]).answers(3))
        #expect(!RPCMessage.result(id: 4, [:]).answers(3))
        #expect(!RPCMessage.failure(id: nil, RPCError(code: 0, message: "")).answers(3))
        #expect(!RPCMessage.request(id: 3, method: "ping", params: nil).answers(3))
    }

    @Test(arguments: [
        ("plain", "plain"), ("${A}", "1"), ("x${A}y${B}", "x1y2"), ("$${A}", "${A}"), ("${}", "${}"),
        ("${a b}", "${a b}"),
        ("${A", "${A"), ("$A", "$A"), ("${A}$${B}${B}", "1${B}2"),
    ])
    func variablesAreFilledIn(text: String, expected: String) throws {
        #expect(try VariableText.expand(text, ["A": "1", "B": "2"], server: "s") == expected)
    }

    @Test func aVariableThatIsNotThereIsNamed() {
        #expect(
            throws: ToolFault(
                .unavailable, "the tool server “s” needs the variable TOKEN, and the environment has none",
                hint: "Set it: export TOKEN=…")
        ) { try VariableText.expand("Bearer ${TOKEN}", [:], server: "s") }
        #expect(VariableText.names(in: "${A} $${B} ${C}") == ["A", "C"])
    }

    @Test func resultsBecomeText() {
        #expect(ToolAnswer(result: ["content": []]) == ToolAnswer(text: "(no output)"))
        #expect(ToolAnswer(result: [:]) == ToolAnswer(text: "(no output)"))
        #expect(
            ToolAnswer(result: [
                "content": [
                    ["type": "text", "text": "a"], ["type": "resource", "resource": ["uri": "f", "text": "b"]],
                    ["type": "resource", "resource": ["uri": "f", "blob": "x"]], ["type": "new", "x": 1],
                ]
            ]).text == "a\n\nb\n\n[resource f]\n\n{\"type\":\"new\",\"x\":1}")
        let result: JSONValue = [
            "content": [
                ["type": "image", "mimeType": "image/png", "data": "iVBORw=="],
                ["type": "audio", "mimeType": "audio/wav", "data": "AAAA"],
                ["type": "resource", "resource": ["uri": "f", "mimeType": "image/jpeg", "blob": "/9j/"]],
            ]
        ]
        #expect(
            ToolAnswer(result: result)
                == ToolAnswer(
                    text: "[image, image/png, 4 bytes]\n\n[audio, audio/wav, 3 bytes]\n\n[image, image/jpeg, 3 bytes]",
                    pictures: [
                        ToolPicture(kind: "image/png", text: "iVBORw=="), ToolPicture(kind: "image/jpeg", text: "/9j/"),
                    ]))
        #expect(ToolAnswer(text: "äöü").cut(to: 2).text == "äö\n[cut: the first 2 of 3 characters]")
        #expect(ToolAnswer(text: "äöü").cut(to: 3).text == "äöü")
    }

    @Test(arguments: [
        ("iVBORw==", "iVBORw=="), ("iVBO\r\nRw==\n", "iVBORw=="), ("/9j/4AAQ", "/9j/4AAQ"), ("UklGRgAA", "UklGRgAA"),
    ])
    func picturesAreCleanText(text: String, clean: String) throws {
        #expect(try ToolPicture(kind: "image/png", text: text).readable() == clean)
    }

    @Test(arguments: [
        ("", "its data cannot be read"), ("?", "its data cannot be read"),
        ("PHN2Zz4=", "image/x is not PNG, JPEG or WebP"),
        (String(repeating: "iVBORw0K", count: 1_500_000), "larger than 8 MiB"),
    ])
    func picturesThatNoModelReads(text: String, reason: String) {
        let flaw = #expect(throws: ToolPicture.Flaw.self) { try ToolPicture(kind: "image/x", text: text).readable() }
        #expect(flaw?.description == reason)
    }

    @Test func argumentsAreRepeatedInHeaders() {
        let schema: JSONValue = [
            "properties": [
                "region": ["type": "string", "x-mcp-header": "Region"], "plain": ["type": "string"],
                "deep": ["properties": ["flag": ["type": "boolean", "x-mcp-header": "Flag"]]],
                "odd": ["type": "string", "x-mcp-header": "not a token"],
                "count": ["type": "integer", "x-mcp-header": "Count"],
            ]
        ]
        #expect(
            MCPHeaders.parameters(
                schema, ["region": "eu", "plain": "x", "deep": ["flag": true], "odd": "y", "count": nil])
                == ["Mcp-Param-Region": "eu", "Mcp-Param-Flag": "true"])
        #expect(MCPHeaders.encoded("Grüße") == "=?base64?R3LDvMOfZQ==?=")
        #expect(MCPHeaders.encoded(" a") == "=?base64?IGE=?=")
        #expect(MCPHeaders.encoded("a b") == "a b")
    }

    @Test func aFloodIsCountedNotWritten() {
        var limit = LogLimit()
        let start = ContinuousClock.now
        let written = (0..<1000).flatMap { limit.take("line \($0)", at: start) }
        #expect(written.count == 50)
        #expect(limit.take("late", at: start + .seconds(1)) == ["(950 lines left out)", "late"])
        #expect(limit.take("later", at: start + .seconds(1)) == ["later"])
    }

    @Test func scopesNameServersAndTools() async throws {
        let add = ToolFunction("add", "Adds.") { _ in "3" }
        let sub = ToolFunction("subtract", "Subtracts.") { _ in "1" }
        let box = ToolBox(servers: [], functions: [add, sub])
        try await box.start()
        #expect(try await box.entries(for: nil).map(\.tool) == ["add", "subtract"])
        #expect(try await box.entries(for: []).isEmpty)
        #expect(try await box.entries(for: ["subtract"]).map(\.tool) == ["subtract"])
        await #expect(
            throws: ToolFault(
                .unknown, "there is no tool and no tool server “substract”", hint: "Did you mean “subtract”?")
        ) { try await box.entries(for: ["substract"]) }
        await #expect(
            throws: ToolFault(.unknown, "there is no tool and no tool server “x”", hint: "There are add, subtract.")
        ) { try await box.entries(for: ["x"]) }
    }

    @Test(arguments: ["", "mcp_x", "has blank", "ä", String(repeating: "x", count: 65)])
    func functionsHaveUsableNames(name: String) async {
        let box = ToolBox(servers: [], functions: [ToolFunction(name, "") { _ in "" }])
        let fault = await #expect(throws: ToolFault.self) { try await box.start() }
        #expect(fault?.sentence == "a tool cannot be called “\(name)”")
    }
}
