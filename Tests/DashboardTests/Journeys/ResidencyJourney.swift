import CellScreen
import DashboardTestSupport
import PromptChainCore
import Testing

@testable import Dashboard

@Suite("Journey: which model is in memory when") struct ResidencyJourney {
    /// The plan of the sample run, as a planner makes it.
    private static let plan = ResidencySchedule(
        policy: .planned,
        steps: [
            .init(number: 1, model: "mistral-small:22b", load: "mistral-small:22b", stallSeconds: 3),
            .init(
                number: 2, model: "deepseek-r1:70b", evict: ["mistral-small:22b"], load: "deepseek-r1:70b",
                stallSeconds: 28),
            .init(
                number: 3, model: "mistral-small:22b", evict: ["deepseek-r1:70b"], load: "mistral-small:22b",
                stallSeconds: 3),
        ])

    /// The inside of the pane, a line each.
    private func pane(_ journey: JourneyDriver) -> [String] {
        guard let top = journey.lines.firstIndex(where: { $0.contains("3 Residency") }) else { return [] }
        return journey.lines.dropFirst(top + 1).prefix { $0.hasPrefix("│") }.map { String($0.dropFirst().dropLast()) }
    }

    private func planned(size: Size = Size(width: 110, height: 30), isASCII: Bool = false) -> JourneyDriver {
        var journey = JourneyDriver(size: size, isASCII: isASCII)
        journey.poll([.llama])
        journey.beginRun()
        journey.events(.planMade(Self.plan))
        journey.runToSecondLoad()
        journey.poll([.llama])
        journey.events(.planMade(Self.plan))
        return journey
    }

    @Test("The past stands left of now, the plan right of it, with a row a model")
    func pastAndPlan() throws {
        let lines = pane(planned())
        let mistral = try #require(lines.first { $0.contains("mistral-small") })
        let parts = mistral.split(separator: "┆", maxSplits: 1)
        #expect(parts.count == 2)
        #expect(parts[0].contains("░") && parts[0].contains("█") && parts[0].contains("→ deepsee"))
        #expect(parts[1].contains("░") && parts[1].contains("█"))
        let deepseek = try #require(lines.first { $0.contains("deepseek-r1:70b   ") })
        #expect(deepseek.contains("░┆░"))
        let steps = try #require(lines.first)
        let (past, ahead) = (steps.split(separator: "┆")[0], steps.split(separator: "┆")[1])
        #expect(past.contains("1") && past.contains("2") && ahead.contains("3"))
        // A model of nobody's run has its row too.
        #expect(lines.contains { $0.contains("llama3.1") && $0.contains("▒┆") })
    }

    @Test("Letters and signs tell the same without block characters")
    func ascii() throws {
        let screen = planned(isASCII: true)
        let lines = screen.lines.filter { $0.contains("mistral-small:22b ") && $0.contains("#") }
        #expect(lines.contains { $0.contains(".") && $0.contains("for deep") })
        #expect(screen.screen.utf8.allSatisfy { $0 < 0x80 })
    }

    @Test("A load ahead of its step is told from one that is waited for, in the past and in the plan")
    func ahead() {
        var journey = JourneyDriver(size: Size(width: 110, height: 30))
        journey.poll([])
        journey.beginRun()
        var plan = Self.plan
        plan.steps[1] = .init(number: 2, model: "deepseek-r1:70b")
        plan.steps[0].prefetch = [.init(model: "deepseek-r1:70b")]
        journey.events(.planMade(plan))
        journey.events(
            .stepStarted(step: 1, name: "Quick analysis", model: "mistral-small:22b", prompt: nil),
            .token(step: 1, text: "one", thinking: false))
        journey.wait(2)
        #expect(pane(journey).contains { $0.contains("deepseek-r1:70b") && $0.contains("┆▄") })
        journey.events(.modelLoadStarted(model: "deepseek-r1:70b", step: 2, prefetch: true, expectedSeconds: 28))
        journey.wait(4)
        #expect(pane(journey).contains { $0.contains("deepseek-r1:70b") && $0.contains("▄▄┆▄") })
    }

