import PromptChainCore
import Testing

@testable import ModelManagement

@Suite struct VisibleGPUsTests {
    private let cards = [
        GPUReading(index: 0, name: "RTX 4090", totalBytes: 24 << 30, vendor: .nvidia, identifier: "GPU-4f2a9c11-01"),
        GPUReading(index: 1, name: "RTX 3060", totalBytes: 12 << 30, vendor: .nvidia, identifier: "GPU-77aa0000-02"),
        GPUReading(index: 0, name: "RX 7900", totalBytes: 20 << 30, vendor: .amd, identifier: "0000:03:00.0"),
        GPUReading(index: 1, name: "RX 6600", totalBytes: 8 << 30, vendor: .amd, identifier: "0000:04:00.0"),
    ]
    private let graphics = [
        GPUReading(index: 0, name: "AMD GPU", totalBytes: 40 << 30, isUnified: true, vendor: .amd),
        GPUReading(index: 0, name: "Intel GPU", isUnified: true, vendor: .intel),
    ]

    private func names(_ environment: [String: String], _ gpus: [GPUReading]? = nil) -> [String] {
        VisibleGPUs(environment: environment).among(gpus ?? cards).map(\.name)
    }

    private static let amd = ["RX 7900", "RX 6600"]

    @Test(arguments: [
        ("0", ["RTX 4090"]), ("1", ["RTX 3060"]), ("1, 0", ["RTX 4090", "RTX 3060"]), ("0,0", ["RTX 4090"]),
        ("-1", []), ("", []), ("0,-1,1", ["RTX 4090"]), ("7,1", []), ("GPU-77aa", ["RTX 3060"]), ("GPU-unknown", []),
        ("MIG-GPU-4f2a9c11-01/1/0", []), ("99999999999999999999", []),
    ])
    func cudaLimitsNvidiasOwn(value: String, expected: [String]) {
        #expect(names(["CUDA_VISIBLE_DEVICES": value]) == expected + Self.amd)
    }

    @Test func identifiersThatTheDriverDidNotTellDecideNothing() {
        let unknown = cards.map { card in
            var card = card
            card.identifier = nil
            return card
        }
        #expect(names(["CUDA_VISIBLE_DEVICES": "GPU-77aa"], unknown).count == 4)
        #expect(names(["ROCR_VISIBLE_DEVICES": "GPU-0a1b"]).count == 4)
    }

    @Test func hipCountsWhatROCmLeaves() {
        #expect(names(["HIP_VISIBLE_DEVICES": "1"]) == ["RTX 4090", "RTX 3060", "RX 6600"])
        #expect(
            names(["ROCR_VISIBLE_DEVICES": "1", "HIP_VISIBLE_DEVICES": "0"]) == ["RTX 4090", "RTX 3060", "RX 6600"])
        #expect(names(["ROCR_VISIBLE_DEVICES": "1", "HIP_VISIBLE_DEVICES": "1"]) == ["RTX 4090", "RTX 3060"])
    }

    @Test func graphicsInsideTheProcessorCountOnlyAlone() {
        #expect(names([:], Array(cards.prefix(1)) + graphics) == ["RTX 4090"])
        #expect(names(["CUDA_VISIBLE_DEVICES": ""], Array(cards.prefix(1)) + graphics) == ["AMD GPU", "Intel GPU"])
        #expect(names([:], graphics) == ["AMD GPU", "Intel GPU"])
    }
}
