import DashboardTestSupport
import Foundation
import PromptChainCore
import Testing

@testable import Dashboard

@Suite("The rules") struct RuleTests {
    @Test("Each fires when it should, and stays quiet when it should", arguments: RuleCase.all)
    func cases(_ one: RuleCase) {
        var bench = RuleBench()
        one.play(&bench)
        #expect(bench.sentences(one.rule) == one.sentences)
        // What fires has proof, and a place to go.
        for finding in bench.findings(one.rule) { #expect(!finding.evidence.isEmpty) }
    }

    @Test("Every rule has a case in which it fires and one in which it is quiet", arguments: VerdictRules.names)
    func covered(_ rule: String) {
        let cases = RuleCase.all.filter { $0.rule == rule }
        #expect(cases.contains { !$0.sentences.isEmpty })
        #expect(cases.contains { $0.sentences.isEmpty })
    }

    @Test("The manual has a section for every rule, in their order, and for nothing else")
    func manual() throws {
        let lines = try TestFiles.text("docs/verdicts.md").split(separator: "\n")
        let sections = lines.filter { $0.hasPrefix("### `") }.map { String($0.dropFirst(5).dropLast()) }
        #expect(sections == VerdictRules.names)
        for name in sections {
            let text = lines.drop { $0 != "### `\(name)`" }.dropFirst().prefix { !$0.hasPrefix("#") }
            #expect(text.contains { $0.hasPrefix("- **Fires**") }, "\(name)")
            #expect(text.contains { $0.hasPrefix("- **Tests**") }, "\(name)")
        }
    }

    @Test("No case makes a rule fire that is not its own, unless that one has a case like it")
    func names() {
        #expect(Set(RuleCase.all.map(\.rule)) == Set(VerdictRules.names))
        #expect(Set(VerdictRules.names).count == VerdictRules.names.count)
    }
}

extension RuleCase {
    static let all = servers + loads + rooms + unloads + memory + requests + gpus + reloads + models + logs

    private static let servers: [RuleCase] = [
        RuleCase("server-unreachable", "refused", ["gpu-box unreachable: connection refused — is it running?"]) {
            $0.read([.nomic])
            $0.read([.nomic], state: .unreachable(reason: "connection refused", hint: "is it running?"))
        },
        RuleCase("server-unreachable", "ready") { $0.read([.nomic]) },
        RuleCase(
            "server-hung", "silent", ["gpu-box has not answered for 10s; what is shown is its last reading"]
        ) {
            $0.read(after: 0)
            $0.read(after: 10, state: .stale(since: Date(timeIntervalSince1970: JourneyDriver.start)))
        },
        RuleCase("server-hung", "answers again") {
            $0.read(after: 10, state: .stale(since: Date(timeIntervalSince1970: JourneyDriver.start)))
            $0.read()
        },
        RuleCase(
            "server-starting", "first seconds",
            ["gpu-box is starting: Ollama looks for its GPUs, it accepts connections and answers soon"]
        ) { $0.read(state: .starting) },
        RuleCase("server-starting", "answers") { $0.read() },
    ]

    private static let loads: [RuleCase] = [
        RuleCase("load-slow", "far beyond the usual", ["qwen3:32b loads: 31s, usually 20s"]) {
            $0.usually(20)
            $0.read(doing: [.loading(31)])
        },
        RuleCase("load-slow", "a little beyond") {
            $0.usually(20)
            $0.read(doing: [.loading(29)])
        },
        RuleCase("load-slow", "a short one may take twice as long") {
            $0.usually(1)
            $0.read(doing: [.loading(3.5)])
        },
        RuleCase("load-slow", "nobody knows what is usual") { $0.read(doing: [.loading(500)]) },
        RuleCase("load-slow", "learned from a load of somebody's", ["qwen3:32b loads: 40s, usually 10s"]) {
            $0.read(doing: [.loading(8)])
            $0.read(after: 2, [.whole("qwen3:32b")])
            $0.read()
            $0.read(doing: [.loading(40)])
        },
        RuleCase(
            "load-stalled", "nothing moves",
            [
                "qwen3:32b has made no headway for 16s: nothing is read, VRAM does not grow; "
                    + "its process waits for a disk or a driver"
            ]
        ) { bench in
            bench.read(doing: [.loading(1, read: 1 << 30, resident: 1 << 30)], gpus: [.card(4)])
            for second in 2...18 {
                bench.read(
                    doing: [.loading(Double(second), read: 2 << 30, resident: 2 << 30, .blocked)], gpus: [.card(5)])
            }
        },
        RuleCase("load-stalled", "only VRAM grows: the file was in the page cache") { bench in
            for second in 1...20 {
                bench.read(
                    doing: [.loading(Double(second), read: 0, resident: 1 << 30)], gpus: [.card(Double(second) * 0.5)])
            }
        },
        RuleCase("load-stalled", "only a short pause") { bench in
            for second in 1...14 { bench.read(doing: [.loading(Double(second), read: 1 << 30)]) }
        },
        RuleCase("load-stalled", "its files cannot be read") { bench in
            for second in 1...30 { bench.read(doing: [.loading(Double(second))]) }
        },
    ]

