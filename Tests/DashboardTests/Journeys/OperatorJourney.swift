import DashboardTestSupport
import Foundation
import PromptChainCore
import Testing

@testable import Dashboard

@Suite("Journey: what an operator does") struct OperatorJourney {
    private func loadDialog(_ models: [ModelInfo], capacity: Int64? = .gib(48), isASCII: Bool = false) -> JourneyDriver
    {
        var journey = JourneyDriver(isASCII: isASCII)
        journey.poll(models, capacity: capacity)
        journey.press("l")
        journey.send(.installedModels(server: "gpu-box", JourneyDriver.installed))
        journey.type("mist")
        return journey
    }

    @Test("Before a load it is said what the model takes, what is free, and which context fits")
    func preflight() {
        var journey = loadDialog([.nomic])
        #expect(journey.effects.last == .describeModel(server: "gpu-box", model: "mistral-small:22b"))
        #expect(journey.shows("asking what it takes…"))
        journey.send(.modelOutlook(server: "gpu-box", ModelOutlook.mistral))
        // 2 · 56 layers · 8 heads · 128 · 8192 tokens · 2 bytes.
        #expect(journey.shows("weights 12.5 + KV ~1.8 + buffers ~0.1"))
        #expect(journey.shows("47.4 GiB free: it fits"))
        #expect(journey.shows("k beside what is there, 128k when others leave"))
        #expect(journey.shows("keep-alive Tab as the server has it"))
        journey.press("Right Right Tab Tab")
        #expect(journey.shows("◂ 8k ▸") && journey.shows("keep-alive Tab 30m"))
        #expect(
            journey.press("Enter") == [
                .loadModel(
                    server: "gpu-box", model: "mistral-small:22b", context: 8192, keepAlive: .seconds(1800))
            ])
    }

    @Test("It is said who would have to leave, and what would run on the CPU")
    func tight() {
        var journey = loadDialog([.sample("qwen3:8b", size: 6, expires: 60), .nomic, .llama], capacity: .gib(29))
        var outlook = ModelOutlook.mistral
        outlook.basis.capacity = ServerCapacity(
            devices: [], source: .gpu, settings: ServerSettings(maxLoadedModels: 9))
        journey.send(.modelOutlook(server: "gpu-box", outlook))
        #expect(journey.shows("▲ 18.0 GiB free: qwen3:8b would leave for it"))
        #expect(journey.shows("largest context: 5k beside what is there, 49k when others leave"))
        // A context with which nobody has to leave is one key away.
        journey.press("Left")
        #expect(journey.shows("what fits: "))
        #expect(!journey.shows("would leave"))

        // Ollama lets a pinned model go too, last of all.
        journey = loadDialog([.sample("qwen3:8b", size: 6, expires: 60), .llama], capacity: .gib(20))
        journey.send(.modelOutlook(server: "gpu-box", ModelOutlook.mistral))
        #expect(journey.shows("9.6 GiB free: qwen3:8b, llama3.1:8b (pinned) would leave"))
        // What is at work is waited for.
        var busy = ServerSnapshot.gpuBox([.mistral()], at: journey.clock, capacity: .gib(20))
        busy.models = [.sample("qwen3:8b", size: 10)]
        busy.activities = [ModelActivity(model: "qwen3:8b", phase: .generating, requests: 1)]
        journey.send(.snapshot(busy))
        #expect(journey.shows("qwen3:8b (at work: waits for it) would leave"))

        journey = loadDialog([.llama], capacity: .gib(12))
        journey.send(.modelOutlook(server: "gpu-box", ModelOutlook.mistral))
        #expect(journey.shows("would run on the CPU"))
        #expect(journey.shows("no context fits: a smaller model would"))
        // What is not known is said, and keeps nobody from loading.
        journey = loadDialog([.llama], capacity: nil, isASCII: true)
        journey.send(.modelOutlook(server: "gpu-box", ModelOutlook.mistral))
        #expect(journey.shows("capacity unknown: whether it fits cannot be said"))
        journey.send(.modelOutlook(server: "gpu-box", ModelOutlook("mistral-small:22b", reason: "HTTP 404")))
        #expect(journey.shows("what it takes is not known: HTTP 404"))
        let isPlain = journey.screen.allSatisfy { $0.isASCII }
        #expect(isPlain)
        #expect(journey.press("Enter").count == 1)
    }

    @Test(
        "Ollama holds three models a GPU, or as many as it was told: one leaves although there is room",
        arguments: [
            // Models in memory, GPUs, what the server was told, and what is said.
            (3, 0, nil, "at most 3 models: qwen3:0 would leave for it"), (2, 0, nil, "GiB free: it fits"),
            (3, 2, nil, "GiB free: it fits"), (3, 0, 8, "GiB free: it fits"),
            (2, 0, 1, "at most 1 model: qwen3:0, qwen3:1 would leave for it"),
        ] as [(Int, Int, Int?, String)])
    func serversLimit(loaded: Int, gpus: Int, told: Int?, expected: String) {
        var journey = JourneyDriver()
        let models = (0..<loaded).map { ModelInfo.sample(ModelName("qwen3:\($0)"), size: 1, expires: 60 + Double($0)) }
        let cards = (0..<gpus).map { GPUReading(index: $0, name: "RTX", usedBytes: .gib(1.5), totalBytes: .gib(24)) }
        journey.send(.snapshot(.gpuBox(models, at: journey.clock, gpus: cards)))
        journey.press("l")
        journey.send(.installedModels(server: "gpu-box", JourneyDriver.installed))
        journey.type("mist")
        var outlook = ModelOutlook.mistral
        outlook.basis.capacity = ServerCapacity(
            devices: [], source: .gpu, settings: ServerSettings(maxLoadedModels: told))
        journey.send(.modelOutlook(server: "gpu-box", outlook))
        #expect(journey.shows(expected), "\(journey.screen)")
        // Beside what is there nothing fits that the server does not hold.
        #expect(journey.shows("beside what is there") == expected.hasSuffix("it fits"))
    }

    @Test("After a load the estimate stands beside what it takes, also in the log")
    func estimate() {
        var journey = loadDialog([.nomic])
        journey.send(.modelOutlook(server: "gpu-box", ModelOutlook.mistral))
        journey.press("Enter")
        journey.wait(5)
        journey.send(.operationFinished(.load(server: "gpu-box", model: "mistral-small:22b"), .succeeded(nil)))
        journey.poll([.nomic, .mistral()])
        #expect(journey.shows("mistral-small:22b takes 13.9 GiB at 8k; estimate ~14.3"))
        #expect(journey.state.log.entries.contains { $0.line.message.contains("estimate ~14.3 GiB, -3 %") })
        // Its parts are known from now on.
        journey.press("Esc Enter")
        #expect(journey.shows("12.5 GiB, the size of its files"))
    }

    @Test("An unloaded model's row says who holds it, and what became free when it is gone")
    func unload() {
        var journey = JourneyDriver()
        func reading(_ models: [ModelInfo], used: Double, requests: Int) -> DashboardMessage {
            var snapshot = ServerSnapshot.gpuBox(
                models, at: journey.clock,
                gpus: [GPUReading(index: 0, name: "A6000", usedBytes: .gib(used), totalBytes: .gib(48))])
            if requests > 0 {
                snapshot.activities = [
                    ModelActivity(
                        model: "mistral-small:22b", phase: .generating, requests: requests, outputTokens: 182)
                ]
                snapshot.clients = [ServerClient(address: "127.0.0.1", processID: 4711, name: "python3")]
            }
            return .snapshot(snapshot)
        }
        journey.send(reading([.mistral(), .nomic], used: 16, requests: 2))
        journey.press("u")
        journey.wait(12)
        journey.send(reading([.mistral(), .nomic], used: 16, requests: 2))
        #expect(journey.lines[4].contains("100%   12s: 2 requests") || journey.lines[4].contains("12s: 2 requests"))
        journey.press("u")
        #expect(
            journey.state.notices.all.last?.hint == "held by 2 requests, 182 tokens so far, for 12s, by python3 (4711)")
        let unload = DashboardOperation.unload(server: "gpu-box", model: "mistral-small:22b")
        journey.send(.operationFinished(unload, .succeeded(nil)))
        journey.wait(1)
        journey.send(reading([.nomic], used: 2.2, requests: 0))
        #expect(journey.shows("mistral-small:22b is gone after 13s: 13.8 GiB freed,"))
        #expect(!journey.lines[4].contains("mistral"))
    }

    @Test("Without a reader the freed memory is the server's word; memory that does not come back is said")
    func freed() {
        var journey = JourneyDriver()
        journey.poll([.nomic])
        journey.press("u")
        journey.send(.operationFinished(.unload(server: "gpu-box", model: "nomic-embed-text"), .succeeded(nil)))
        journey.poll([])
        #expect(journey.shows("nomic-embed-text is gone after 0s: 0.6 GiB of VRAM, as"))

        let gpu = [GPUReading(index: 0, name: "A6000", usedBytes: .gib(20), totalBytes: .gib(48))]
        journey = JourneyDriver()
        journey.poll([.mistral()], gpus: gpu)
        journey.press("u")
        journey.send(.operationFinished(.unload(server: "gpu-box", model: "mistral-small:22b"), .succeeded(nil)))
        journey.wait(1)
        journey.poll([], gpus: gpu)
        #expect(journey.state.notices.all.last?.text == "mistral-small:22b is gone after 1s: 0.0 GiB freed, measured")
        #expect(journey.shows("13.9 GiB were told: another program took memory"))
    }

    @Test("A model that fails to leave names its holder; one that comes back is said to be back")
    func holder() {
        var journey = JourneyDriver()
        var snapshot = ServerSnapshot.gpuBox([.mistral()], at: journey.clock)
        snapshot.activities = [ModelActivity(model: "mistral-small:22b", phase: .reading, requests: 1)]
        journey.send(.snapshot(snapshot))
        journey.press("u")
        let unload = DashboardOperation.unload(server: "gpu-box", model: "mistral-small:22b")
        journey.send(.operationFinished(unload, .failed(sentence: "it may still be loaded", hint: "wait")))
        #expect(journey.shows("held by 1 request"))

        journey = JourneyDriver()
        journey.poll([.mistral()])
        journey.press("u")
        journey.send(.operationFinished(unload, .succeeded(nil)))
        for _ in 0..<2 {
            journey.wait(1)
            journey.poll([.mistral()])
        }
        #expect(journey.shows("left memory and is there again"))
    }

    @Test("A table of every key: read-only leaves out what changes something, in footer, help and effect")
    func readOnly() {
        for binding in KeyMap.bindings where binding.changes {
            for pane in PaneID.allCases {
                var journey = JourneyDriver(isReadOnly: true)
                journey.poll([.llama])
                journey.press("\(pane.rawValue)")
                let before = journey.effects
                if binding.context.isPane || binding.context == .anywhere {
                    for stroke in binding.strokes { journey.input(.key(stroke)) }
                    #expect(journey.effects == before, "\(binding.help)")
                    #expect(journey.state.dialogs.isEmpty, "\(binding.help)")
                }
                if let label = binding.label, binding.context != .picker {
                    let same = KeyMap.bindings.contains { !$0.changes && $0.label == label }
                    #expect(same || !(journey.lines.last ?? "").contains(" \(label) "), "\(binding.help)")
                }
                let page = HelpPage(journey.state, size: journey.size)
                #expect(!page.columns.joined().contains { $0.text == binding.help }, "\(binding.help)")
            }
        }
    }

    @Test("Rows are sorted the other way round, and filtered by server")
    func order() {
        var journey = JourneyDriver(servers: [.gpuBox, .mac])
        journey.poll([.llama, .nomic])
        journey.send(
            .snapshot(
                ServerSnapshot(
                    name: "mac", provider: .llamaCpp, url: "http://mac:8080",
                    time: Date(timeIntervalSince1970: journey.clock), state: .ready,
                    models: [.sample("qwen3:32b", size: 20, server: "mac")])))
        journey.press("O")
        #expect(
            journey.state.modelRows.map(\.identity.model.short) == ["qwen3:32b", "nomic-embed-text", "llama3.1:8b"])
        #expect(journey.shows("by name, reversed"))
        journey.press("/")
        journey.type("mac")
        journey.press("Enter")
        #expect(journey.state.modelRows.map(\.identity.model.short) == ["qwen3:32b"])
    }

    @Test("A dead host keeps its last state with its age, and keys on the other one work")
    func deadHost() {
        var journey = JourneyDriver(servers: [.gpuBox, .mac])
        let models = [ModelInfo.sample("qwen3:32b", size: 20, server: "mac")]
        let seen = Date(timeIntervalSince1970: journey.clock)
        func mac(_ state: ServerState, _ clock: Double) -> DashboardMessage {
            .snapshot(
                ServerSnapshot(
                    name: "mac", provider: .llamaCpp, url: "http://mac:8080", time: Date(timeIntervalSince1970: clock),
                    state: state, capacityBytes: .gib(64), models: models))
        }
        journey.send(mac(.ready, journey.clock))
        journey.poll([.llama])
        journey.wait(9)
        journey.send(mac(.stale(since: seen), journey.clock))
        journey.poll([.llama])
        let row = journey.lines.first { $0.contains("qwen3:32b") } ?? ""
        #expect(row.contains("9s old"), "\(row)")
        #expect(journey.lines.contains { $0.contains("│ mac ") && $0.contains("9s old") }, "\(journey.screen)")
        // Whether it hangs or refuses, and however often it is asked in vain, the age is that of its last answer.
        journey.wait(3)
        journey.send(mac(.unreachable(reason: "connection refused", hint: ""), journey.clock))
        journey.poll([.llama])
        #expect(journey.lines.contains { $0.contains("qwen3:32b") && $0.contains("12s old") }, "\(journey.screen)")
        #expect(journey.press("g u") == [.unloadModel(server: "gpu-box", model: "llama3.1:8b")])
    }
}

