import Testing

@testable import OllamaSimulator

/// The built-in models and catalogue files.
@Suite struct CatalogueTests {
    @Test func theStandardModelsHaveTrueSizes() {
        let sizes = [
            "mistral-small:22b": 12.57, "deepseek-r1:70b": 42.52, "llama3.1:8b": 4.92, "nomic-embed-text:latest": 0.274,
            "mistral-nemo:12b": 7.07, "qwen2.5:32b": 19.85, "gemma3:27b": 17.40, "phi4:14b": 9.05, "qwen3:8b": 5.23,
        ]
        for (name, gigabytes) in sizes {
            let model = SimulatedCatalogue.standard.model(named: ModelName(name))
            #expect(model != nil, "\(name)")
            #expect(abs(Double(model?.fileBytes ?? 0) / 1e9 - gigabytes) < 0.01, "\(name)")
            #expect(model?.isInstalled == true)
        }
        #expect(SimulatedCatalogue.standard.models.contains { !$0.isInstalled }, "something can be pulled")
    }

    /// Worked values in GiB of keys and values at 16 bits.
    @Test(arguments: [
        ("llama3.1:8b", 4096, 0.5), ("llama3.1:8b", 131_072, 16), ("mistral-small:22b", 32768, 7),
        ("mistral-nemo:12b", 4096, 0.625), ("deepseek-r1:70b", 32768, 10), ("qwen2.5:32b", 4096, 1),
        ("gemma3:27b", 4096, 0.92), ("gemma3:27b", 32768, 3.11),
    ])
    func theCacheHasItsWorkedSize(_ name: String, _ context: Int, _ expected: Double) {
        guard let model = SimulatedCatalogue.standard.model(named: ModelName(name)) else {
            Issue.record("\(name) is missing")
            return
        }
        let bytes = MemoryModel.cacheBytes(model, context: context, parallel: 1)
        #expect(abs(Double(bytes) / 1_073_741_824 - expected) < 0.02 * max(1, expected))
        let twice = MemoryModel.cacheBytes(model, context: context, parallel: 2)
        #expect(twice > bytes)
    }

    @Test func theServersPredictionIgnoresWindows() {
        guard let gemma = SimulatedCatalogue.standard.model(named: ModelName("gemma3:27b")) else { return }
        let predicted = MemoryModel.predictedBytes(gemma, context: 32768, parallel: 1, available: 0)
        #expect(abs(Double(predicted - gemma.fileBytes) / 1_073_741_824 - 20.34) < 0.3)
        let roomy = MemoryModel.predictedBytes(gemma, context: 32768, parallel: 1, available: 80 << 30)
        #expect(roomy - predicted == 768 << 20, "a larger batch")
    }

    @Test func layersThatDoNotFitStayBesideTheGPU() {
        guard let large = SimulatedCatalogue.standard.model(named: ModelName("deepseek-r1:70b")) else { return }
        let half = MemoryModel.place(large, context: 4096, parallel: 1, free: 24 << 30)
        #expect(half.vramBytes < half.sizeBytes)
        #expect((20 << 30...24 << 30).contains(half.vramBytes))
        #expect(MemoryModel.place(large, context: 4096, parallel: 1, free: 0).vramBytes == 0)
        let whole = MemoryModel.place(large, context: 4096, parallel: 1, free: 80 << 30)
        #expect(whole.vramBytes == whole.sizeBytes)
        #expect(MemoryModel.place(large, context: 4096, parallel: 1, free: 80 << 30, layers: 0).vramBytes == 0)
        let some = MemoryModel.place(large, context: 4096, parallel: 1, free: 80 << 30, layers: 40)
        #expect(some.vramBytes > 20 << 30 && some.vramBytes < 24 << 30)
    }

    @Test func aFileIsRead() throws {
        let catalogue = try SimulatedCatalogue(
            text: """
                {"models": [
                 {"name": "tiny", "size": "1.5GiB", "layers": 8, "embedding": 512, "heads": 8, "kv_heads": 2,
                  "context": 4096, "capabilities": ["completion", "tools"], "parameters": {"num_ctx": 1024, "stop": ["a", "b"]},
                  "installed": false, "system": "Be brief."},
                 {"name": "other:7b", "size": 4000000000, "layers": 32, "embedding": 4096, "heads": 32, "kv_heads": 8,
                  "context": 32768, "weights": "tiny:latest"}]}
                """)
        #expect(catalogue.models.map(\.name) == ["tiny:latest", "other:7b"])
        #expect(catalogue.models[0].fileBytes == 1_610_612_736)
        #expect(catalogue.models[0].geometry.headLength == 64)
        #expect(catalogue.models[0].parameters.map(\.value) == ["1024", "a", "b"])
        #expect(!catalogue.models[0].isInstalled)
        #expect(catalogue.models[1].weightsKey == "tiny:latest")
    }

    @Test func everyFaultOfAFileIsNamed() {
        let text = """
            {"models": [
             {"name": "a b", "size": "big", "layers": 0, "embedding": 512, "heads": 8, "kv_heads": 2},
             {"name": "fine", "size": "1GB", "layers": 8, "embedding": 512, "heads": 8, "kv_heads": 2, "context": 4096,
              "capabilities": ["flight"], "colour": "red", "defect": "old"},
             7]}
            """
        #expect {
            try SimulatedCatalogue(text: text)
        } throws: { error in
            let message = "\(error)"
            return [
                "\"a b\" is no model name", "\"size\" must look like", "\"layers\" must be", "\"context\" is required",
                "unknown capability \"flight\"", "unknown key \"colour\"", "\"defect\" must be", "models[2]",
            ].allSatisfy(message.contains)
        }
        for text in ["", "{", "{}", "[1]"] {
            #expect(throws: SimulatorError.self) { try SimulatedCatalogue(text: text) }
        }
    }
}
