import DashboardTestSupport
import Foundation
import PromptChainCore
import Testing

@testable import Dashboard

@Suite("The table of models") struct ModelTableTests {
    @Test("The selection stays on its model when rows come, go and change places")
    func identity() {
        var journey = JourneyDriver()
        journey.poll([.llama, .nomic])
        journey.press("j")
        #expect(journey.state.models.selection?.model == "nomic-embed-text")
        journey.poll([.sample("aya:8b", size: 5), .nomic, .llama, .mistral()])
        #expect(journey.state.models.selection?.model == "nomic-embed-text")
        journey.press("o o")
        #expect(journey.state.models.selection?.model == "nomic-embed-text")
        journey.poll([])
        journey.poll([.llama, .nomic])
        #expect(journey.state.models.selection?.model == "nomic-embed-text")
    }

    @Test("Sorting: by name, size, VRAM, expiry; what loads is first")
    func order() {
        var journey = JourneyDriver()
        journey.poll([.nomic, .mistral(expires: 60), .llama])
        #expect(names(journey) == ["llama3.1:8b", "mistral-small:22b", "nomic-embed-text"])
        journey.press("o")
        #expect(names(journey) == ["mistral-small:22b", "llama3.1:8b", "nomic-embed-text"])
        journey.press("o o o")
        #expect(names(journey) == ["mistral-small:22b", "nomic-embed-text", "llama3.1:8b"])
        journey.send(.operationStarted(.load(server: "gpu-box", model: "zephyr")))
        #expect(names(journey).first == "zephyr")
    }

    @Test("An operation that began elsewhere is shown as pending too")
    func elsewhere() {
        var journey = JourneyDriver()
        journey.poll([.llama])
        journey.send(.operationStarted(.unload(server: "gpu-box", model: "llama3.1:8b")))
        #expect(journey.shows("unload 0s"))
    }

    @Test("A load whose model never appears is over with the second reading after the answer")
    func neverListed() {
        var journey = JourneyDriver()
        journey.poll([])
        let load = DashboardOperation.load(server: "gpu-box", model: "tiny")
        journey.send(.operationStarted(load))
        journey.send(.operationFinished(load, .succeeded(nil)))
        journey.wait(1)
        journey.poll([])
        #expect(journey.state.pending.contains(load))
        journey.wait(1)
        journey.poll([])
        #expect(!journey.state.pending.contains(load))
    }

    @Test("What a server does not say is blank, never 0")
    func unknown() {
        var journey = JourneyDriver()
        journey.poll(
            [
                ModelInfo(name: "mystery", provider: .ollama, server: "gpu-box", isLoaded: true)
            ], capacity: nil)
        let row = journey.lines[4].split(separator: "│").first.map(String.init) ?? ""
        #expect(row.split(separator: " ").map(String.init) == ["▸mystery"])
    }

    private func names(_ journey: JourneyDriver) -> [String] { journey.state.modelRows.map(\.identity.model.short) }
}

@Suite("Memory") struct MemoryTests {
    @Test("The parts of the bar add up, and none that is there is left out", arguments: 6...60)
    func bar(width: Int) {
        let parts: [Int64] = [.gib(41.9), .gib(4.4), .gib(0.6), .gib(0.05), 0]
        let columns = MemoryBar.columns(of: parts, total: .gib(48), width: width)
        #expect(columns.reduce(0, +) <= width)
        #expect(columns[4] == 0)
        #expect(columns[0] > columns[1])
        #expect(columns[..<4].allSatisfy { $0 > 0 })
        #expect(columns.reduce(0, +) < width)
    }

    @Test("Other programs are what the driver reads beyond the models")
    func other() {
        let facts = MemoryFacts(
            .gpuBox(
                [.llama, .nomic], at: 0, capacity: nil,
                gpus: [GPUReading(index: 0, name: "GPU", usedBytes: .gib(7.1), totalBytes: .gib(24))]))
        #expect(facts.capacity == .gib(24))
        #expect(facts.other.map { ByteCount.gib($0) } == "2.1")
        #expect(facts.free.map { ByteCount.gib($0) } == "16.9")
        #expect(MemoryFacts(.gpuBox([.llama], at: 0, capacity: nil)).free == nil)
    }

    @Test("The curve shows the largest reading of a part, gaps where the server was silent, and no more than was read")
    func history() {
        var history = MemoryHistory()
        history.add(10, at: 1000)
        history.add(30, at: 1010)
        history.add(20, at: 1012)
        history.add(nil, at: 1100)
        history.add(5, at: 1200)
        #expect(history.columns(10, now: 1200) == [nil, nil, nil, 30, 30, 30, nil, nil, nil, 5])
        for second in 0..<5000 { history.add(1, at: 1300 + Double(second)) }
        #expect(history.samples.count <= 2048)
    }
}
