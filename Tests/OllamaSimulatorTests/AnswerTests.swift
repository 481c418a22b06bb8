import Testing

@testable import OllamaSimulator

/// What the simulated models write.
@Suite struct AnswerTests {
    private static let models = SimulatedCatalogue.standard.models

    private func answer(
        _ prompt: String, model: Int = 0, seed: Int64? = nil, thinks: Bool = false, format: JSONValue? = nil,
        tools: [JSONValue] = [], stops: [String] = [], limit: Int? = nil
    ) -> AnswerComposer.Answer {
        AnswerComposer.answer(
            .init(
                model: Self.models[model], prompt: prompt, seed: seed, thinks: thinks, format: format, tools: tools,
                stops: stops, limit: limit))
    }

    @Test func theSameQuestionHasTheSameAnswer() {
        let first = answer("How do tides work?")
        #expect(first == answer("How do tides work?"))
        #expect(first != answer("How do tides work?", seed: 7))
        #expect(first != answer("How do tides work?", model: 1))
    }

    @Test(arguments: [
        "Why is the sky blue?", "Analyse briefly: the causes of the French Revolution", "List three uses of copper.",
        "How does a heat pump work?", "Tell me a story about a fox.", "x", "Summarize: the text {input} is short",
    ])
    func itIsAParagraphAboutThePrompt(_ prompt: String) {
        let answer = answer(prompt)
        #expect((40...340).contains(answer.content.count), "\(answer.content.count)")
        #expect(answer.doneReason == "stop")
        let text = answer.content.joined()
        #expect(!text.contains("{a}") && !text.contains("{q}"))
        let word = PromptTopic(prompt).keywords[0]
        #expect(text.lowercased().contains(word.lowercased()))
    }

    @Test func thoughtsComeInTheirOwnPart() {
        let answer = answer("How does a heat pump work?", thinks: true)
        #expect((80...200).contains(answer.thinking.count), "\(answer.thinking.count)")
        #expect(!answer.content.isEmpty)
    }

    @Test func aLimitCutsThoughtsAndText() {
        let short = answer("How does a heat pump work?", thinks: true, limit: 30)
        #expect(short.thinking.count == 30)
        #expect(short.content.isEmpty)
        #expect(short.doneReason == "length")
        #expect(answer("hi", limit: 3).content.count == 3)
        #expect(answer("Write a long story.", limit: 2000).content.count == 2000)
        #expect(answer("hi", limit: 100_000).doneReason == "stop")
    }

    @Test func aStopEndsTheText() {
        let whole = answer("Why is the sky blue?").content.joined()
        let stopped = answer("Why is the sky blue?", stops: ["Rayleigh", "Violet"]).content.joined()
        #expect(whole.hasPrefix(stopped))
        #expect(!stopped.contains("Violet"))
        #expect(stopped.count > 100)
    }

    @Test func aFormatIsObeyed() throws {
        let free = try JSONReader.read(answer("Why is the sky blue?", format: "json").content.joined().utf8)
        #expect(free["topic"] == "Why is the sky blue")
        let schema = try JSONReader.read(
            """
            {"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"},
             "tags":{"type":"array","items":{"type":"string"}},"mood":{"enum":["glad","sad"]},
             "inner":{"type":"object","properties":{"ok":{"type":"boolean"}}}}}
            """.utf8)
        let value = try JSONReader.read(
            answer("How old is Ada? She is 36.", format: schema).content.joined().utf8)
        #expect(value["name"] == "Ada")
        #expect(value["age"] == 36)
        #expect(value["mood"] == "glad")
        #expect(value["inner"]?["ok"] == true)
        #expect(value["tags"]?.elements?.isEmpty == false)
    }

    @Test func toolsAreCalledWithWordsOfThePrompt() throws {
        let tool = try JSONReader.read(
            """
            {"type":"function","function":{"name":"search","parameters":{"type":"object","properties":
             {"query":{"type":"string"},"limit":{"type":"integer"}},"required":["query"]}}}
            """.utf8)
        let call = answer("Find papers about Mars", tools: [tool]).call
        #expect(call?.name == "search")
        #expect(call?.arguments["query"] == "Find papers about Mars")
        #expect(call?.arguments["limit"] == 3)
        #expect(call?.id.hasPrefix("call_") == true)
    }

    /// The tool whose name stands in the prompt, also without what stands before it; else the first.
    @Test(arguments: [
        ("Use mcp_docs_list_texts now", "mcp_docs_list_texts"), ("Use list_texts now", "mcp_docs_list_texts"),
        ("search for Mars", "mcp_docs_search"), ("Anything", "mcp_docs_read"),
        ("texts and more", "mcp_docs_list_texts"),
    ])
    func theNamedToolIsCalled(prompt: String, name: String) throws {
        let tools = try ["read", "search", "list_texts"].map {
            try JSONReader.read(#"{"type":"function","function":{"name":"mcp_docs_\#($0)"}}"#.utf8)
        }
        #expect(answer(prompt, tools: tools).call?.name == name)
    }

    @Test(arguments: [
        ("one\n\n two", "The tool has found this: one two"), ("Error: it broke", "The tool failed: Error: it broke"),
        ("", "The tool has found nothing about Find papers."),
    ])
    func whatTheToolSaidIsTheAnswer(said: String, text: String) {
        let found = AnswerComposer.answer(
            AnswerComposer.Request(
                model: Self.models[0], prompt: "Find papers", thinks: false, tools: [], toolAnswer: said,
                stops: []))
        #expect(found.content.joined() == text)
        #expect(found.call == nil)
    }

    @Test func piecesJoinToTheText() {
        let text = "Incomprehensibilities,  naïve – 日本語\n\n42.5 (x)!"
        #expect(WordPieces.split(text).joined() == text)
        #expect(WordPieces.count("The quick brown fox jumps") == 5)
    }

    @Test func embeddingsAreUnitVectorsAndAlikeForLikeTexts() {
        let model = Self.models.first { $0.name == "nomic-embed-text:latest" } ?? Self.models[0]
        func dot(_ left: [Float], _ right: [Float]) -> Float { zip(left, right).reduce(0) { $0 + $1.0 * $1.1 } }
        let cat = EmbeddingComposer.vector("the cat sat on the mat", model: model)
        let cats = EmbeddingComposer.vector("a cat on the mat", model: model)
        let tax = EmbeddingComposer.vector("annual income declaration form", model: model)
        #expect(cat.count == 768)
        #expect(abs(dot(cat, cat) - 1) < 0.001)
        #expect(dot(cat, cats) > dot(cat, tax))
        #expect(EmbeddingComposer.vector("cat", model: model, dimensions: 64).count == 64)
    }

    @Test func theSpeedFollowsFromTheSize() {
        func rate(_ name: String, _ share: Double = 1) -> Double {
            let model = Self.models.first { $0.name == name } ?? Self.models[0]
            return 1 / GenerationPace(model: model, gpuShare: share).perToken
        }
        #expect((85...100).contains(rate("llama3.1:8b")))
        #expect((38...45).contains(rate("mistral-small:22b")))
        #expect((12...15).contains(rate("deepseek-r1:70b")))
        #expect(rate("deepseek-r1:70b", 0.55) < 3, "what lies beside the GPU slows it down")
    }
}
