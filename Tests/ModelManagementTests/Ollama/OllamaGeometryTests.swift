import PromptChainCore
import Testing

@testable import ModelManagement

@Suite struct OllamaGeometryTests {
    private func geometry(_ architecture: String, _ values: [String: JSONValue]) -> ModelGeometry? {
        var all: [String: JSONValue] = ["general.architecture": .string(architecture)]
        for (key, value) in values { all["\(architecture).\(key)"] = value }
        return OllamaPayload.ModelInfo(values: all).geometry
    }

    @Test func headsThatAreNotToldAreThoseOfTheQueries() throws {
        let shape = try #require(
            geometry("llama", ["block_count": 2, "embedding_length": 64, "attention.head_count": 4]))
        #expect(shape.keyValueHeads == [4])
        #expect(shape.keyLength == 16)
    }

    @Test func keyLengthsGoBeforeTheUsualOnes() throws {
        let shape = try #require(
            geometry(
                "llama",
                [
                    "block_count": 40, "embedding_length": 5120, "attention.head_count": 32,
                    "attention.head_count_kv": 8, "attention.key_length": 128, "attention.value_length": 128,
                ]))
        #expect(shape.keyLength == 128)
        #expect(shape.keyValueCacheBytes(context: 32_768) == 5 << 30)
    }

    @Test func gemma3SlidesInFiveOfSixLayers() throws {
        let shape = try #require(
            geometry(
                "gemma3",
                [
                    "block_count": 62, "embedding_length": 5376, "attention.head_count": 32,
                    "attention.head_count_kv": 16, "attention.key_length": 128, "attention.value_length": 128,
                    "attention.sliding_window": 1024,
                ]))
        #expect(shape.slidingLayers.prefix(7) == [true, true, true, true, true, false, true])
        #expect(shape.slidingLayers.count { !$0 } == 10)
    }

    @Test(arguments: ["gemma2", "gpt-oss", "gptoss"])
    func theseSlideInEverySecondLayer(architecture: String) throws {
        let shape = try #require(
            geometry(
                architecture,
                [
                    "block_count": 4, "embedding_length": 64, "attention.head_count": 4,
                    "attention.sliding_window": 128,
                ]))
        #expect(shape.slidingLayers == [true, false, true, false])
    }

    @Test func aWindowOfAnArchitectureThatIsNotKnownIsNotCounted() throws {
        let shape = try #require(
            geometry(
                "newone",
                [
                    "block_count": 2, "embedding_length": 64, "attention.head_count": 4,
                    "attention.sliding_window": 128,
                ]))
        #expect(shape.slidingLayers == [false, false])
    }

    @Test func aPatternThatIsToldGoesBeforeWhatIsKnown() throws {
        let shape = try #require(
            geometry(
                "gemma3",
                [
                    "block_count": 4, "embedding_length": 64, "attention.head_count": 4,
                    "attention.sliding_window": 128, "attention.sliding_window_pattern": [true, false, true, true],
                ]))
        #expect(shape.slidingLayers == [true, false, true, true])
    }

    @Test func headsMayDifferFromLayerToLayer() throws {
        let shape = try #require(
            geometry(
                "lfm2",
                [
                    "block_count": 3, "embedding_length": 64, "attention.head_count": 4,
                    "attention.head_count_kv": [0, 2, 0],
                ]))
        #expect(shape.keyValueCacheBytes(context: 100) == 2 * 32 * 100 * 2)
    }

    @Test func latentAttentionKeepsOneCompressedRow() throws {
        let shape = try #require(
            geometry(
                "deepseek2",
                [
                    "block_count": 27, "embedding_length": 2048, "attention.head_count": 16,
                    "attention.kv_lora_rank": 512, "rope.dimension_count": 64,
                ]))
        #expect(shape.keyValueCacheBytes(context: 1024) == 27 * 576 * 1024 * 2)
    }

    // As llama.cpp's converter writes deepseek2 since it knows latent attention.
    @Test func latentAttentionIsKnownByItsLengths() throws {
        let values: [String: JSONValue] = [
            "block_count": 61, "embedding_length": 7168, "attention.head_count": 128, "attention.head_count_kv": 1,
            "attention.kv_lora_rank": 512, "attention.key_length": 576, "attention.value_length": 512,
            "attention.key_length_mla": 192, "attention.value_length_mla": 128, "rope.dimension_count": 64,
        ]
        let shape = try #require(geometry("deepseek2", values))
        #expect(shape.keyValueCacheBytes(context: 1024) == 61 * 576 * 1024 * 2)
    }

    @Test func latentAttentionOfOldFilesIsExpanded() throws {
        let values: [String: JSONValue] = [
            "block_count": 61, "embedding_length": 7168, "attention.head_count": 128, "attention.head_count_kv": 128,
            "attention.kv_lora_rank": 512, "attention.key_length": 192, "attention.value_length": 128,
            "rope.dimension_count": 64,
        ]
        let shape = try #require(geometry("deepseek2", values))
        #expect(shape.keyValueCacheBytes(context: 1024) == 61 * 128 * 320 * 1024 * 2)
    }

    @Test func latentAttentionBesideLayersThatKeepAState() throws {
        let shape = try #require(
            geometry(
                "kimi-linear",
                [
                    "block_count": 4, "embedding_length": 64, "attention.head_count": 4,
                    "attention.head_count_kv": [0, 0, 0, 1], "attention.kv_lora_rank": 512,
                    "attention.key_length_mla": 192, "rope.dimension_count": 64,
                ]))
        #expect(shape.keyValueCacheBytes(context: 1024) == 576 * 1024 * 2)
    }

    @Test func slidingLayersMayHaveLengthsOfTheirOwn() throws {
        let shape = try #require(
            geometry(
                "gemma4",
                [
                    "block_count": 4, "embedding_length": 64, "attention.head_count": 8,
                    "attention.head_count_kv": [4, 4, 2, 4], "attention.key_length": 512,
                    "attention.value_length": 512, "attention.key_length_swa": 256,
                    "attention.value_length_swa": 256, "attention.sliding_window": 512,
                    "attention.sliding_window_pattern": [true, true, false, true],
                    "attention.shared_kv_layers": 1,
                ]))
        #expect(shape.keyValueCacheBytes(context: 8192) == (2 * 4 * 512 * 1024 + 2 * 1024 * 8192) * 2)
        #expect(shape.sharingLayers == 1)
    }

    @Test func recurrentLayersKeepAStateOfFixedSize() throws {
        let shape = try #require(
            geometry(
                "mamba",
                [
                    "block_count": 2, "embedding_length": 64, "attention.head_count": 0,
                    "attention.head_count_kv": 0, "ssm.inner_size": 128, "ssm.state_size": 16, "ssm.conv_kernel": 4,
                ]))
        #expect(shape.keyValueCacheBytes(context: 10) == (3 * 128 + 16 * 128) * 4 * 2)
        #expect(shape.keyValueCacheBytes(context: 10) == shape.keyValueCacheBytes(context: 100_000))
    }

    @Test func aListThatWasLeftOutIsNoticed() {
        func info(_ value: JSONValue) -> OllamaPayload.ModelInfo {
            OllamaPayload.ModelInfo(
                values: ["general.architecture": "lfm2", "lfm2.attention.head_count_kv": value])
        }
        #expect(info(nil).lacksLists)
        #expect(info([]).lacksLists)
        #expect(!info(8).lacksLists)
    }

    // Long answers are asked for only where they say something.
    @Test func aPatternWithoutAWindowIsNotMissed() {
        func info(_ window: JSONValue?) -> OllamaPayload.ModelInfo {
            var values: [String: JSONValue] = [
                "general.architecture": "qwen3", "qwen3.attention.head_count_kv": 8,
                "qwen3.attention.sliding_window_pattern": .null,
            ]
            values["qwen3.attention.sliding_window"] = window
            return OllamaPayload.ModelInfo(values: values)
        }
        #expect(!info(nil).lacksLists)
        #expect(!info(0).lacksLists)
        #expect(info(1024).lacksLists)
    }

    @Test(arguments: [0, -3])
    func aPeriodThatIsNoneIsLeftOut(period: Int) throws {
        let shape = try #require(
            geometry(
                "gemma3",
                [
                    "block_count": 6, "embedding_length": 64, "attention.head_count": 4,
                    "attention.sliding_window": 128, "attention.sliding_window_pattern": .integer(Int64(period)),
                    "attention.shared_kv_layers": .integer(Int64(period)),
                ]))
        #expect(shape.slidingLayers == [true, true, true, true, true, false])
        #expect(shape.sharingLayers == 0)
    }

    @Test func nonsenseIsNoShapeAndNeverATrap() {
        #expect(geometry("llama", [:]) == nil)
        #expect(geometry("llama", ["block_count": -3]) == nil)
        let huge: JSONValue = 1_000_000_000_000
        let shape = geometry(
            "llama",
            [
                "block_count": 10_000, "embedding_length": huge, "attention.head_count": 1,
                "attention.head_count_kv": huge, "attention.key_length": huge, "ssm.inner_size": huge,
                "ssm.state_size": huge, "ssm.conv_kernel": huge, "ssm.group_count": huge,
            ])
        #expect((shape?.keyValueCacheBytes(context: Int.max / 2) ?? 0) > 0)
    }
}