    @Test("A new plan replaces the old one, and the end of the run leaves none")
    func replanned() {
        var journey = planned()
        #expect(pane(journey).contains { $0.contains("mistral") && $0.split(separator: "┆")[1].contains("█") })
        journey.events(.planMade(ResidencySchedule(policy: .planned, steps: [Self.plan.steps[1]])))
        #expect(!pane(journey).contains { $0.contains("mistral") && $0.split(separator: "┆")[1].contains("█") })
        journey.events(.runFinished(.init(status: .cancelled, output: "")))
        #expect(pane(journey).allSatisfy { $0.hasSuffix("┆ ") || !$0.contains("┆") })
    }

    @Test(
        "Every policy shows what comes: lru as it plans, the others in the order of the steps",
        arguments: [
            "planned", "lru", "same-model", "strict",
        ])
    func policies(_ policy: String) throws {
        var journey = JourneyDriver(size: Size(width: 110, height: 30))
        journey.poll([])
        journey.events(
            .runStarted(
                ChainEvent.RunStarted(
                    chain: "research brief", steps: ["Quick analysis", "Deep reasoning"],
                    models: ["mistral-small:22b", "deepseek-r1:70b"], policy: policy, capacityBytes: .gib(48))))
        if policy == "planned" || policy == "lru" {
            var plan = Self.plan
            plan.policy = policy == "lru" ? .lru : .planned
            plan.steps.removeLast()
            journey.events(.planMade(plan))
        }
        journey.events(
            .modelLoadStarted(model: "mistral-small:22b", step: 1, prefetch: false, expectedSeconds: 3),
            .stepStarted(step: 1, name: "Quick analysis", model: "mistral-small:22b", prompt: nil))
        journey.wait(1)
        let ahead = pane(journey).compactMap { line in
            line.contains("┆") ? String(line.split(separator: "┆", maxSplits: 1).last ?? "") : nil
        }
        // Loading, then writing, for both; and the number of the second step.
        #expect(ahead.count >= 3)
        #expect(ahead[0].contains("2"))
        #expect(ahead[1].contains("░") && ahead[1].contains("█"), "\(ahead)")
        #expect(ahead[2].contains("░") && ahead[2].contains("█"), "\(ahead)")
    }

    @Test("Rows keep their order whatever comes, goes and comes again, and a run puts its own models first")
    func stable() {
        var journey = JourneyDriver(size: Size(width: 110, height: 40))
        func rows() -> [String] { ResidencyChart(journey.state, columns: 60).rows.map(\.label) }
        let qwen = ModelInfo.sample("qwen3:8b", size: 6)
        for models in [[.nomic], [.llama, .nomic], [.llama], [qwen, .llama], [.nomic, qwen], [], [qwen]]
            as [[ModelInfo]]
        {
            journey.wait(2)
            journey.poll(models)
        }
        // As they were first seen, whatever order the server lists them in.
        #expect(rows() == ["nomic-embed-text", "llama3.1:8b", "qwen3:8b"])
        journey.beginRun()
        journey.events(.planMade(Self.plan))
        let withRun = ["mistral-small:22b", "deepseek-r1:70b", "nomic-embed-text", "llama3.1:8b", "qwen3:8b"]
        #expect(rows() == withRun)
        journey.runToSecondLoad()
        journey.events(.planMade(Self.plan))
        for models in [[.llama, .deepseek(), .nomic], [.deepseek()], [.llama, .mistral()]] as [[ModelInfo]] {
            journey.wait(2)
            journey.poll(models)
            #expect(rows() == withRun)
        }
        // The plan goes with the run; the rows stay where they are.
        journey.events(.runFinished(.init(status: .cancelled, output: "")))
        journey.poll([.nomic])
        #expect(rows() == withRun)
    }

    @Test("The picture stands still within a column, and moves by whole ones")
    func still() {
        var journey = planned()
        for span in ["<", ">", ">", ">"] {
            journey.press("3 \(span) Esc")
            var changes = 0
            var last = pane(journey).dropFirst().prefix(2)
            for _ in 0..<20 {
                journey.wait(0.05)
                let next = pane(journey).dropFirst().prefix(2)
                if next != last { changes += 1 }
                last = next
            }
            // A second passes at most so many borders of columns as there are in it.
            #expect(changes <= 6, "\(span)")
        }
    }

    @Test("Smaller and larger spans are chosen by < and >, and end somewhere")
    func spans() {
        var journey = planned()
        journey.press("3 >")
        #expect(journey.shows("shows 15 min") && journey.shows("─ 15 min ─"))
        journey.press("> >")
        #expect(journey.shows("no more time than an hour is kept"))
        journey.press("< < <")
        #expect(journey.shows("─ 5 min ─"))
        journey.press("<")
        #expect(journey.shows("no less time than this"))
    }

