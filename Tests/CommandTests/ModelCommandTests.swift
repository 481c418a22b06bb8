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

    @Test(arguments: ["load", "show", "rm"])
    func unknownModel(command: String) async throws {
        try await Simulation.run { server in
            let result = try await ProgramRun.result(command, "llama3.1:8", "--server", server.url)
            #expect(result.status == 1)
            #expect(result.output.isEmpty)
            #expect(result.errors.contains("model 'llama3.1:8' not found"), "\(result)")
            #expect(
                result.errors.contains(
                    "Did you mean llama3.1:8b or llama3.2:3b? Otherwise download it with `promptchain pull"))
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
