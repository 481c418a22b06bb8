import Foundation
import PromptChainCore
import Testing

/// `promptchain run` against a simulated server.
struct RunCommandTests {
    @Test
    func plain() async throws {
        try await Simulation.run { server in
            let folder = TestFolder()
            let chain = try folder.write(Chains.research, to: "chain.yaml")
            let result = try await ProgramRun.result(
                "run", chain, "--server", server.url, "--output", folder.path("answer.txt"), input: "Why?", in: folder)
            #expect(result.status == 0, "\(result)")
            let answer = try folder.read("answer.txt")
            #expect(!answer.isEmpty)
            #expect(result.output == answer + "\n")
            let told = result.errors.split(separator: "\n")
            #expect(told.first == "Research: 3 steps, models managed, policy same-model")
            #expect(told.contains("2/3 Deep  (deepseek-r1:70b)"))
            #expect(told.filter { $0.hasPrefix("Research: completed after ") }.count == 1)
            #expect(told.filter { $0.contains("loaded deepseek-r1:70b in ") }.count == 1)
            #expect(told.contains("  nothing that this chain loaded is left in VRAM"))
            #expect(try await server.loaded().isEmpty)
        }
    }

    @Test
    func theFiguresOfItemsAddUp() async throws {
        try await Simulation.run { server in
            let folder = TestFolder()
            let chain = try folder.write(
                """
                name: List
                model_management: {enabled: true}
                steps:
                  - {name: Each, model: "mistral:7b", for_each: lines, instruction: "Say: {input}"}
                """, to: "chain.yaml")
            let result = try await ProgramRun.result(
                "run", chain, "--server", server.url, "--json", "--input", "one\ntwo\nthree", in: folder)
            #expect(result.status == 0, "\(result)")
            let events = try result.jsonLines()
            let started = events.filter { $0["event"] == "step_started" }
            #expect(started.map { $0["items"]?.integerValue } == [3, nil, nil, nil])
            let ends = events.filter { $0["event"] == "step_finished" }
            #expect(ends.map { $0["item"]?.integerValue } == [1, 2, 3, nil])
            let (items, whole) = (ends.dropLast(), try #require(ends.last))
            func sum(_ key: String) -> Int64 { items.reduce(0) { $0 + ($1[key]?.integerValue ?? 0) } }
            #expect(sum("output_tokens") > 3 && whole["output_tokens"]?.integerValue == sum("output_tokens"))
            #expect(sum("prompt_tokens") > 3 && whole["prompt_tokens"]?.integerValue == sum("prompt_tokens"))
            #expect(
                whole["output"]?.stringValue == items.compactMap { $0["output"]?.stringValue }.joined(separator: "\n"))
            // One after another: the step writes as long as all of them, and waits as the first.
            func seconds(_ event: JSONValue, _ key: String) -> Double { event[key]?.doubleValue ?? -1 }
            let first = try #require(items.first)
            #expect(seconds(whole, "load_seconds") > 0 && whole["load_seconds"] == first["load_seconds"])
            #expect(whole["first_token_seconds"] == first["first_token_seconds"])
            let writing = items.reduce(0) { $0 + seconds($1, "generate_seconds") }
            #expect(seconds(whole, "generate_seconds") >= writing - 0.001)
            // A rate is that of one answer.
            let written = items.reduce(0) {
                $0 + seconds($1, "output_tokens") / seconds($1, "tokens_per_second")
            }
            let rate = Double(sum("output_tokens")) / written
            #expect(abs(seconds(whole, "tokens_per_second") - rate) < rate / 1000)
        }
    }

    @Test
    func strictHoldsOneModel() async throws {
        let folder = TestFolder()
        try await Simulation.run(trace: folder.path("trace")) { server in
            let chain = try folder.write(Chains.research, to: "chain.yaml")
            let result = try await ProgramRun.result(
                "run", chain, "--policy", "strict", "--json", "--input", "Why?", in: folder,
                environment: ["OLLAMA_HOST": server.url])
            #expect(result.status == 0)
            #expect(result.errors.isEmpty)
            let events = try result.jsonLines()
            #expect(events.map { $0["seq"]?.integerValue } == (1...Int64(events.count)).map { $0 })
            #expect(events.first?["event"] == "run_started")
            #expect(events.first?["policy"] == "strict")
            #expect(events.last?["event"] == "run_finished")
            #expect(events.last?["status"] == "completed")
            #expect(events.last?["final_vram_bytes"] == 0)
            #expect(try await server.loaded().isEmpty)
        }
        let trace = try folder.read("trace").split(separator: "\n").map {
            try JSONDecoder().decode(JSONValue.self, from: Data($0.utf8))
        }
        #expect(trace.filter { $0["event"] == "loaded" }.count == 3)
        #expect(trace.allSatisfy { ($0["resident"]?.arrayValue?.count ?? 0) <= 1 })
    }

    @Test
    func keepLoaded() async throws {
        try await Simulation.run(speed: 20) { server in
            let folder = TestFolder()
            let chain = try folder.write(Chains.oneStep(isManaged: true), to: "chain.yaml")
            let result = try await ProgramRun.result(
                "run", chain, "--keep-loaded", "--input", "hello", "--server", server.url, in: folder)
            #expect(result.status == 0)
            #expect(result.errors.contains("that this chain loaded are still in VRAM: promptchain unload frees them"))
            #expect(try await server.loaded() == ["mistral:7b"])
        }
    }

