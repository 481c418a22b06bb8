import Foundation
import PromptChainCore
import RunHistory
import Testing

/// `promptchain history`, as it is read.
struct HistoryCommandTests {
    private let history = RecordedHistory()

    @Test
    func list() async throws {
        history.record(history.run("aa11bb22cc33"), RecordedHistory.failing)
        history.record(history.run("dd44ee55ff66", chain: "日本語 \u{1B}[31mred", minutes: 90), [])
        let result = try await history.ask("history")
        #expect(result.status == 0, "\(result)")
        #expect(
            result.output == """
                #  RUN           CHAIN            BEGAN             STATUS  STEPS  TIME  WAITED
                2  dd44ee55ff66  日本語 �[31mred  2026-11-24 09:42  died      0/3
                1  aa11bb22cc33  Research         2026-11-24 08:12  failed    2/3   42s     16s

                """)
        #expect(result.errors.isEmpty)
        #expect(try await history.ask("history", "list", "--limit", "1").output.split(separator: "\n").count == 2)
        let json = try await history.ask("history", "list", "--json").json()
        let runs = try #require(json["runs"]?.arrayValue)
        #expect(runs.map { $0["status"] } == ["died", "failed"])
        #expect(runs[1]["run"] == "aa11bb22cc33")
        #expect(runs[1]["chain"] == "Research")
        #expect(runs[1]["started_at"] == "2026-11-24T08:12:00.000Z")
        #expect(runs[1]["seconds"]?.doubleValue == 42)
        #expect(runs[1]["steps"] == 3)
        #expect(runs[1]["stall_seconds"]?.doubleValue == 16)
        #expect(runs[0]["seconds"] == JSONValue.null)
    }

    @Test
    func show() async throws {
        history.record(history.run("aa11bb22cc33"), RecordedHistory.failing)
        let result = try await history.ask("history", "show", "aa1", "--ascii")
        #expect(result.status == 0, "\(result)")
        let expected = """
            Research: failed in step 3 after 42s (run aa11bb22cc33, number 1)
              began 2026-11-24 08:12:00 on \(RunProcess.host), from /chains/research.yaml
              why: wc ended with status 1: secret words
              peak VRAM 42.0 GiB of 48.0 GiB
              16s of it waiting for models to load or leave
              promptchain resume aa11bb22cc33 goes on from step 3

               STEP     MODEL              QUEUE  LOAD  FIRST  WRITE  TOKENS  TOK/S
            ✔  1 Quick  mistral-small:22b   0.0s  4.0s   1.0s   5.0s     210     42
            ✔  2 Deep   deepseek-r1:70b     0.2s   12s   2.0s    15s     141    9.4
            ✘  3 Final

            ! half of the prompt was lost
              Raise the context.
            ✘ step 3: wc ended with status 1: secret words

            In memory  (. loading, - in memory, # writing)
              mistral-small:22b  .....##########-
              deepseek-r1:70b                   .................#########################--
                                 0s                          21s                         42s

            """
        #expect(result.output == expected)
        let wide = try await ProgramRun.result(
            "history", "show", in: history.folder, environment: ["TZ": "UTC", "COLUMNS": "40"])
        #expect(wide.output.contains("░░"))
        let picture = wide.output.split(separator: "\n").drop { !$0.hasPrefix("In memory") }.dropFirst()
        #expect(picture.allSatisfy { $0.count <= 40 })
    }

    @Test
    func theTimeInWhichARunDidNotRunTakesOneColumn() async throws {
        let model = ModelName("mistral:7b")
        let start = ChainEvent.RunStarted(chain: "Research", steps: ["Quick", "Deep"], models: [model, model])
        let first: [(Double, ChainEvent)] = [
            (0, .runStarted(start)), (0, .stepStarted(step: 1, name: "Quick", model: model, prompt: "p")),
            (0, .modelLoadStarted(model: model, step: 1, prefetch: false, expectedSeconds: nil)),
            (5, .modelLoaded(model: model, loadSeconds: 5, vramBytes: 5 << 30, contextLength: 4096)),
            (
                10,
                .stepFinished(.init(step: 1, loadSeconds: 5, firstTokenSeconds: 1, generateSeconds: 4, output: "one"))
            ),
        ]
        let second: [(Double, ChainEvent)] = [
            (0, .runStarted(start)), (0, .runResumed(fromStep: 2, seconds: 10)),
            (0, .stepStarted(step: 2, name: "Deep", model: model, prompt: "p")),
            (0, .modelLoadStarted(model: model, step: 2, prefetch: false, expectedSeconds: nil)),
            (5, .modelLoaded(model: model, loadSeconds: 5, vramBytes: 5 << 30, contextLength: 4096)),
            (
                10,
                .stepFinished(.init(step: 2, loadSeconds: 5, firstTokenSeconds: 1, generateSeconds: 4, output: "two"))
            ),
            (10, .modelUnloaded(model: model, unloadSeconds: 0, verified: true)),
            (10, .runFinished(.init(status: .completed, output: "two", seconds: 20))),
        ]
        history.record(history.run("aa11bb22cc33"), first)
        history.record(history.run("aa11bb22cc33", minutes: 24 * 60), second, after: first.count)
        let shown = try await ProgramRun.result(
            "history", "show", "--ascii", in: history.folder, environment: ["TZ": "UTC", "COLUMNS": "55"])
        let picture = shown.output.split(separator: "\n").drop { !$0.hasPrefix("In memory") }.dropFirst()
        #expect(
            Array(picture) == [
                "  mistral:7b  ..........##########:..........##########",
                "              0s                 10s                20s", "  : not running for 23h59m",
            ], "\(shown)")
        let json = try await history.ask("history", "show", "--json").json()
        #expect(
            json["pauses"] == [["from": "2026-11-24T08:12:10.000Z", "to": "2026-11-25T08:12:00.000Z"]])
    }

    @Test
    func showAsJSON() async throws {
        history.record(history.run("aa11bb22cc33"), RecordedHistory.failing)
        let page = try await history.ask("history", "show", "--json").json()
        #expect(page["run"] == "aa11bb22cc33")
        #expect(page["error"] == "wc ended with status 1: secret words")
        let steps = try #require(page["steps"]?.arrayValue)
        #expect(steps.map { $0["status"] } == ["done", "done", "failed"])
        #expect(steps[1]["queue_seconds"]?.doubleValue == 0.2)
        #expect(steps[2]["model"] == JSONValue.null)
        #expect(page["notes"]?.arrayValue?.map { $0["event"] } == ["warning", "step_failed"])
        let phases = try #require(page["residency"]?.arrayValue)
        #expect(
            phases.contains([
                "model": "deepseek-r1:70b", "phase": "loading", "from": "2026-11-24T08:12:11.000Z",
                "to": "2026-11-24T08:12:23.000Z",
            ]))
    }

    @Test
    func export() async throws {
        history.record(history.run("aa11bb22cc33"), RecordedHistory.failing)
        let plain = try await history.ask("history", "export", "1")
        let events = try plain.jsonLines()
        #expect(events.first?["event"] == "run_started")
        #expect(events.first?["v"] == 1)
        #expect(events.last?["event"] == "run_finished")
        // The first token tells when the model began to write.
        let tokens = events.filter { $0["event"] == "token" }
        #expect(tokens.map { $0["text"] } == ["Secret ", "answer"])
        #expect(tokens.map { $0["time"] } == ["2026-11-24T08:12:05.000Z", "2026-11-24T08:12:09.900Z"])
        #expect(events.compactMap { $0["seq"]?.integerValue } == Array(1...Int64(events.count)))
        let redacted = try await history.ask("history", "export", "latest", "--redact")
        #expect(!redacted.output.lowercased().contains("secret"))
        #expect(redacted.output.contains("(13 characters)"))
        let others = try redacted.jsonLines()
        #expect(others.map { $0["event"] } == events.map { $0["event"] })
        #expect(others.map { $0["time"] } == events.map { $0["time"] })
        #expect(others.last?["stall_seconds"]?.doubleValue == 16)
    }

    @Test
    func redactedIsWhatMayQuoteATextAndNothingElse() async throws {
        let model = ModelName("mistral-small:22b")
        history.record(
            history.run("aa11bb22cc33"),
            [
                (0, .runStarted(.init(chain: "Research", steps: ["Each"], models: [model]))),
                (0, .stepStarted(step: 1, name: "Each", model: model, prompt: nil, items: 2)),
                (1, .stepStarted(step: 1, name: "Each", model: model, prompt: "My secret is the blue door")),
                (2, .modelLoadFailed(model: model, error: "out of memory", hint: "Take a smaller context.")),
                (
                    3,
                    .modelLoadFailed(
                        model: model, error: "cannot parse “SECRET is the Blue door”",
                        hint: "the secret is the blue door")
                ),
                (4, .warning(message: "the secret was cut", hint: "Ask for the secret again.")),
                (5, .warning(message: "no hint", hint: nil)),
                (6, .stepRetried(step: 1, attempt: 2, reason: "it says secret", breaker: "no secrets")),
                (7, .log(level: "info", component: "chain", message: "a secret line")),
                (8, .jumped(from: 1, to: 1, breaker: "back")),
            ])
        let redacted = try await history.ask("history", "export", "latest", "--redact")
        let events = try redacted.jsonLines()
        #expect(events.map { $0["items"]?.integerValue }.prefix(3) == [nil, 2, nil])
        let loads = events.filter { $0["event"] == "model_load_failed" }
        #expect(loads.map { $0["error"] } == ["out of memory", "(38 characters)"])
        #expect(loads.map { $0["hint"] } == ["Take a smaller context.", "(27 characters)"])
        let warnings = events.filter { $0["event"] == "warning" }
        #expect(warnings.map { $0["message"] } == ["(18 characters)", "(7 characters)"])
        #expect(warnings.map { $0["hint"] ?? .null } == ["(25 characters)", .null])
        // The name of a rule stands in the chain's file, as those of steps do.
        let words = redacted.output.replacing("no secrets", with: "").lowercased()
        #expect(!words.contains("secret") && words.contains("\"breaker\":\"back\""))
    }

    @Test
    func prune() async throws {
        for (minutes, id) in [(0.0, "old"), (60, "mid")] {
            history.record(history.run(id, minutes: minutes), RecordedHistory.failing)
        }
        var recent = history.run("new")
        recent.startedAt = Date()
        history.record(recent, RecordedHistory.failing)
        let asks = try await history.ask("history", "prune", "--older-than", "1h")
        #expect(asks.status == 64)
        #expect(asks.errors.contains("prune asks before it deletes; without a terminal it needs --yes"))
        let result = try await history.ask("history", "prune", "--older-than", "1h", "--yes", "--json")
        #expect(result.status == 0, "\(result)")
        #expect(try result.json()["runs"] == 2)
        let again = try await history.ask("history", "prune", "--yes")
        #expect(again.output == "no run is that old, or the history is small enough: nothing was deleted\n")
        #expect(try HistoryArchive(path: history.file).runs(limit: 10).map(\.id) == ["new"])
    }

    @Test
    func nothingIsThereYet() async throws {
        #expect(try await history.ask("history").output == "no run is recorded\n")
        #expect(try await history.ask("history", "list", "--json").json() == ["runs": []])
        let result = try await history.ask("history", "show")
        #expect(result.status == 1)
        #expect(result.errors.hasPrefix("promptchain: no run is recorded\n  Every promptchain run is, unless"))
        #expect(try await history.ask("history", "prune", "--yes").status == 0)
        #expect(!FileManager.default.fileExists(atPath: history.file))
    }

    @Test
    func runsThatAreNotThere() async throws {
        for id in ["aa11", "aa22"] { history.record(history.run(id), []) }
        let unknown = try await history.ask("history", "show", "zz")
        #expect(unknown.status == 1)
        #expect(
            unknown.errors == """
                promptchain: there is no run “zz”
                  The newest are 2 (aa22, Research), 1 (aa11, Research); promptchain history lists more.

                """)
        let several = try await history.ask("history", "export", "aa")
        #expect(several.status == 1)
        #expect(several.errors.contains("several runs begin with “aa”: aa22, aa11"))
    }

    @Test
    func aCorruptFileIsLeftToTheNextRun() async throws {
        _ = try history.folder.write(String(repeating: "no database\n", count: 500), to: "state/promptchain/history.db")
        let result = try await history.ask("history")
        #expect(result.status == 1)
        #expect(result.errors.contains("history.db cannot be read: file is not a database"))
        #expect(result.errors.contains("The next run moves it aside and begins a new one"))
    }
}

