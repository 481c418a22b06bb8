import Foundation
import PromptChainCore
import Testing

@Suite struct ModelNameTests {
    @Test(arguments: [
        ("mistral", "mistral:latest"), ("mistral:22b", "mistral:22b"), ("ollama/mistral", "mistral:latest"),
        ("library/smol-a", "smol-a:latest"), ("registry.ollama.ai/library/smol-a:latest", "smol-a:latest"),
        ("https://registry.ollama.ai/library/smol-a", "smol-a:latest"), ("user/model", "user/model:latest"),
        ("hf.co/bartowski/Model-GGUF:Q4_K_M", "hf.co/bartowski/Model-GGUF:Q4_K_M"), ("  a  ", "a:latest"),
        ("localhost:5000/a", "localhost:5000/a:latest"), ("", ""), ("ollama/", "ollama/:latest"),
    ])
    func hasOneSpelling(text: String, canonical: String) {
        #expect(ModelName(text).canonical == canonical)
    }

    @Test func spellingsOfOneModelAreEqual() {
        #expect(ModelName("SMOL-A") == ModelName("library/smol-a:Latest"))
        #expect(Set([ModelName("Mistral"), "mistral:latest", "ollama/mistral"]).count == 1)
        #expect(ModelName("mistral:22b") != "mistral")
    }

    @Test func onlyOllamaHasTags() {
        #expect(ModelName("llamacpp/first").canonical == "first")
        #expect(ModelName("org/model", on: .vllm).canonical == "org/model")
        #expect(ModelName("llamacpp/first") == ModelName("first") && ModelName("first", on: .llamaCpp) == "first")
        #expect(Set([ModelName("llamacpp/first"), ModelName("first")]).count == 1)
    }

    @Test func theProviderStandsOnlyInFront() {
        #expect(ModelName("ollama/mistral").provider == .ollama)
        #expect(ModelName("llama.cpp/m").provider == .llamaCpp)
        #expect(ModelName("me/ollama/m").provider == nil)
        #expect(ModelName("ollama/mistral").text == "mistral")
        #expect(ModelName("mistral").short == "mistral")
        #expect(ModelName("mistral:22b").short == "mistral:22b")
    }

    @Test(arguments: [
        ("gpt-oss:120b-cloud", true), ("glm:cloud", true), ("cloud", false), ("cloudy:7b", false),
        ("my-cloud", false),
    ])
    func knowsTheCloud(text: String, expected: Bool) {
        #expect(ModelName(text).isCloud == expected)
    }

    @Test func isTextInJSON() throws {
        #expect(JSONText.line([ModelName("ollama/mistral")]) == #"["mistral"]"#)
        #expect(try JSONDecoder().decode([ModelName].self, from: Data(#"["m"]"#.utf8)) == ["m:latest"])
    }
}
