import DashboardTestSupport
import PromptChainCore
import Testing

@testable import Dashboard

@Suite("Journey: what models do for others") struct ActivityJourney {
    private func journey(_ activities: ModelActivity...) -> JourneyDriver {
        var journey = JourneyDriver()
        var snapshot = ServerSnapshot.gpuBox([.llama, .nomic], at: journey.clock)
        snapshot.activities = activities
        journey.send(.snapshot(snapshot))
        return journey
    }

    @Test("A request of somebody else's shows its tokens instead of a countdown")
    func requests() {
        var journey = journey(
            ModelActivity(
                model: "llama3.1:8b", phase: .generating, requests: 1, promptTokens: 23, outputTokens: 182,
                contextTokens: 205, contextLength: 4096, tokensPerSecond: 41.26),
            ModelActivity(model: "nomic-embed-text", phase: .reading, requests: 1, promptTokens: 2048))
        #expect(journey.lines[4].contains("81%!   8k  gen 41/s"))
        #expect(journey.lines[5].contains("100%   2k  read 2k"))
        journey.press("Enter")
        #expect(journey.shows("writes an answer, 182 tokens until now"))
        #expect(journey.shows("205 tokens of 4k"))
        #expect(journey.shows("41.3 tokens/s"))
    }

    @Test("A model at rest keeps its countdown") func idle() {
        let journey = journey(ModelActivity(model: "nomic-embed-text", phase: .idle, requests: 0))
        #expect(journey.lines[4].contains("pinned"))
        #expect(journey.lines[5].contains("4m12s"))
    }

    @Test("A load of somebody else's has a row before the server lists the model") func load() {
        var journey = journey(ModelActivity(model: "mistral-small:22b", phase: .loading, loadingSeconds: 20.4))
        #expect(journey.lines.contains { $0.contains("mistral-small:22b") && $0.contains("loading 20s") })
        // It is gone when nobody loads it any more.
        journey.poll([.llama, .nomic])
        #expect(!journey.shows("mistral-small:22b"))
    }

    @Test("What a load's process has read of the weights is its share, whatever the usual time is")
    func bytes() {
        var journey = JourneyDriver()
        journey.send(.installedModels(server: "gpu-box", JourneyDriver.installed))
        for (read, resident, share) in [(3.0, nil, "~24%"), (3.0, 9.0, "~72%"), (14.0, 12.5, "~99%")]
            as [(Double, Double?, String)]
        {
            journey.wait(1)
            var snapshot = ServerSnapshot.gpuBox([], at: journey.clock)
            let process = RunnerProcess(
                processID: 61, parentID: 50, state: .running, ageSeconds: 9, residentBytes: resident.map { .gib($0) },
                readBytes: .gib(read))
            snapshot.activities = [
                ModelActivity(model: "mistral-small:22b", phase: .loading, loadingSeconds: 1, process: process)
            ]
            snapshot.usualLoadSeconds = ["mistral-small:22b": 100]
            journey.send(.snapshot(snapshot))
            // 12.5 GiB are on the disk.
            #expect(journey.lines[4].contains(share), "\(journey.lines[4])")
        }
    }

    @Test("How far a prompt of the own run is read is said, with the time that is left; others have a count")
    func prefill() {
        var journey = JourneyDriver()
        func reading(_ tokens: Int) -> ServerSnapshot {
            var snapshot = ServerSnapshot.gpuBox([.mistral()], at: journey.clock)
            snapshot.activities = [
                ModelActivity(model: "mistral-small:22b", phase: .reading, requests: 1, promptTokens: tokens)
            ]
            return snapshot
        }
        journey.send(.snapshot(reading(512)))
        #expect(journey.lines[4].contains("read 512"), "\(journey.lines[4])")
        journey.beginRun()
        // 16,000 letters are about 4,000 tokens.
        journey.events(
            .stepStarted(
                step: 1, name: "Quick analysis", model: "mistral-small:22b",
                prompt: String(repeating: "word ", count: 3200)))
        journey.wait(1)
        journey.send(.snapshot(reading(1000)))
        journey.wait(2)
        journey.send(.snapshot(reading(2000)))
        #expect(journey.lines[4].contains("read ~50%"), "\(journey.lines[4])")
        journey.press("Enter")
        for words in ["reads a prompt of our run, 2000 tokens until now, ~50", "%, 500/s, ~4s left"] {
            #expect(journey.shows(words), "\(journey.screen)")
        }
        // The first token ends it, whatever was reckoned.
        journey.press("Esc")
        journey.events(.token(step: 1, text: "The", thinking: false))
        #expect(!journey.lines[4].contains("read"), "\(journey.lines[4])")
    }

    @Test("What a runner was started with stands in the details: context, KV type, flash attention, layers")
    func settings() {
        for (settings, words) in [
            (
                RunnerSettings(
                    contextTokens: 16_384, parallelSlots: 2, keyType: "q8_0", valueType: "q8_0", flashAttention: "on",
                    gpuLayers: 33),
                ["16384 tokens for 2 requests, KV q8_0", "flash attention", "on, 33 layers on the GPU"]
            ),
            (
                RunnerSettings(keyType: "q8_0", valueType: "q4_0", gpuLayers: 999),
                ["KV q8_0 and q4_0, all layers on the GPU"]
            ),
        ] {
            var journey = journey(
                ModelActivity(
                    model: "llama3.1:8b", phase: .idle, process: RunnerProcess(processID: 7, settings: settings)))
            journey.press("Enter")
            for word in ["started with"] + words { #expect(journey.shows(word), "\(journey.screen)") }
        }
        // Of one that tells nothing, nothing is said.
        var journey = journey(
            ModelActivity(model: "llama3.1:8b", phase: .idle, process: RunnerProcess(processID: 7)))
        journey.press("Enter")
        #expect(journey.shows("process") && !journey.shows("started with"))
    }
}