/// What `promptchain run` leaves in the history.
struct RecordedRunTests {
    @Test
    func everyRunIsKept() async throws {
        try await Simulation.run { server in
            let folder = TestFolder()
            let chain = try folder.write(Chains.research, to: "chain.yaml")
            let result = try await ProgramRun.result(
                "run", chain, "--policy", "strict", "--server", server.url, "--input", "Why?", in: folder)
            #expect(result.status == 0, "\(result)")
            let archive = HistoryArchive(path: folder.path("state/promptchain/history.db"))
            let run = try #require(try archive.run(matching: "latest"))
            #expect(run.status == .completed)
            #expect(run.input == "Why?")
            #expect(run.file == chain)
            #expect(run.chainText == Chains.research)
            #expect(run.options["policy"] == "strict")
            #expect(run.options["server"] == .string(server.url))
            let outputs = try archive.outputs(of: run)
            #expect(outputs[3].map { $0 + "\n" } == result.output)
            #expect(try archive.steps(of: run).allSatisfy { $0.status == .done && ($0.outputTokens ?? 0) > 0 })
            // What was in memory was seen: each model at some time, and nothing at the end.
            let samples = try archive.samples(of: run)
            #expect(Set(samples.compactMap(\.model)) == ["mistral-small:22b", "deepseek-r1:70b"])
            #expect(samples.last.map { $0.model == nil } == true)
            let events = try archive.events(of: run.id, after: 0, limit: 10_000)
            #expect(events.filter { if case .token = $0.event { true } else { false } }.count < 20)
            let exported = try await ProgramRun.result("history", "export", in: folder)
            #expect(exported.output == events.map { $0.jsonLine() + "\n" }.joined())
        }
    }

