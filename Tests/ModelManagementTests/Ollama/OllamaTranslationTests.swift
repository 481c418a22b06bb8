import Foundation
import PromptChainCore
import Testing

@testable import ModelManagement

@Suite struct OllamaTranslationTests {
    private let translation = OllamaTranslation(server: "box")
    private let now = Timestamp.parse("2026-11-24T06:57:00Z") ?? .distantPast

    @Test func aModelThatIsKeptForEverIsPinned() throws {
        let payload = try Capture("ollama/ps_two_loaded_one_forever").decode(OllamaPayload.Loaded.self)
        let models = translation.models(payload, now: now)
        #expect(models.map(\.name.canonical) == ["smol-a:latest", "smol-b:latest"])
        #expect(models.map(\.isPinned) == [false, true])
        #expect(models[0].expiresAt == Timestamp.parse("2026-11-24T07:01:43.946543903Z"))
        #expect(models[0].sizeBytes == 209_505_483)
        #expect(models[0].vramBytes == 0)
        #expect(models[0].cpuBytes == 209_505_483)
        #expect(models[0].contextLength == 4096)
        #expect(models[0].digest?.hasPrefix("f370f27a") == true)
        #expect(models[0].parameters["parameter_size"] == "134.52M")
    }

    @Test func theOrderIsByNameWhateverTheServerSends() throws {
        let payload = try Capture("ollama/ps_with_embed").decode(OllamaPayload.Loaded.self)
        #expect(payload.models.map(\.name) == ["smol-tools:latest", "smol-a:latest"])
        #expect(translation.models(payload, now: now).map(\.name.short) == ["smol-a", "smol-tools"])
    }

    @Test func whatAnOldServerLeavesOutIsUnknown() throws {
        let text =
            #"{"models":[{"name":"m:latest","size":10,"size_vram":10,"expires_at":"2024-06-04T14:38:31.83753-07:00"}]}"#
        let payload = try JSONDecoder().decode(OllamaPayload.Loaded.self, from: Data(text.utf8))
        let model = try #require(translation.models(payload, now: now).first)
        #expect(model.contextLength == nil)
        #expect(model.digest == nil)
        #expect(model.expiresAt == Timestamp.parse("2024-06-04T21:38:31.83753Z"))
        #expect(!model.isPinned)
    }

    @Test func theTruthAboutTheContextIsInTheListOfLoadedModels() throws {
        let payload = try Capture("ollama/ps_after_num_ctx_over_max").decode(OllamaPayload.Loaded.self)
        #expect(translation.models(payload, now: now).map(\.contextLength) == [8192])
    }

    @Test func listsWhatIsInstalled() throws {
        let payload = try Capture("ollama/tags_models").decode(OllamaPayload.Installed.self)
        let models = translation.library(payload)
        #expect(models.map(\.name.short) == models.map(\.name.short).sorted())
        let tools = try #require(models.first { $0.name == "smol-tools" })
        #expect(tools.sizeBytes == 98_363_304)
        #expect(tools.capabilities == ["completion", "tools"])
        #expect(tools.contextMaximum == 8192)
        #expect(tools.quantization == "Q4_1")
        #expect(tools.modifiedAt == Timestamp.parse("2026-11-24T06:58:10.054772318Z"))
        #expect(translation.library(try Capture("ollama/tags_empty").decode(OllamaPayload.Installed.self)).isEmpty)
        #expect(translation.library(OllamaPayload.Installed(models: nil)).isEmpty)
    }

    @Test func describesAModelByItsHeader() throws {
        let show = try Capture("ollama/show_existing").decode(OllamaPayload.Show.self)
        let description = translation.description("smol-a", show, listed: nil)
        #expect(description.model.contextMaximum == 8192)
        #expect(description.model.capabilities == ["completion"])
        #expect(description.defaultContext == nil)
        #expect(
            description.geometry
                == ModelGeometry(
                    architecture: "llama", layers: 30, embeddingLength: 576, keyValueHeads: [3], heads: [9],
                    keyLength: 64, valueLength: 64, vocabulary: 49_152))
        #expect(description.weights?.hasPrefix("dd301fa4996c") == true)
    }

    @Test func twoTagsOnTheSameWeightsAreKnownAsSuch() throws {
        let first = try Capture("ollama/show_existing").decode(OllamaPayload.Show.self)
        let second = try Capture("ollama/show_alias_params").decode(OllamaPayload.Show.self)
        #expect(first.weights == second.weights)
        #expect(second.contextSetting == 2048)
    }

    @Test(arguments: [
        #"{"model":"m","done":false,"message":{"role":"assistant","content":"wörd \n\u0041 \"x\""}}"#,
        #"{"done":false,"message":{"content":"","thinking":"hm"}}"#,
        #"{"done":false,"message":{"content":"a","thinking":null}}"#,
    ])
    func plainLinesOfAnAnswerAreReadAsTheDecoderReadsThem(line: String) throws {
        let slow = try JSONDecoder().decode(OllamaPayload.ChatLine.self, from: Data(line.utf8))
        let fast = try #require(OllamaPayload.ChatLine(plain: Data(line.utf8)))
        #expect(fast.message?.content == slow.message?.content && fast.message?.thinking == slow.message?.thinking)
        #expect(fast.done == slow.done && fast.error == nil && fast.message?.toolCalls == nil)
    }

    @Test(arguments: [
        #"{"done":true,"message":{"content":"a"}}"#, #"{"error":"no"}"#, #"{"done":false,"message":{"content":1}}"#,
        #"{"done":false,"message":{"content":"a","tool_calls":[]}}"#,
        #"{"done":false,"error":"x","message":{"content":"a"}}"#,
        #"{"done":false,"message":{"content":"a","thinking":1}}"#, #"{"done":false}"#, "{",
    ])
    func everyOtherLineIsLeftToTheDecoder(line: String) {
        #expect(OllamaPayload.ChatLine(plain: Data(line.utf8)) == nil)
    }

    @Test func whatAnAnswerTookIsInSeconds() throws {
        let last = try Capture("ollama/chat_stream").body.split(separator: "\n").last
        let line = try JSONDecoder().decode(OllamaPayload.ChatLine.self, from: Data(#require(last).utf8))
        let metrics = translation.metrics(line)
        #expect(metrics.reason == "length")
        #expect(metrics.loadSeconds == 0.539891254)
        #expect(metrics.promptSeconds == 0.130854)
        #expect(metrics.outputSeconds == 0.072454)
        #expect(metrics.promptTokens == 12)
        #expect(metrics.outputTokens == 6)
    }
}