@Suite("Several servers") struct SeveralServersTests {
    @Test("Of addresses on one host the port is shown, where there is no room for more")
    func names() {
        let one = ServerDescription(name: "127.0.0.1:21434", url: "http://127.0.0.1:21434", provider: .ollama)
        let two = ServerDescription(name: "127.0.0.1:21435", url: "http://127.0.0.1:21435", provider: .ollama)
        var journey = JourneyDriver(servers: [one, two])
        for server in [one, two] {
            journey.send(
                .snapshot(
                    ServerSnapshot(
                        name: server.name, provider: .ollama, url: server.url,
                        time: Date(timeIntervalSince1970: journey.clock), state: .ready, capacityBytes: .gib(24),
                        models: [.sample("qwen3:8b", size: 6, server: server.name)])))
        }
        #expect(journey.lines[3].contains("CTX") && journey.lines[3].contains("VRAM"))
        #expect(journey.lines[4].contains(":21434 ") && journey.lines[5].contains(":21435 "), "\(journey.screen)")
        #expect(journey.lines[10].hasPrefix("│ :21434 "), "\(journey.screen)")
    }

    @Test("A silent server's details say when it was last heard")
    func age() {
        var journey = JourneyDriver()
        journey.poll([.llama])
        let seen = Date(timeIntervalSince1970: journey.clock)
        journey.wait(30)
        journey.poll([.llama], state: .stale(since: seen))
        journey.press("Enter")
        #expect(journey.shows("gpu-box (Ollama 0.32.1), 30s ago"))
    }

