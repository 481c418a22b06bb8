import Foundation
import PromptChainCore
import Testing

/// The shapes of well-known models.
private enum Shape: String, CaseIterable {
    case llama8, mistral22, nemo12, qwen32, llama70, gemma27

    var geometry: ModelGeometry {
        switch self {
        case .llama8: Self.plain(32, 4096, heads: 32, kv: 8)
        case .mistral22: Self.plain(56, 6144, heads: 48, kv: 8)
        case .nemo12: Self.plain(40, 5120, heads: 32, kv: 8)
        case .qwen32: Self.plain(64, 5120, heads: 40, kv: 8)
        case .llama70: Self.plain(80, 8192, heads: 64, kv: 8)
        case .gemma27:
            ModelGeometry(
                architecture: "gemma3", layers: 62, embeddingLength: 5376, keyValueHeads: [16], heads: [32],
                keyLength: 128, valueLength: 128, slidingWindow: 1024,
                slidingLayers: (0..<62).map { $0 % 6 < 5 })
        }
    }

    private static func plain(_ layers: Int, _ embedding: Int, heads: Int, kv: Int) -> ModelGeometry {
        ModelGeometry(
            architecture: "llama", layers: layers, embeddingLength: embedding, keyValueHeads: [kv], heads: [heads],
            keyLength: 128, valueLength: 128, vocabulary: 128_256)
    }
}

private func gib(_ bytes: Int64) -> Double { (Double(bytes) / 1_073_741_824 * 100).rounded() / 100 }

@Suite struct FootprintEstimateTests {
    // GiB of the cache in 16 bits, worked out by hand from the layers and heads of the models.
    @Test(arguments: [
        (Shape.llama8, 4096, 0.5), (.llama8, 32_768, 4), (.llama8, 131_072, 16),
        (.mistral22, 4096, 0.88), (.mistral22, 32_768, 7),
        (.nemo12, 4096, 0.63), (.nemo12, 32_768, 5), (.nemo12, 131_072, 20),
        (.qwen32, 4096, 1), (.qwen32, 32_768, 8),
        (.llama70, 4096, 1.25), (.llama70, 32_768, 10), (.llama70, 131_072, 40),
        (.gemma27, 4096, 0.92), (.gemma27, 32_768, 3.11), (.gemma27, 131_072, 10.61),
    ])
    fileprivate func cache(shape: Shape, context: Int, expected: Double) {
        #expect(gib(shape.geometry.keyValueCacheBytes(context: context)) == expected)
    }

    // GiB of file and cache together, by the sizes of the files in GB.
    @Test(arguments: [
        (Shape.llama8, 4.92, 4096, 5.1), (.llama8, 4.92, 32_768, 8.6), (.llama8, 4.92, 131_072, 20.6),
        (.mistral22, 12.57, 4096, 12.6), (.mistral22, 12.57, 32_768, 18.7),
        (.nemo12, 7.07, 4096, 7.2), (.nemo12, 7.07, 32_768, 11.6), (.nemo12, 7.07, 131_072, 26.6),
        (.qwen32, 19.85, 4096, 19.5), (.qwen32, 19.85, 32_768, 26.5),
        (.llama70, 42.52, 4096, 40.8), (.llama70, 42.52, 32_768, 49.6), (.llama70, 42.52, 131_072, 79.6),
        (.gemma27, 17.4, 4096, 17.1), (.gemma27, 17.4, 32_768, 19.3), (.gemma27, 17.4, 131_072, 26.8),
    ])
    fileprivate func fileAndCache(shape: Shape, gigabytes: Double, context: Int, expected: Double) throws {
        let description = ModelDescription(
            model: InstalledModel(name: "m", server: "s", sizeBytes: Int64((gigabytes * 1e9).rounded())),
            geometry: shape.geometry)
        let estimate = try #require(FootprintEstimate(description, contextLength: context))
        #expect(ByteCount.gib(estimate.weightsBytes + estimate.cacheBytes) == ByteCount.fixed(expected, digits: 1))
    }