    @Test
    func unmanagedLoadsNothingItself() async throws {
        try await Simulation.run { server in
            let folder = TestFolder()
            let chain = try folder.write(Chains.oneStep(isManaged: false), to: "chain.yaml")
            let input = try folder.write("hello", to: "question.txt")
            let result = try await ProgramRun.result(
                "run", chain, "--input-file", input, "--server", server.url, in: folder)
            #expect(result.status == 0)
            #expect(result.errors.hasPrefix("Short: 1 step, models not managed\n"))
            #expect(!result.errors.contains("unloading"))
        }
    }

    @Test
    func spillIsTold() async throws {
        try await Simulation.run(vram: 24 << 30, speed: 200) { server in
            let folder = TestFolder()
            let chain = try folder.write(
                Chains.oneStep(isManaged: true, model: "deepseek-r1:70b") + "context: 4096\n", to: "chain.yaml")
            let result = try await ProgramRun.result(
                "run", chain, "--vram", "24GiB", "--input", "hello", "--server", server.url, in: folder)
            #expect(result.status == 0)
            let warning =
                "! deepseek-r1:70b at 4096 tokens needs 41.1 GiB; 22.8 GiB can be used: about 18.3 GiB would run"
            #expect(result.errors.components(separatedBy: warning).count == 2, "\(result)")
        }
    }

    @Test
    func pullsWhatIsMissing() async throws {
        try await Simulation.run { server in
            let folder = TestFolder()
            let chain = try folder.write(Chains.oneStep(isManaged: true), to: "chain.yaml")
            _ = try await ProgramRun.result("rm", "mistral:7b", "--server", server.url)
            let arguments = ["run", chain, "--input", "hello", "--server", server.url]
            let without = try await ProgramRun.result(arguments, in: folder)
            #expect(without.status == 1)
            #expect(without.errors.contains("`promptchain pull mistral:7b`"), "\(without)")
            #expect(try await ProgramRun.result(arguments + ["--pull"], in: folder).status == 0)
        }
    }

    @Test
    func outputThatCannotBeWritten() async throws {
        try await Simulation.run { server in
            let folder = TestFolder()
            let chain = try folder.write(Chains.oneStep(isManaged: true), to: "chain.yaml")
            let arguments = ["run", chain, "--input", "hello", "--server", server.url]
            let folderless = try await ProgramRun.result(arguments + ["--output", folder.path("no/such")], in: folder)
            #expect(folderless.status == 1)
            #expect(folderless.errors.hasPrefix("promptchain: cannot write the output to "))
            #expect(folderless.errors.hasSuffix("  The chain was not started.\n"))
            let full = try await ProgramRun.result(arguments + ["--output", "/dev/full"], in: folder)
            #expect(full.status == 1)
            #expect(!full.output.isEmpty)
            #expect(full.errors.contains("cannot write the output to /dev/full: No space left on device"))
            let closed = try await ProgramRun.result(arguments + ["--json"], in: folder, outputTo: "/dev/full")
            #expect(closed.status == 1)
            #expect(closed.errors.hasPrefix("promptchain: standard output takes no more: the chain is stopped\n"))
            #expect(try await server.loaded().isEmpty)
        }
    }

    @Test
    func chainWithFaults() async throws {
        let folder = TestFolder()
        let chain = try folder.write("name: x\nsteps: []\n", to: "chain.yaml")
        let result = try await ProgramRun.result("run", chain, "--input", "x", in: folder)
        #expect(result.status == 1)
        #expect(result.errors.hasPrefix("\(chain):2:"))
        #expect(result.errors.hasSuffix("promptchain: the chain was not started\n"))
        let input = try await ProgramRun.result(
            "run", try folder.write(Chains.research, to: "chain.yaml"), "--input-file", folder.path("none"), in: folder)
        #expect(input.status == 1)
        #expect(input.errors.hasPrefix("promptchain: cannot read the input file "))
    }

    @Test
    func sentencesOfTheLog() async throws {
        try await Simulation.run { server in
            let folder = TestFolder()
            let chain = try folder.write(Chains.oneStep(isManaged: true), to: "chain.yaml")
            let result = try await ProgramRun.result(
                "run", chain, "--verbose", "--log-file", folder.path("log"), "--input", "hello", "--server", server.url,
                in: folder)
            #expect(result.status == 0)
            let log = try folder.read("log")
            for sentence in [
                "🔄 Model Management: Initial cleanup - checking for loaded models",
                "🔄 Model Management: Loading mistral:7b", "✓ Successfully loaded mistral:7b in ",
                "🔄 Model Management: Unloading mistral:7b", "✓ Successfully unloaded mistral:7b",
            ] {
                #expect(result.errors.components(separatedBy: sentence).count == 2, "\(result)")
                #expect(log.contains(sentence))
            }
            #expect(result.errors.contains("(VRAM: "))
            let quiet = try await ProgramRun.result(
                "run", chain, "--log-level", "promptchain=error", "--log-file", folder.path("quiet"), "--input",
                "hello",
                "--server", server.url, in: folder)
            #expect(quiet.status == 0)
            #expect(try folder.read("quiet").isEmpty)
        }
    }
}
