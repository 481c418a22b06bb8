import DashboardTestSupport
import Foundation
import PromptChainCore
import Testing

@testable import Dashboard

@Suite("The verdict") struct VerdictTests {
    private let ready = VerdictFacts.Server(
        name: "gpu-box", url: "http://gpu-box:11434", provider: .ollama, state: .ready)

    private func running(_ activity: RunActivity, tokens: Int = 331, rate: Double? = 41) -> VerdictFacts {
        var facts = VerdictFacts()
        facts.servers = [ready]
        facts.freeBytes = .gib(27)
        facts.run = VerdictFacts.Run(
            chain: "brief", step: 2, steps: 3, activity: activity, isStopping: false, tokensPerSecond: rate,
            tokens: tokens, departed: "mistral-small:22b")
        return facts
    }

    @Test("A reading for programs is judged without keys")
    func judged() {
        var judge = ServerJudge()
        let idle = judge.judged(ServerSnapshot.gpuBox([], at: 0)).verdicts
        #expect(idle == ["idle: no model in memory, 48.0 GiB free"])
        let gone = judge.judged(
            ServerSnapshot.gpuBox(
                [], at: 1, state: .unreachable(reason: "connection refused", hint: "start it"))
        ).verdicts
        #expect(gone.count == 1 && gone[0].contains("connection refused"))
        #expect(!gone[0].contains("start it"))
    }