    @Test(arguments: [["--no-history"], ["--config"]])
    func oneThatIsToLeaveNoTraceDoesNot(arguments: [String]) async throws {
        try await Simulation.run { server in
            let folder = TestFolder()
            let chain = try folder.write(Chains.oneStep(isManaged: true), to: "chain.yaml")
            let config = try folder.write("history: {enabled: false}\n", to: "quiet.yaml")
            let options = arguments + (arguments == ["--config"] ? [config] : [])
            let result = try await ProgramRun.result(
                ["run", chain, "--server", server.url, "--input", "Why?"] + options, in: folder)
            #expect(result.status == 0, "\(result)")
            let file = folder.path("state/promptchain/history.db")
            #expect(try HistoryArchive(path: file).runs(limit: 10).isEmpty)
            let database = MeasurementDatabase(path: file) { _ in }
            #expect(database.measurements == Measurements())
            database.close()
        }
    }

    @Test
    func aRunGoesOnWhenNothingCanBeKept() async throws {
        try await Simulation.run { server in
            let folder = TestFolder()
            let chain = try folder.write(Chains.oneStep(isManaged: true), to: "chain.yaml")
            _ = try folder.write("", to: "state")
            let result = try await ProgramRun.result(
                "run", chain, "--server", server.url, "--input", "Why?", in: folder)
            #expect(result.status == 0, "\(result)")
            #expect(result.errors.split(separator: "\n").filter { $0.contains("history.db cannot be used") }.count == 1)
        }
    }
}
