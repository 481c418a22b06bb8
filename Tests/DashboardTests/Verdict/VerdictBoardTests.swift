import DashboardTestSupport
import PromptChainCore
import Testing

@testable import Dashboard

@Suite("Findings over time") struct VerdictBoardTests {
    private static let rules = [
        VerdictRule("a", hold: 2, linger: 3) { _ in [] }, VerdictRule("b", hold: 0, linger: 0) { _ in [] },
    ]

    private func finding(_ rule: String, _ severity: Finding.Severity = .attention, model: ModelName? = nil) -> Finding
    {
        Finding(
            subject: Finding.Subject(server: "s", model: model), severity: severity, text: "\(rule) says",
            evidence: [], rule: rule)
    }

    @Test(
        "One shows after it has held, and stays a little",
        arguments: [
            // Seconds in which it holds, and those in which it is shown, of 0…9.
            ([0, 1], []), ([0, 1, 2], [2, 3, 4]), ([0, 1, 2, 3, 4, 5], [2, 3, 4, 5, 6, 7]),
            // It comes and goes, and does not flicker.
            ([0, 1, 2, 4, 6, 8], [2, 3, 4, 5, 6, 7, 8, 9]),
            // It never holds for long enough.
            ([0, 1, 3, 4, 6, 7], []),
        ] as [([Int], [Int])])
    func holds(_ holding: [Int], _ shown: [Int]) {
        var board = VerdictBoard()
        var seen: [Int] = []
        for second in 0...9 {
            board.look(holding.contains(second) ? [finding("a")] : [], rules: Self.rules, at: Double(second))
            if !board.shown.isEmpty { seen.append(second) }
        }
        #expect(seen == shown)
    }

    @Test("What is said of a model in memory ends with it, and does not linger; other findings do")
    func modelsThatLeft() {
        let rules = [
            VerdictRule("a", linger: 3, endsWithItsModel: true) { _ in [] }, VerdictRule("b", linger: 3) { _ in [] },
        ]
        var board = VerdictBoard()
        let found = [finding("a", model: "x"), finding("a", model: "y"), finding("b", model: "x")]
        board.look(found, rules: rules, at: 0)
        #expect(board.shown.count == 3)
        board.look([], rules: rules, at: 1) { $0.model == "x" }
        #expect(board.shown.map(\.finding.rule) == ["b", "a"])
        #expect(board.shown.map(\.finding.subject.model) == ["x", "y"])
    }

    @Test("A model that is gone has left: the line does not say any more that it has not")
    func unloaded() {
        var bench = RuleBench()
        bench.read([.llama, .nomic])
        bench.journey.press("u")
        bench.read(after: 4, [.llama, .nomic])
        #expect(bench.line.hasPrefix("▲ llama3.1:8b has not left"), "\(bench.line)")
        // It is listed still, and asked for again: that may change with the next reading.
        let unload = DashboardOperation.unload(server: "gpu-box", model: "llama3.1:8b")
        bench.journey.send(.operationFinished(unload, .succeeded(nil)))
        bench.read(after: 0.1, [.nomic])
        #expect(!bench.line.contains("has not left"), "\(bench.line)")
    }

    @Test("One is new once, however long it holds")
    func fresh() {
        var board = VerdictBoard()
        var news: [Double] = []
        for (time, holds) in [
            (0.0, true), (1, true), (2, true), (3, false), (4, true), (9, false), (12, false), (13, true),
        ] {
            board.look(holds ? [finding("b"), finding("a")] : [], rules: Self.rules, at: time)
            if board.fresh.contains(where: { $0.rule == "a" }) { news.append(time) }
        }
        // Its silence at 3 was too short to be noticed.
        #expect(news == [2])
        board.forgetFresh()
        #expect(board.fresh.isEmpty)
    }

    @Test("The gravest is first, then the rule that stands first, then by name")
    func order() {
        let found = [
            finding("spill", .advice), finding("queue", model: "b"), finding("queue", model: "a"),
            finding("load-stalled"), finding("gpu-lost", .failed),
        ]
        for findings in [found, found.reversed()] {
            let sorted = VerdictRules.sorted(Array(findings))
            #expect(sorted.map(\.rule) == ["gpu-lost", "load-stalled", "queue", "queue", "spill"])
            #expect(sorted.map(\.subject.model) == [nil, nil, "a", "b", nil])
        }
    }

    @Test("Two that come and go in turn do not push each other away")
    func flapping() {
        var board = VerdictBoard()
        let (first, second) = (finding("a", model: "x"), finding("a", model: "y"))
        for time in 0...3 { board.look([first, second], rules: Self.rules, at: Double(time)) }
        var tops: Set<ModelName?> = []
        for time in 4...20 {
            board.look([time.isMultiple(of: 2) ? first : second], rules: Self.rules, at: Double(time))
            tops.insert(board.shown.first?.finding.subject.model)
        }
        #expect(tops == ["x"])
    }

    @Test("Where time goes back, what came later is forgotten")
    func backwards() {
        var board = VerdictBoard()
        for time in 0...5 { board.look([finding("a")], rules: Self.rules, at: Double(time)) }
        #expect(board.shown.count == 1)
        board.look([finding("a")], rules: Self.rules, at: 1)
        #expect(board.shown.isEmpty)
    }

    @Test("Rules that fire together: what keeps somebody waiting goes before advice, and a failure before all")
    func together() {
        var bench = RuleBench()
        bench.read([.llama])
        #expect(bench.line.hasPrefix("▲ llama3.1:8b runs 19 % on the CPU"))
        // Somebody uses it: what goes on is said, with the spill as one part of it.
        bench.read([.llama], doing: [.writing(5)])
        #expect(bench.line.hasPrefix("● llama3.1:8b writes for somebody, 5 tokens so far; 19 % of it is on the CPU"))
        for tokens in 6...9 { bench.read([.llama], doing: [.writing(tokens, waiting: 2)]) }
        #expect(bench.line.hasPrefix("▲ 2 requests wait for llama3.1:8b"))
        bench.read([.llama], doing: [.writing(9, waiting: 2)], gpus: [.card(0, fault: "GPU is lost")])
        #expect(bench.line.hasPrefix("✘ GPU 0 (RTX) does not answer: GPU is lost"))
        #expect(bench.journey.state.newFindings.map(\.rule) == ["gpu-lost"])
        bench.read([.llama], doing: [.writing(10, waiting: 2)], gpus: [.card(0, fault: "GPU is lost")])
        #expect(bench.journey.state.newFindings.isEmpty)
    }
}