    @Test("Deleting a model that is in memory says what follows")
    func delete() {
        var journey = JourneyDriver()
        journey.poll([.llama])
        journey.press("d")
        #expect(journey.shows("It is in memory: unload it first"))
    }
}

@Suite("Phases of models") struct ModelPhaseTests {
    private func row(_ info: ModelInfo, _ activity: ModelActivity? = nil) -> String {
        var journey = JourneyDriver()
        var snapshot = ServerSnapshot.gpuBox([info], at: journey.clock)
        snapshot.activities = activity.map { [$0] } ?? []
        journey.send(.snapshot(snapshot))
        return String(journey.lines[4].dropFirst(1).prefix(46))
    }

    @Test("Far away a date says more than a countdown, and 292 years are for ever")
    func expiry() {
        #expect(row(.sample("m", size: 1, expires: 300)).hasSuffix("5m00s     "))
        #expect(row(.sample("m", size: 1, expires: 86_400 * 400)).contains("2027-12-29"))
        #expect(row(.sample("m", size: 1, expires: 86_400 * 365 * 292)).contains("pinned"))
        #expect(row(.sample("m", size: 1, expires: -60)).contains("busy"))
        let idle = ModelActivity(model: "m", phase: .idle, requests: 0)
        #expect(row(.sample("m", size: 1, expires: -60), idle).contains("due"))
        let dead = ModelActivity(
            model: "m", phase: .idle, process: RunnerProcess(processID: 7, state: .ended))
        #expect(row(.sample("m", size: 1), dead).contains("no runner"))
    }