    // GiB of the cache by the type of its elements.
    @Test(arguments: [
        ("q8_0", Shape.llama8, 4096, 0.27), ("q8_0", .llama8, 32_768, 2.13), ("q8_0", .llama8, 131_072, 8.5),
        ("q8_0", .mistral22, 4096, 0.46), ("q8_0", .mistral22, 32_768, 3.72),
        ("q8_0", .nemo12, 4096, 0.33), ("q8_0", .nemo12, 32_768, 2.66), ("q8_0", .nemo12, 131_072, 10.63),
        ("q8_0", .qwen32, 4096, 0.53), ("q8_0", .qwen32, 32_768, 4.25),
        ("q8_0", .llama70, 4096, 0.66), ("q8_0", .llama70, 32_768, 5.31), ("q8_0", .llama70, 131_072, 21.25),
        ("q8_0", .gemma27, 4096, 0.49), ("q8_0", .gemma27, 32_768, 1.65), ("q8_0", .gemma27, 131_072, 5.64),
        ("F16", .llama8, 32_768, 4), ("bf16", .llama8, 32_768, 4), ("f32", .llama8, 32_768, 8),
        ("q5_1", .llama8, 32_768, 1.5), ("q5_0", .llama8, 32_768, 1.38), ("q4_1", .llama8, 32_768, 1.25),
        ("q4_0", .llama8, 32_768, 1.13), ("iq4_nl", .llama8, 32_768, 1.13), ("made_up", .llama8, 32_768, 4),
    ])
    fileprivate func cacheType(type: String, shape: Shape, context: Int, expected: Double) {
        let bytes = ServerSettings(cacheType: type).cacheElementBytes
        #expect(gib(shape.geometry.keyValueCacheBytes(context: context, elementBytes: bytes)) == expected)
    }

