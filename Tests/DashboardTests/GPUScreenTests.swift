import DashboardTestSupport
import PromptChainCore
import Testing

@testable import Dashboard

@Suite("GPUs in the VRAM pane") struct GPUScreenTests {
    private func lines(_ gpus: [GPUReading]) -> [String] {
        var journey = JourneyDriver()
        journey.poll([.llama], capacity: nil, gpus: gpus)
        // The inside of the pane at 80×24, without its neighbour.
        return journey.lines[10...13].map { String($0.dropFirst(2).prefix(45)) }
    }

    private func card(_ index: Int, _ used: Double) -> GPUReading {
        GPUReading(index: index, name: "A6000", usedBytes: .gib(used), totalBytes: .gib(48), utilizationPercent: 97)
    }

    @Test("Two have a bar each") func two() {
        let lines = lines([card(0, 24), card(1, 12)])
        #expect(lines.contains { $0.contains("GPU 0 ") && $0.contains("24.0/48.0") && $0.contains("97% busy") })
        #expect(lines.contains { $0.contains("GPU 1 ") && $0.contains("12.0/48.0") })
    }

    @Test("Eight share lines, and none is left out unsaid") func eight() {
        let text = lines((0..<8).map { card($0, 24) }).joined(separator: "\n")
        #expect(text.contains("0 ") && text.contains("50%") && text.contains("more"))
    }

    @Test("Memory that is the computer's own is labelled, and unknown amounts are blank") func shared() {
        let text = lines([GPUReading(index: 0, name: "NVIDIA GB10", isUnified: true)]).joined(separator: "\n")
        #expect(text.contains("GPU 0   shared  NVIDIA GB10"))
        #expect(!text.contains("0.0"))
    }
}