    @Test("A stream of readings is judged by what came before")
    func judgedStream() {
        var judge = ServerJudge()
        var last: [String] = []
        for (time, context) in [(0.0, 4096), (5, 32_768), (6, 32_768)] {
            last =
                judge.judged(.gpuBox([.sample("m", size: 5, context: context)], at: JourneyDriver.start + time))
                .verdicts
        }
        #expect(
            last == [
                "m was loaded anew for another context: 4k → 32k, by another client",
                "idle: 1 model in memory, 43.0 GiB free",
            ])
        var busy = ServerSnapshot.gpuBox([.sample("m", size: 5)], at: JourneyDriver.start + 100)
        busy.activities = [ModelActivity(model: "m", phase: .generating, requests: 1, outputTokens: 7)]
        #expect(judge.judged(busy).verdicts.last == "m writes for somebody, 7 tokens so far, 43.0 GiB free")
    }

    @Test("What a server's log says takes its place by how grave it is")
    func logSeverity() {
        var bench = RuleBench()
        bench.read([.llama])
        bench.serverLog("load_tensors: offloaded 27/33 layers to GPU")
        // What the API tells goes first, with what the log adds to it.
        #expect(bench.findings("log-spill").isEmpty)
        let spill = bench.findings("spill").first
        #expect(spill?.evidence.contains { $0.value == "27 of 33 on the GPU" } == true)
        bench.serverLog("truncating input prompt limit=4096 prompt=17624 keep=5 new=4096")
        bench.serverLog("ggml_cuda: allocating 9220.57 MiB on device 0: cudaMalloc failed: out of memory")
        let found = VerdictRules.findings(in: VerdictFacts(bench.journey.state))
        #expect(found.map(\.rule) == ["log-no-memory", "log-prompt-cut", "spill"])
        bench.read([.llama], state: .unreachable(reason: "connection refused", hint: "start it"))
        #expect(VerdictRules.findings(in: VerdictFacts(bench.journey.state)).first?.rule == "server-unreachable")
    }

    @Test("Each of several servers has a log of its own")
    func logsOfServers() {
        var notes = ServerNotes()
        for name in ["alpha", "gpu-box-lan"] {
            notes.add(
                LogLine(
                    time: .distantPast, level: .info, component: "server.\(name)", message: "main: model loaded"))
        }
        let names = ["alpha", "gpu_box.lan", "beta"]
        #expect(names.map { notes.notes(of: $0, among: names).count } == [1, 1, 0])
        for _ in 0..<1000 {
            notes.add(LogLine(time: .distantPast, level: .info, component: "server", message: "main: model loaded"))
        }
        #expect(notes.all.count == ServerNotes.kept)
    }

    @Test("Only what servers can do is offered")
    func abilities() {
        func offer(_ abilities: ServerAbilities, _ models: [ModelInfo]) -> String {
            var journey = JourneyDriver(servers: [
                ServerDescription(
                    name: "gpu-box", url: "http://gpu-box:8080", provider: .llamaCpp, abilities: abilities)
            ])
            journey.poll(models)
            return Verdict(VerdictFacts(journey.state)).sentence
        }
        #expect(offer([.load, .unload], [.llama]).hasSuffix("— r runs a chain, u unloads"))
        #expect(offer([], [.llama]).hasSuffix("— r runs a chain"))
        #expect(offer([.load], []).hasSuffix("— l loads a model, r runs a chain"))
        #expect(offer([], []).hasSuffix("— r runs a chain"))
    }

    @Test("A load names the model, the time, who left for it, and what is free")
    func loading() {
        let load = LiveRun.Load(startedAt: 0, step: 2, isPrefetch: false, expectedSeconds: 28)
        #expect(
            Verdict(running(.loading("deepseek-r1:70b", load, seconds: 17))).sentence
                == "deepseek-r1:70b loads for step 2/3: 17s, about 11s left; mistral-small:22b left for it, 27.0 GiB free"
        )
        let late = Verdict(running(.loading("deepseek-r1:70b", load, seconds: 70))).sentence
        #expect(late.hasPrefix("deepseek-r1:70b loads for step 2/3: 1m10s, usually 28s"))
        var known = load
        known.fraction = 0.62
        known.isInferred = true
        #expect(Verdict(running(.loading("deepseek-r1:70b", known, seconds: 17))).sentence.contains(": ~62 %"))
    }

    @Test(
        "Every activity is said in words",
        arguments: [
            (RunActivity.writing, "step 2/3 writes, ~41 tokens/s, ~331 so far, 27.0 GiB free"),
            (.thinking, "step 2/3 thinks, ~41 tokens/s, ~331 so far, 27.0 GiB free"),
            (.reading(seconds: 3.2), "step 2/3 reads its prompt, 3s, 27.0 GiB free"),
            (
                .unloading("llama3.1:8b", reason: "room for qwen3", seconds: 2),
                "step 2/3 waits: llama3.1:8b is unloading, 2s; room for qwen3, 27.0 GiB free"
            ),
            (.silent(seconds: 14), "step 2/3 has written nothing for 14s; ~331 tokens so far — s stops it"),
            (.working(seconds: 1), "step 2/3 runs a command, 1s"),
        ])
    func activities(activity: RunActivity, sentence: String) {
        #expect(Verdict(running(activity)).sentence == sentence)
    }

    @Test("What does not fit is left out, never cut in the middle")
    func fitting() {
        let load = LiveRun.Load(startedAt: 0, step: 2, isPrefetch: false, expectedSeconds: 28)
        let verdict = Verdict(running(.loading("deepseek-r1:70b", load, seconds: 17)))
        #expect(
            verdict.sentence(within: 76) == "deepseek-r1:70b loads for step 2/3: 17s, about 11s left, 27.0 GiB free")
        #expect(verdict.sentence(within: 10) == "deepseek-r1:70b loads for step 2/3: 17s, about 11s left")
    }

    @Test("A server out of reach comes first, unless a run goes on elsewhere")
    func order() {
        var facts = running(.writing)
        facts.servers[0].state = .unreachable(reason: "connection refused", hint: Scenario.absentHint)
        let verdict = Verdict(facts)
        #expect(verdict.sentence == "gpu-box unreachable: connection refused — \(Scenario.absentHint)")
        #expect(
            verdict.sentence(within: 75) == "gpu-box unreachable: connection refused — Is `ollama serve` running?")
        #expect(verdict.sentence(within: 60) == "gpu-box unreachable: connection refused")
        facts.servers.append(ready)
        #expect(Verdict(facts).sentence.hasPrefix("step 2/3 writes"))
    }

    @Test("Idle says what to press; read-only says that it is")
    func idle() {
        var facts = VerdictFacts()
        facts.servers = [ready]
        #expect(Verdict(facts).sentence == "idle: no model in memory — l loads a model, r runs a chain")
        facts.isReadOnly = true
        #expect(Verdict(facts).sentence.hasSuffix("read-only: ? shows every key"))
        #expect(Verdict(VerdictFacts()).sentence.hasPrefix("no server is configured"))
    }

    @Test("A step that falls silent is said to, and not before")
    func silence() {
        var journey = JourneyDriver()
        journey.runToSecondAnswer()
        journey.wait(LiveRun.silence - 1)
        #expect(journey.shows("step 2/3 writes"))
        journey.wait(2)
        #expect(journey.shows("▲ step 2/3 has written nothing for 11s"))
    }
}