    private static let rooms: [RuleCase] = [
        RuleCase(
            "waits-for-room", "another works on",
            [
                "deepseek-r1:70b waits for room: llama3.1:8b must leave and writes an answer, 182 tokens so far; "
                    + "it needs 39.6 GiB and more, 10.0 GiB are free"
            ]
        ) {
            $0.read([.whole("llama3.1:8b", 38)], doing: [.writing(182)])
            $0.load("deepseek-r1:70b")
            $0.read(after: 3, [.whole("llama3.1:8b", 38)], doing: [.writing(182)])
        },
        RuleCase("waits-for-room", "there is room") {
            $0.read([.whole("llama3.1:8b", 5)], doing: [.writing(182)])
            $0.load("deepseek-r1:70b")
            $0.read(after: 3, [.whole("llama3.1:8b", 5)], doing: [.writing(182)])
        },
        RuleCase("waits-for-room", "it loads already") {
            $0.read([.whole("llama3.1:8b", 38)], doing: [.writing(182)])
            $0.load("deepseek-r1:70b")
            $0.read(after: 3, doing: [.writing(182), .loading(2, model: "deepseek-r1:70b")])
        },
        RuleCase(
            "waits-for-room", "a step waits for a model that works",
            [
                "step 1/3 waits: llama3.1:8b must leave and writes an answer, 9 tokens so far; "
                    + "mistral-small:22b needs 13.9 GiB"
            ]
        ) {
            $0.journey.beginRun()
            $0.journey.events(.modelUnloadStarted(model: "llama3.1:8b", reason: "mistral-small:22b needs 13.9 GiB"))
            $0.read([.whole("llama3.1:8b", 38)], doing: [.writing(9)])
        },
    ]

    private static let unloads: [RuleCase] = [
        RuleCase(
            "unload-held", "a request is still answered",
            ["llama3.1:8b has not left: it still works on a request, 9 tokens so far; it goes when that ends"]
        ) {
            $0.read([.whole("llama3.1:8b")], doing: [.writing(5)])
            $0.journey.press("u")
            $0.read(after: 4, [.whole("llama3.1:8b")], doing: [.writing(9)])
        },
        RuleCase("unload-held", "its time is over", ["llama3.1:8b has not left: somebody still uses it"]) {
            $0.read([.whole("llama3.1:8b", expires: 2)])
            $0.journey.press("u")
            $0.read(after: 9, [.whole("llama3.1:8b", expires: 2)])
        },
        RuleCase(
            "unload-held", "nobody knows why",
            ["llama3.1:8b has not left: told to go 4s ago, and the server does not say why it stays"]
        ) {
            $0.read([.whole("llama3.1:8b")])
            $0.journey.press("u")
            $0.read(after: 4, [.whole("llama3.1:8b")])
        },
        RuleCase("unload-held", "a moment ago") {
            $0.read([.whole("llama3.1:8b")], doing: [.writing(5)])
            $0.journey.press("u")
            $0.read(after: 2, [.whole("llama3.1:8b")], doing: [.writing(9)])
        },
        RuleCase("unload-held", "it left") {
            $0.read([.whole("llama3.1:8b")])
            $0.journey.press("u")
            $0.read(after: 4)
        },
    ]

    private static let memory: [RuleCase] = [
        RuleCase(
            "memory-not-back", "the driver keeps it",
            ["qwen3:32b left 6s ago, and its 20.0 GiB are not back; llama-server (61) holds 19.5 GiB"]
        ) {
            let holder = GPUProcess(processID: 61, usedBytes: .gib(19.5), name: "llama-server")
            $0.read([.whole("qwen3:32b", 20)], gpus: [.card(21)])
            $0.read(gpus: [.card(20.5, [holder])])
            $0.read(after: 6, gpus: [.card(20.5, [holder])])
        },
        RuleCase("memory-not-back", "it came back") {
            $0.read([.whole("qwen3:32b", 20)], gpus: [.card(21)])
            $0.read(gpus: [.card(20.5)])
            $0.read(after: 6, gpus: [.card(1)])
        },
        RuleCase("memory-not-back", "another model has it now") {
            $0.read([.whole("qwen3:32b", 20)], gpus: [.card(21)])
            $0.read([.whole("llama3.1:8b", 18)], gpus: [.card(19)])
            $0.read(after: 6, [.whole("llama3.1:8b", 18)], gpus: [.card(19)])
        },
        RuleCase("memory-not-back", "no driver to ask") {
            $0.read([.whole("qwen3:32b", 20)])
            $0.read()
            $0.read(after: 6)
        },
    ]
}

extension RuleBench {
    /// Asks for a load in the dialog for it, with another context where it is loaded already.
    mutating func load(_ model: String, anew: Bool = false) {
        journey.press("l")
        journey.send(.installedModels(server: "gpu-box", JourneyDriver.installed))
        journey.type(model)
        journey.press(anew ? "Right Enter" : "Enter")
    }
}
