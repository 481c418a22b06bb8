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

    @Test("Four have a share of the screen each at 80×24") func four() {
        let lines = lines((0..<4).map { card($0, Double(12 * ($0 + 1))) })
        let text = lines.joined(separator: "\n")
        for share in ["0 ", "25%", "1 ", "50%", "2 ", "75%", "3 ", "100%"] { #expect(text.contains(share), "\(lines)") }
        #expect(!text.contains("more"))
    }

    @Test("One that is lost says so, and the others stay") func lost() {
        var gone = card(1, 0)
        (gone.usedBytes, gone.totalBytes, gone.utilizationPercent) = (nil, nil, nil)
        gone.fault = "GPU is lost"
        let text = lines([card(0, 24), gone]).joined(separator: "\n")
        #expect(text.contains("GPU 1 GPU is lost"))
        #expect(text.contains("24.0/48.0"))
        // Its memory is not counted, and that of the others is.
        #expect(text.contains("48.0 GiB"))
        let many = lines((0..<4).map { $0 == 2 ? gone : card($0, 12) }).joined(separator: "\n")
        #expect(many.contains("lost"))
    }

    @Test("Other programs are named where the driver tells them; the rest is only other") func programs() {
        var gpu = card(0, 24)
        gpu.processes = [
            GPUProcess(processID: 50, usedBytes: .gib(9), isServer: true),
            GPUProcess(processID: 812, usedBytes: .gib(3), name: "python3"),
        ]
        let text = lines([gpu]).joined(separator: "\n")
        #expect(text.contains("python3 (812) 3.0"))
        #expect(text.contains("unaccounted "))
        gpu.processes = nil
        #expect(!lines([gpu]).joined(separator: "\n").contains("program"))
        // Amounts that contradict each other leave nothing below zero.
        gpu.processes = [GPUProcess(processID: 9, usedBytes: .gib(40))]
        #expect(lines([gpu]).joined(separator: "\n").contains("program (9) 40.0"))
    }

    @Test("Each GPU's bar tells models, orphans and the rest apart where the driver and the runners do")
    func shares() {
        var journey = JourneyDriver(size: .init(width: 200, height: 50), isASCII: true)
        var first = card(0, 40)
        first.processes = [
            GPUProcess(processID: 8, usedBytes: .gib(24), isServer: true),
            GPUProcess(processID: 9, usedBytes: .gib(8), isServer: true),
            GPUProcess(processID: 7, usedBytes: .gib(4), name: "llama-server", isOrphan: true),
        ]
        var second = card(1, 8)
        second.processes = [GPUProcess(processID: 9, usedBytes: .gib(8), isServer: true)]
        var snapshot = ServerSnapshot.gpuBox(
            [.sample("big", size: 24), .sample("small", size: 16)], at: journey.clock, gpus: [first, second])
        snapshot.activities = [
            ModelActivity(model: "big", phase: .idle, process: RunnerProcess(processID: 8)),
            ModelActivity(model: "small", phase: .idle, process: RunnerProcess(processID: 9)),
        ]
        journey.send(.snapshot(snapshot))
        let lines = journey.lines.filter { $0.contains("GPU 0 ") || $0.contains("GPU 1 ") }
        #expect(lines.first?.contains("GPU 0 ############====XX//.... 40.0/48.0 GiB") == true, "\(lines)")
        #expect(lines.last?.contains("GPU 1 ====.................... 8.0/48.0 GiB") == true, "\(lines)")
    }

    @Test("Memory that is the computer's own is labelled, and unknown amounts are blank") func shared() {
        let text = lines([GPUReading(index: 0, name: "NVIDIA GB10", isUnified: true)]).joined(separator: "\n")
        #expect(text.contains("GPU 0   shared  NVIDIA GB10"))
        #expect(!text.contains("0.0"))
    }

    @Test("A capacity that was learned says so") func learned() {
        var journey = JourneyDriver()
        var snapshot = ServerSnapshot.gpuBox([.llama], at: journey.clock, capacity: .gib(40))
        snapshot.isCapacityLearned = true
        journey.send(.snapshot(snapshot))
        #expect(journey.shows("/~40.0 GiB learned"))
    }

    @Test("Where there is room, a model's memory is told in parts, but of one that is not wholly in VRAM")
    func parts() {
        var journey = JourneyDriver(size: .init(width: 200, height: 50))
        journey.poll([.mistral(), .llama])
        journey.send(.modelOutlook(server: "gpu-box", ModelOutlook.mistral))
        func line(_ name: String) -> String {
            let top = journey.lines.firstIndex { $0.contains("2 VRAM") } ?? 0
            return journey.lines.dropFirst(top).first { $0.contains("█ \(name)") || $0.contains("▓ \(name)") } ?? ""
        }
        #expect(line("mistral-small:22b").contains("13.9 GiB   29%   weights 12.5 · KV ~1.8 · buffers ~0.1"))
        var spilled = ModelOutlook.mistral
        spilled.model = "llama3.1:8b"
        journey.send(.modelOutlook(server: "gpu-box", spilled))
        #expect(line("llama3.1:8b").contains("4.4 GiB") && !line("llama3.1:8b").contains("weights"))
        // Half a screen has no room for it.
        journey = JourneyDriver(size: .init(width: 110, height: 40))
        journey.poll([.mistral()])
        journey.send(.modelOutlook(server: "gpu-box", ModelOutlook.mistral))
        #expect(line("mistral-small:22b").contains("13.9") && !journey.shows("KV ~"))
    }
}
