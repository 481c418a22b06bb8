import OllamaSimulator
import PromptChainCore
import Testing

/// The commands that read and change what a server has, against a simulated one.
struct ModelCommandTests {
    @Test
    func loadListUnload() async throws {
        try await Simulation.run { server in
            func run(_ arguments: String...) async throws -> ProgramRun.Result {
                try await ProgramRun.result(arguments + ["--server", server.url])
            }
            #expect(try await run("ps").output == "no model is loaded\n")
            let load = try await run("load", "llama3.1:8b", "--context", "8192", "--keep-alive", "-1")
            #expect(load.status == 0)
            #expect(load.output.hasPrefix("llama3.1:8b is loaded on 127.0.0.1:"))
            #expect(load.output.hasSuffix("context 8192, pinned\n"))
            #expect(load.errors.isEmpty)
            let again = try await run("load", "nomic-embed-text", "--keep-alive", "-1")
            #expect(again.status == 0, "\(again)")
            let table = try await run("ps").output.split(separator: "\n")
            #expect(table.count == 3)
            #expect(table.first?.hasPrefix("NAME") == true)
            #expect(table.contains { $0.hasPrefix("llama3.1:8b") && $0.contains("100 %") && $0.contains("pinned") })
            let unload = try await run("unload", "llama3.1:8b", "nomic-embed-text", "mistral:7b")
            #expect(unload.status == 0)
            #expect(
                unload.output
                    == "llama3.1:8b is unloaded\nnomic-embed-text is unloaded\nmistral:7b was not loaded\n")
            #expect(try await server.loaded().isEmpty)
        }
    }

    @Test
    func unloadAll() async throws {
        try await Simulation.run { server in
            for model in ["llama3.1:8b", "mistral:7b"] {
                _ = try await ProgramRun.result("load", model, "--keep-alive", "-1", "--server", server.url)
            }
            let wrong = try await ProgramRun.result("unload", "lama3.1:8b", "--server", server.url)
            #expect(wrong.status == 0)
            #expect(wrong.errors == "  Loaded is llama3.1:8b: did you mean that?\n")
            let all = try await ProgramRun.result("unload", "--all", "--yes", "--json", "--server", server.url)
            #expect(all.status == 0)
            let models = try all.json()["models"]?.arrayValue
            #expect(models?.map { $0["unloaded"] } == [true, true])
            let none = try await ProgramRun.result("unload", "--all", "--yes", "--server", server.url)
            #expect(none.output == "no model is loaded\n")
        }
    }

    @Test
    func greatestContextAndMore() async throws {
        try await Simulation.run { server in
            let most = try await ProgramRun.result("load", "mistral:7b", "--context", "max", "--server", server.url)
            #expect(most.output.hasSuffix("context 32768\n"), "\(most)")
            let more = try await ProgramRun.result("load", "mistral:7b", "--context", "99999", "--server", server.url)
            #expect(more.status == 0)
            #expect(more.errors == "warning: the context is 32768, not 99999: more than mistral:7b can do\n")
        }
    }

    @Test
    func spill() async throws {
        try await Simulation.run(vram: 24 << 30) { server in
            let load = try await ProgramRun.result("load", "deepseek-r1:70b", "--server", server.url)
            #expect(load.status == 0)
            #expect(load.errors.hasPrefix("warning: 17.1 GiB of the 41.1 GiB of deepseek-r1:70b are not in VRAM"))
        }
    }

    @Test
    func aContextThatFits() async throws {
        try await Simulation.run(vram: 48 << 30) { server in
            let folder = TestFolder()
            func run(_ arguments: String...) async throws -> ProgramRun.Result {
                try await ProgramRun.result(arguments + ["--server", server.url], in: folder)
            }
            let blind = try await run("load", "deepseek-r1:70b", "--context", "fit")
            #expect(blind.status == 64)
            #expect(blind.errors.contains("nobody says how much GPU memory 127.0.0.1:"))
            #expect(blind.errors.contains("--vram SIZE says how much there is"))
            let fit = try await run("load", "deepseek-r1:70b", "--context", "fit", "--vram", "48GiB")
            #expect(fit.status == 0)
            #expect(fit.errors.isEmpty)
            #expect(fit.output.hasSuffix("context 18688\n"), "\(fit)")
            let spill = try await run("load", "deepseek-r1:70b", "--context", "32768", "--vram", "48GiB")
            #expect(
                spill.errors.hasPrefix(
                    "warning: deepseek-r1:70b at 32768 tokens needs 49.8 GiB; 45.6 GiB can be used: about 4.2 GiB would "
                        + "run on the CPU.\n  A context of 18688 fits.\n"), "\(spill)")
            let again = try await run("load", "deepseek-r1:70b", "--context", "32768", "--vram", "48GiB")
            #expect(again.errors.contains("needs 49.8 GiB (measured); 45.6 GiB can be used"), "\(again)")
            let least = try await run("load", "deepseek-r1:70b", "--context", "fit", "--vram", "24GiB")
            #expect(least.errors.contains("No context fits"))
            #expect(least.output.hasSuffix("context 2048\n"), "\(least)")
        }
    }

    @Test
    func theCapacityOfTheConfigurationAndPinnedModelsCount() async throws {
        try await Simulation.run(vram: 48 << 30) { server in
            let folder = TestFolder()
            _ = try folder.write(
                "servers: [{name: box, url: \"\(server.url)\", vram: 48GiB}]", to: "config/promptchain/config.yaml")
            let pinned = try await ProgramRun.result(
                "load", "mistral:7b", "--context", "32768", "--keep-alive", "-1", "--server", "box", in: folder)
            #expect(pinned.errors.isEmpty, "\(pinned)")
            let shown = try await ProgramRun.result(
                "show", "deepseek-r1:70b", "--json", "--server", "box", in: folder
            ).json()
            let usable = try #require(shown["usable_bytes"]?.integerValue)
            #expect(shown["capacity_bytes"] == JSONValue.integer(48 << 30))
            #expect(usable > 37 << 30 && usable < 38 << 30)
            #expect(shown["estimates"]?.arrayValue?.allSatisfy { $0["fits"] == false } == true)
        }
    }

    @Test
    func whatWasMeasuredIsShown() async throws {
        try await Simulation.run { server in
            let folder = TestFolder()
            func show(_ arguments: String...) async throws -> ProgramRun.Result {
                try await ProgramRun.result(["show", "mistral:7b", "--server", server.url] + arguments, in: folder)
            }
            let before = try await show()
            #expect(before.output.contains("Memory for a context, estimated before any load:\n"))
            #expect(!before.output.contains("MEASURED"))
            let load = try await ProgramRun.result(
                "load", "mistral:7b", "--context", "3000", "--server", server.url, in: folder)
            #expect(load.status == 0)
            let after = try await show("--vram", "5GiB")
            #expect(after.output.contains("; measured where it was loaded; 4.0 GiB can be used:\n"))
            #expect(after.output.contains("no, "))
            let costs = try await show("--vram", "48GiB", "--json").json()["estimates"]?.arrayValue
            let measured = try #require(costs?.first { $0["context_length"] == 3000 })
            #expect((measured["measured_bytes"]?.integerValue ?? 0) > 4 << 30)
            #expect(measured["fits"] == true)
            #expect(costs?.first?["measured_bytes"] == JSONValue.null)
            let unknown = try await show("--json").json()["estimates"]?.arrayValue
            #expect(unknown?.allSatisfy { $0["fits"] == JSONValue.null } == true)
        }
    }

    @Test
    func aHistoryThatCannotBeUsedStopsNothing() async throws {
        try await Simulation.run { server in
            let folder = TestFolder()
            _ = try folder.write("no database", to: "state/promptchain/history.db/file")
            let load = try await ProgramRun.result("load", "mistral:7b", "--server", server.url, in: folder)
            #expect(load.status == 0)
            #expect(load.output.hasPrefix("mistral:7b is loaded on "))
            #expect(load.errors.hasPrefix("warning: \(folder.path("state/promptchain/history.db")) cannot be used"))
            #expect(load.errors.split(separator: "\n").count == 1)
            let corrupt = TestFolder()
            _ = try corrupt.write("no database at all", to: "state/promptchain/history.db")
            let first = try await ProgramRun.result("load", "mistral:7b", "--server", server.url, in: corrupt)
            #expect(first.status == 0)
            #expect(first.errors.contains("history.db was corrupt: it is kept as"))
            let second = try await ProgramRun.result("show", "mistral:7b", "--server", server.url, in: corrupt)
            #expect(second.errors.isEmpty)
            #expect(second.output.contains("MEASURED"), "\(first) \(second)")
        }
    }

    @Test(arguments: ["load", "show", "rm"])
    func unknownModel(command: String) async throws {
        try await Simulation.run { server in
            let result = try await ProgramRun.result(command, "llama3.1:8", "--server", server.url)
            #expect(result.status == 1)
            #expect(result.output.isEmpty)
            #expect(result.errors.contains("model 'llama3.1:8' not found"), "\(result)")
            let rest =
                command == "rm"
                ? "`promptchain models` lists what is there." : "Otherwise download it with `promptchain pull"
            #expect(result.errors.contains("Did you mean llama3.1:8b or llama3.2:3b? \(rest)"), "\(result)")
        }
    }

    @Test
    func pullAndRemove() async throws {
        try await Simulation.run { server in
            let removed = try await ProgramRun.result("rm", "mistral:7b", "phi4:14b", "--server", server.url)
            #expect(removed.output == "mistral:7b is deleted\nphi4:14b is deleted\n")
            let pulled = try await ProgramRun.result("pull", "mistral:7b", "--server", server.url)
            #expect(pulled.status == 0)
            #expect(pulled.output == "mistral:7b is installed\n")
            #expect(pulled.errors.hasPrefix("pulling manifest\n"))
            #expect(pulled.errors.contains(" % of 4.1 GiB"))
            #expect(!pulled.errors.contains("0 MiB"))
            let lines = try await ProgramRun.result("pull", "mistral:7b", "--json", "--server", server.url).jsonLines()
            #expect(lines.first == ["status": "pulling manifest", "completed_bytes": nil, "total_bytes": nil])
            let models = try await ProgramRun.result("models", "--server", server.url).output
            #expect(models.contains("\nmistral:7b"))
            #expect(!models.contains("phi4"))
            let unknown = try await ProgramRun.result("pull", "nosuch", "--server", server.url)
            #expect(unknown.status == 1)
            #expect(unknown.errors.contains("https://ollama.com/library"))
        }
    }

    @Test
    func outputThatNobodyReads() async throws {
        try await Simulation.run { server in
            let result = try await ProgramRun.result("models", "--server", server.url, outputTo: "/dev/full")
            #expect(result.status == 1)
            #expect(result.errors.contains("cannot write to standard output: No space left on device"))
        }
    }
}
