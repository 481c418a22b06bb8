import CellScreen
import DashboardTestSupport
import Foundation
import PromptChainCore
import Testing

@testable import Dashboard

@Suite("Why it waits") struct WhyJourney {
    @Test("w shows the proof of the gravest finding, and then the others; Enter goes to what one is about")
    func dialog() {
        var bench = RuleBench()
        bench.read(
            [.llama, .nomic],
            gpus: [
                .card(
                    15,
                    [GPUProcess(processID: 70, usedBytes: .gib(9), name: "llama-server", parentID: 1, isOrphan: true)])
            ])
        #expect(bench.line.hasPrefix("▲ a runner without a server holds 9.0 GiB of VRAM"))
        #expect(bench.line.hasSuffix("w why"))
        bench.journey.wait(3)
        bench.journey.press("4 w")
        let lines = bench.journey.lines
        #expect(lines.contains { $0.contains("▸▲ a runner without a server holds 9.0 GiB of VRAM: llama-server (70)") })
        #expect(lines.contains { $0.contains("holds             for 3s") })
        #expect(lines.contains { $0.contains("9.0 GiB; the server that began it is gone") })
        #expect(lines.contains { $0.contains("helps             `kill 70` frees it") })
        #expect(lines.contains { $0.contains("▲ llama3.1:8b runs 19 % on the CPU") })
        bench.journey.press("j")
        #expect(bench.journey.shows("▸▲ llama3.1:8b runs 19 % on the CPU"))
        #expect(bench.journey.shows("l loads it with a smaller context"))
        bench.journey.press("Enter")
        #expect(bench.journey.state.dialogs.isEmpty)
        #expect(bench.journey.state.focus == .models)
        #expect(bench.journey.state.models.selection?.model == "llama3.1:8b")
        bench.journey.press("w Enter")
        #expect(bench.journey.state.focus == .vram)
    }

    @Test("Where nothing is wrong it says what is going on, and closes")
    func quiet() {
        var bench = RuleBench()
        bench.read([.nomic])
        bench.journey.press("w")
        #expect(bench.journey.shows("idle: 1 model in memory"))
        #expect(bench.journey.shows("gpu-box           nomic-embed-text"))
        #expect(bench.journey.shows("No rule finds anything that is slow, stuck or wrong."))
        bench.journey.press("Enter")
        #expect(!bench.journey.state.dialogs.isEmpty)
        bench.journey.press("w")
        #expect(bench.journey.state.dialogs.isEmpty)
    }

    @Test("A finding that does not hold any more says so while it lingers")
    func lingering() {
        var bench = RuleBench()
        bench.read(gpus: [.card(9, [.init(processID: 70, usedBytes: .gib(9), parentID: 1, isOrphan: true)])])
        bench.read(gpus: [.card(0)])
        bench.journey.wait(2)
        bench.journey.press("w")
        #expect(bench.journey.shows("not any more, since 2s"))
        bench.journey.wait(3)
        #expect(bench.journey.shows("No rule finds anything"))
    }

    @Test("It scrolls where there is more than fits, in letters alone too")
    func scrolls() {
        var bench = RuleBench()
        bench.journey = JourneyDriver(size: Size(width: 60, height: 14), isASCII: true)
        let models = (1...6).map { ModelInfo.sample(ModelName("model-\($0)"), size: 6, vram: 4) }
        bench.read(models)
        bench.journey.press("w")
        #expect(bench.journey.shows(">! model-1 runs 33 % on the CPU"))
        bench.journey.press("j j j j j")
        #expect(bench.journey.shows(">! model-6 runs 33 % on the CPU"))
        bench.journey.press("g")
        #expect(bench.journey.shows("model-1"))
        #expect(bench.journey.lines.allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } })
        bench.journey.press("Esc")
        #expect(bench.journey.state.dialogs.isEmpty)
    }

    @Test("With --read-only no key is offered that changes something")
    func readOnly() {
        var bench = RuleBench()
        bench.journey = JourneyDriver(isReadOnly: true)
        bench.read([.llama])
        bench.journey.press("w")
        #expect(bench.journey.shows("runs 19 % on the CPU"))
        #expect(!bench.journey.shows("helps"))
    }
}