    @Test("At 80x24 the pane is seen when it has the focus, in place of the output")
    func small() {
        var journey = planned(size: Size(width: 80, height: 24))
        #expect(!journey.shows("3 Residency") && journey.shows("5 Output"))
        journey.press("3")
        #expect(journey.shows("3 Residency") && !journey.shows("5 Output"))
        #expect(pane(journey).contains { $0.contains("deepseek-r1") && $0.contains("┆") })
        journey.press("4")
        #expect(journey.shows("5 Output"))
    }

    @Test(
        "What a step waits for says how much is free of what is needed",
        arguments: [
            ("deepseek-r1:70b needs 41.9 GiB and 27.0 GiB are free", "27.0 GiB of 41.9 free"),
            ("is not needed before step 3", nil), ("needs", nil), ("step 2 needs deepseek-r1:70b", nil),
        ] as [(String, String?)])
    func room(reason: String, words: String?) { #expect(StepText.room(in: reason) == words) }

    @Test("While a model leaves for a step, the chain pane says so in words")
    func leaves() {
        var journey = JourneyDriver(size: Size(width: 110, height: 30))
        journey.poll([.mistral()])
        journey.beginRun()
        journey.events(
            .stepStarted(step: 2, name: "Deep reasoning", model: "deepseek-r1:70b", prompt: nil),
            .modelUnloadStarted(
                model: "mistral-small:22b", reason: "deepseek-r1:70b needs 41.9 GiB and 27.0 GiB are free"))
        #expect(journey.shows("waits: mistral-small:22b must leave, 27.0 GiB of"))
        #expect(
            StepText.shares(of: .init(step: 1, loadSeconds: 5, generateSeconds: 15, output: ""), columns: 8) == [
                2, 0, 6,
            ])
        #expect(
            StepText.shares(of: .init(step: 1, loadSeconds: .nan, generateSeconds: 1, output: ""), columns: 8) == nil)
    }

    @Test("Several servers: their names stand before the models'")
    func servers() {
        var journey = JourneyDriver(size: Size(width: 140, height: 40), servers: [.gpuBox, .mac])
        journey.poll([.llama])
        journey.wait(3)
        journey.poll([.llama])
        #expect(pane(journey).contains { $0.contains("gpu-box/llama3.1:8b") })
        var empty = JourneyDriver(size: Size(width: 140, height: 40))
        empty.poll([])
        #expect(empty.shows("no model was in memory until now"))
    }

    @Test("A run's model stands in the row of its server, also when another one has it or none has listed it yet")
    func serverOfARun() {
        var journey = JourneyDriver(size: Size(width: 140, height: 40), servers: [.gpuBox, .mac])
        let (both, early): (ModelName, ModelName) = ("llama3.1:8b", "qwen3:4b")
        journey.poll([.llama])
        journey.events(
            .runStarted(
                ChainEvent.RunStarted(
                    chain: "two servers", steps: ["One", "Two"], models: [both, early], servers: ["mac", "mac"])),
            .modelLoadStarted(model: both, step: 1, prefetch: false, expectedSeconds: 3),
            .modelLoadStarted(model: early, step: 2, prefetch: true, expectedSeconds: 3))
        journey.wait(4)
        journey.poll([.llama])
        let rows = pane(journey)
        #expect(rows.contains { $0.contains("mac/llama3.1:8b") && $0.contains("░") }, "\(rows)")
        #expect(rows.contains { $0.contains("gpu-box/llama3.1:8b") && $0.contains("▒") && !$0.contains("░") })
        #expect(rows.contains { $0.contains("mac/qwen3:4b") && $0.contains("▄") })
        // What a request says goes before what was meant, and a server that is not watched names no row.
        journey.events(
            .stepStarted(step: 2, name: "Two", model: early, prompt: "x"),
            .promptSent(ChainEvent.PromptSent(step: 2, round: 1, server: "gpu-box", model: early, messages: [])))
        #expect(pane(journey).contains { $0.contains("gpu-box/qwen3:4b") })
        journey.events(
            .promptSent(ChainEvent.PromptSent(step: 2, round: 2, server: "attic", model: early, messages: [])))
        #expect(pane(journey).contains { $0.contains(" qwen3:4b") })
    }
}