    @Test("A time that slides with the clock is no countdown: the model is at work")
    func sliding() {
        var journey = JourneyDriver()
        for second in 0..<3 {
            journey.poll([.sample("m", size: 1, expires: 300 + Double(second))])
            journey.wait(1)
        }
        #expect(journey.lines[4].contains("busy"))
        // A reset by a finished request moves it once.
        journey = JourneyDriver()
        for second in 0..<3 {
            journey.poll([.sample("m", size: 1, expires: second == 2 ? 302 : 300)])
            journey.wait(1)
        }
        #expect(!journey.lines[4].contains("busy"))
    }

    @Test("A load of somebody else's has a share where its process or its usual time is known")
    func loading() {
        var journey = JourneyDriver()
        var snapshot = ServerSnapshot.gpuBox([], at: journey.clock)
        snapshot.activities = [ModelActivity(model: "m", phase: .loading, loadingSeconds: 10)]
        snapshot.usualLoadSeconds = ["m": 20]
        journey.send(.snapshot(snapshot))
        #expect(journey.lines[4].contains("~50%") && journey.lines[4].contains("10s left"))
    }

    @Test("Requests, queue and the context in use have columns where there is room")
    func wide() {
        var journey = JourneyDriver(size: .init(width: 200, height: 50))
        var snapshot = ServerSnapshot.gpuBox([.llama], at: journey.clock)
        snapshot.activities = [
            ModelActivity(
                model: "llama3.1:8b", phase: .generating, requests: 1, contextTokens: 8000, contextLength: 8192,
                tokensPerSecond: 41, waitingRequests: 2)
        ]
        snapshot.clients = [ServerClient(address: "10.0.0.7")]
        journey.send(.snapshot(snapshot))
        let row = journey.lines[4]
        #expect(row.contains("8k!") && row.contains("1+2") && row.contains("gen 41/s"), "\(row)")
        journey.press("z")
        #expect(journey.lines.contains { $0.contains("10.0.0.7") })
    }

    @Test("An orphan and figures that contradict each other are seen in the VRAM pane, without colour")
    func vram() {
        var journey = JourneyDriver(isASCII: true)
        journey.poll(
            [.nomic],
            gpus: [
                GPUReading(
                    index: 0, name: "A6000", usedBytes: .gib(20), totalBytes: .gib(48),
                    processes: [
                        GPUProcess(processID: 7, usedBytes: .gib(12), name: "llama-server", isOrphan: true),
                        GPUProcess(processID: 8, usedBytes: .gib(4), name: "ollama", isServer: true),
                    ])
            ])
        #expect(journey.shows("! measured 4.0 (+567%)"))
        #expect(journey.shows("X orphan llama-server (7) 12.0"))
        #expect(journey.lines[10].contains("XXXX"))
    }
}