    // Every slot has a context of its own; a window is as wide for each of them.
    @Test func slotsMultiplyTheCache() {
        #expect(gib(Shape.llama8.geometry.keyValueCacheBytes(context: 8192, slots: 4)) == 4)
        let windows: Int64 = 52 * 16 * 256 * 2 * (1024 * 4 + 512)
        #expect(
            Shape.gemma27.geometry.keyValueCacheBytes(context: 32_768, slots: 4)
                == windows + 10 * 16 * 256 * 2 * 32_768 * 4)
        #expect(Shape.llama8.geometry.keyValueCacheBytes(context: 8192, slots: -3) == 1 << 30)
        var state = ModelGeometry(
            architecture: "mamba", layers: 2, keyValueHeads: [0], heads: [0], keyLength: 0, valueLength: 0,
            stateBytes: 1000)
        #expect(state.keyValueCacheBytes(context: 8192, slots: 3, elementBytes: 0.5) == 3000)
        #expect(state.slots(asked: 4) == 4)
        for architecture in ["lfm2moe", "qwen35moe", "qwen3next", "qwen3vlmoe", "nemotron_h_moe", "mllama"] {
            state.architecture = architecture
            #expect(state.slots(asked: 4) == 1)
        }
    }

    // gemma4: shorter rows where a window slides, and layers at the end that use the cache of others.
    @Test func slidingLayersMayHaveShorterRowsAndTheLastNone() {
        var shape = ModelGeometry(
            architecture: "gemma4", layers: 4, keyValueHeads: [2], heads: [8], keyLength: 512, valueLength: 512,
            slidingWindow: 512, slidingLayers: [true, true, false, true])
        shape.slidingRowLength = 512
        shape.sharingLayers = 1
        #expect(shape.keyValueCacheBytes(context: 8192) == 2 * 2 * (2 * 512 * 1024 + 1024 * 8192))
        shape.sharingLayers = 100
        #expect(shape.keyValueCacheBytes(context: 8192) == 0)
    }

    // GiB of the cache as Ollama's scheduler reckons it: no key lengths, no windows.
    @Test(arguments: [
        (Shape.llama8, 32_768, 4.0), (.nemo12, 4096, 0.78), (.nemo12, 32_768, 6.25), (.nemo12, 131_072, 25),
        (.gemma27, 4096, 2.54), (.gemma27, 32_768, 20.34), (.gemma27, 131_072, 81.38),
    ])
    fileprivate func prediction(shape: Shape, context: Int, expected: Double) {
        let batch: Int64 = context <= 4096 ? 0 : context <= 32_768 ? 805_306_368 : 2_147_483_648
        #expect(gib(shape.geometry.schedulerPrediction(fileBytes: 0, context: context) - batch) == expected)
    }

    @Test func computeBuffersAreThoseThatTheRunnerLogs() {
        // llama.cpp logs 258.5 MiB for llama3.1:8b with flash attention.
        #expect(Shape.llama8.geometry.computeBufferBytes(context: 4096) >> 20 == 258)
        #expect(Shape.gemma27.geometry.computeBufferBytes(context: 4096) > 0)
    }

    private func description(maximum: Int? = 131_072, size: Int64? = 4_920_000_000) -> ModelDescription {
        ModelDescription(
            model: InstalledModel(name: "llama3.1:8b", server: "s", sizeBytes: size, contextMaximum: maximum),
            geometry: Shape.llama8.geometry)
    }

    @Test func addsWeightsCacheAndBuffers() throws {
        let estimate = try #require(FootprintEstimate(description(), contextLength: 32_768))
        #expect(estimate.weightsBytes == 4_920_000_000)
        #expect(estimate.cacheBytes == 4 << 30)
        #expect(estimate.totalBytes == 4_920_000_000 + (4 << 30) + estimate.computeBytes)
        #expect(
            JSONText.line(estimate)
                == #"{"cache_bytes":4294967296,"compute_bytes":271056896,"context_length":32768,"#
                + #""total_bytes":9486024192,"weights_bytes":4920000000}"#)
    }

    @Test func theSettingsOfTheServerCount() throws {
        let settings = ServerSettings(parallelSlots: 4, cacheType: "q8_0")
        let estimate = try #require(FootprintEstimate(description(), contextLength: 8192, settings: settings))
        #expect(estimate.cacheBytes == (4 << 30) * 17 / 32)
        let plain = try #require(FootprintForecast.largestContext(description(), within: 10 << 30))
        let small = try #require(
            FootprintForecast.largestContext(
                description(), within: 10 << 30, settings: ServerSettings(cacheType: "q4_0")))
        #expect(small > 3 * plain)
        let slots = try #require(
            FootprintForecast.largestContext(
                description(), within: 10 << 30, settings: ServerSettings(parallelSlots: 2)))
        #expect(abs(slots - plain / 2) <= 256)
        #expect(
            Shape.llama8.geometry.schedulerPrediction(fileBytes: 0, context: 4096, slots: 4)
                == 4 * Shape.llama8.geometry.schedulerPrediction(fileBytes: 0, context: 4096))
    }

    @Test func nonsenseFromAServerNeverOverflows() throws {
        var huge = description(maximum: nil, size: .max)
        huge.geometry?.keyValueHeads = [.max]
        let settings = ServerSettings(parallelSlots: .max)
        let estimate = try #require(FootprintEstimate(huge, contextLength: .max, settings: settings))
        #expect(estimate.totalBytes == .max)
        #expect(FootprintForecast.largestContext(huge, within: 1 << 40) == nil)
        huge.model.contextMaximum = .max
        #expect(FootprintForecast.largestContext(huge, within: .max) == .max)
        #expect(FootprintForecast.largestContext(huge, within: 0) == nil)
        huge.model.contextMaximum = -5
        #expect(FootprintForecast.largestContext(huge, within: .max) == nil)
    }

    @Test func aDescriptionIsWrittenWithItsEstimates() throws {
        let value = try JSONDecoder().decode(JSONValue.self, from: Data(JSONText.line(description(maximum: 8192)).utf8))
        #expect(value["name"] == "llama3.1:8b")
        #expect(value["size_bytes"] == 4_920_000_000)
        #expect(value["geometry"]?["kv_heads"] == [8])
        #expect(value["geometry"]?["sliding_window"] == .null)
        #expect(value["default_context"] == .null)
        #expect(value["estimates"]?.arrayValue?.map { $0["context_length"] } == [2048, 4096, 8192])
    }

    @Test func whatIsNotKnownIsNotGuessed() {
        #expect(FootprintEstimate(description(size: nil), contextLength: 4096) == nil)
        #expect(FootprintEstimate(description(), contextLength: 0) == nil)
        let cloud = ModelDescription(
            model: InstalledModel(name: "big:cloud", server: "s", sizeBytes: 1), geometry: Shape.llama8.geometry)
        #expect(FootprintEstimate(cloud, contextLength: 4096) == nil)
    }

    @Test func aContextAboveTheMaximumIsCutDown() throws {
        #expect(
            try #require(FootprintEstimate(description(maximum: 8192), contextLength: 100_000)).contextLength == 8192)
    }

    @Test func findsTheLargestContextThatFits() throws {
        let context = try #require(FootprintForecast.largestContext(description(), within: 10 << 30))
        #expect(context % 256 == 0)
        #expect(try #require(FootprintEstimate(description(), contextLength: context)).totalBytes <= 10 << 30)
        #expect(try #require(FootprintEstimate(description(), contextLength: context + 256)).totalBytes > 10 << 30)
        #expect(FootprintForecast.largestContext(description(), within: 1 << 40) == 131_072)
        #expect(FootprintForecast.largestContext(description(), within: 1 << 30) == nil)
        #expect(FootprintForecast.largestContext(description(maximum: 100), within: 1 << 40) == 100)
    }

    @Test func keepsAMargin() {
        #expect(FootprintEstimate.margin(capacityBytes: 8 << 30) == 1 << 30)
        #expect(FootprintEstimate.margin(capacityBytes: 100 << 30) == 5 << 30)
    }

    @Test func contextsToChooseFromEndWithTheMaximum() {
        #expect(FootprintEstimate.usualContexts(maximum: 8192) == [2048, 4096, 8192])
        #expect(FootprintEstimate.usualContexts(maximum: 1000) == [1000])
        #expect(FootprintEstimate.usualContexts(maximum: 40_960) == [2048, 4096, 8192, 16_384, 32_768, 40_960])
    }
}
