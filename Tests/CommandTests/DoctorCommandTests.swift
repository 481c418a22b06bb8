import Foundation
import PromptChainCore
import ProviderStubs
import Testing

/// What `doctor` finds, in words and as JSON.
struct DoctorCommandTests {
    private static let terminal = ["LC_ALL": "C.UTF-8", "TERM": "xterm-256color"]

    private func doctor(
        _ arguments: String..., in folder: TestFolder, environment: [String: String] = [:]
    ) async throws -> ProgramRun.Result {
        try await ProgramRun.result(
            ["doctor"] + arguments, in: folder, environment: Self.terminal.merging(environment) { $1 })
    }

    @Test
    func everythingIsFine() async throws {
        try await Simulation.run { server in
            let folder = TestFolder()
            _ = try folder.write(
                "servers: [{name: box, url: \"\(server.url)\", vram: 24GiB}]\n", to: "config/promptchain/config.yaml")
            let result = try await doctor(in: folder)
            #expect(result.status == 0, "\(result)")
            #expect(result.output.contains("  ✔ box at \(server.url): Ollama 0.32.15, answers in "))
            #expect(result.output.contains("    recognised as Ollama: it answers /api/version\n"))
            #expect(
                result.output.contains("    policy of a run: planned, since it has 24.0 GiB, says the configuration\n"))
            #expect(result.output.contains("  ✔ none: no dead chain left a model in memory\n"))
            #expect(result.output.contains("\neverything is fine\n"))
            #expect(!result.output.contains("\u{1B}"))
            let lines = result.output.split(separator: "\n")
            // Paths of the tests' folders are longer than a line.
            #expect(lines.allSatisfy { $0.count <= 80 || $0.contains(NSTemporaryDirectory()) })
        }
    }

    @Test
    func oneOfTwoServersIsGoneAndTheConfigurationHasAFault() async throws {
        let port = try StubServer.unusedPort()
        try await Simulation.run { server in
            let folder = TestFolder()
            _ = try folder.write(
                """
                themee: midnight
                servers:
                  - {name: box, url: "\(server.url)"}
                  - {name: attic, url: "http://127.0.0.1:\(port)"}
                """, to: "config/promptchain/config.yaml")
            let text = try await doctor(in: folder)
            #expect(text.status == 1, "\(text)")
            #expect(text.output.contains("  ✘ attic at http://127.0.0.1:\(port): connection refused\n    → "))
            #expect(text.output.contains("Did you mean “theme”?"))
            #expect(text.output.contains("\n2 problems"))
            let plain = try await doctor("--ascii", in: folder)
            #expect(plain.output.contains("  x attic at") && plain.output.contains("Did you mean \"theme\"?"))
            #expect(plain.output.unicodeScalars.first { !$0.isASCII } == nil)
            let json = try await doctor("--json", in: folder).json()
            #expect(json["status"] == "problems")
            #expect(json["servers"]?.arrayValue?.map { $0["reachable"] } == [true, false])
            #expect(json["servers"]?.arrayValue?.last?["reason"] == "connection refused")
            #expect(json["faults"]?.arrayValue?.first?["message"] == "unknown key “themee”")
            // Whether its memory is known depends on the machine that tests.
            let box = json["servers"]?.arrayValue?.first
            let isKnown = box?["capacity_bytes"] != JSONValue.null
            #expect(box?["policy"] == (isKnown ? "planned" : "same-model"))
            let warning = "  ▲ box: nobody says how much GPU memory it has\n    → Say it with"
            #expect(text.output.contains(warning) != isKnown)
        }
    }

    @Test
    func noServerAnswers() async throws {
        let port = try StubServer.unusedPort()
        let result = try await doctor("--server", "127.0.0.1:\(port)", "--json", in: TestFolder())
        #expect(result.status == 3)
        #expect(try result.json()["status"] == "unreachable")
    }

    @Test
    func aServerThatIsNoneIsSaidToBeNone() async throws {
        let server = try await StubServer.start()
        server.otherwise(.html())
        let result = try await doctor("--server", server.url, in: TestFolder())
        #expect(result.status == 3)
        #expect(result.output.contains("what answers there is a web page, not Ollama"))
        await server.stop()
    }

    @Test
    func whoDecidedIsSaid() async throws {
        try await Simulation.run { server in
            let folder = TestFolder()
            _ = try folder.write("model_management: {auto_unload: false}\n", to: "config/promptchain/config.yaml")
            let chain = try folder.write(
                """
                model_management: {base_url: "\(server.url)", enabled: true, auto_unload: true, timeout: 60}
                policy: strict
                steps: [{model: m, instruction: "{input}"}]
                """, to: "chain.yaml")
            let json = try await doctor(
                "--chain", chain, "--json", in: folder, environment: ["OLLAMA_HOST": server.url]
            ).json()
            func setting(_ key: String) -> JSONValue? {
                json["settings"]?.arrayValue?.first { $0["key"]?.stringValue == key }
            }
            #expect(setting("base_url")?["source"] == "chain_file")
            #expect(setting("base_url")?["over"]?.arrayValue?.map { $0["source"] } == ["environment"])
            #expect(setting("policy")?["value"] == "strict")
            #expect(setting("enabled")?["source"] == "chain_file")
            #expect(setting("timeout")?["value"] == "1m00s")
            #expect(setting("auto_unload")?["value"] == "false")
            #expect(setting("max_retries")?["source"] == "built_in")
            let text = try await doctor("--chain", chain, in: folder, environment: ["OLLAMA_HOST": server.url])
            #expect(
                text.output.replacing("\n      ", with: " ").contains(
                    "base_url: \(server.url) from the chain file, over OLLAMA_HOST (\(server.url))"))
        }
    }

    @Test
    func aFolderThatCannotBeWrittenIsAProblem() async throws {
        let folder = TestFolder()
        _ = try folder.write("no folder", to: "state")
        try await Simulation.run { server in
            let result = try await doctor("--server", server.url, in: folder)
            #expect(result.status == 1, "\(result)")
            #expect(result.output.contains("  ✘ history and log:"))
            #expect(result.output.contains("XDG_STATE_HOME"))
        }
    }

    /// A model's own number goes before the chain's, for all of its calls.
    @Test
    func howOftenCallsToAModelAreTriedAgainIsSaid() async throws {
        try await Simulation.run { server in
            let folder = TestFolder()
            _ = try folder.write(
                "servers: [{name: box, url: \"\(server.url)\", max_retries: 7}]\n",
                to: "config/promptchain/config.yaml")
            let chain = try folder.write(
                """
                model_management: {base_url: "\(server.url)", max_retries: 2}
                steps:
                  - {model: {name: "llama3.1:8b", params: {max_retries: 5}}, instruction: "{input}"}
                  - {model: "nomic-embed-text", instruction: "{input}"}
                  - {model: {name: "llama3.1:8b", params: {max_retries: 5}}, instruction: "{input}"}
                """, to: "chain.yaml")
            let json = try await doctor("--chain", chain, "--json", in: folder).json()
            let settings = (json["settings"]?.arrayValue ?? []).filter {
                $0["key"]?.stringValue?.hasPrefix("max_retries") == true
            }
            #expect(settings.map { $0["key"] } == ["max_retries", "max_retries of llama3.1:8b"])
            #expect(settings.map { $0["value"] } == ["2", "5"])
            #expect(settings.allSatisfy { $0["source"] == "chain_file" })
            #expect(settings.last?["over"]?.arrayValue?.map { $0["value"] } == ["2", "7"])
            let text = try await doctor("--chain", chain, in: folder)
            #expect(text.output.contains("max_retries of llama3.1:8b: 5 from the chain file"), "\(text)")
        }
    }

    /// What a load that did not fit told is kept, and decides about the next run.
    @Test
    func aLoadThatSpilledTellsHowMuchMemoryThereIs() async throws {
        try await Simulation.run(vram: 24 << 30) { server in
            let folder = TestFolder()
            let before = try await doctor("--server", server.url, in: folder)
            let isRead = !before.output.contains("nobody says how much GPU memory it has")
            let load = try await ProgramRun.result(
                ["load", "deepseek-r1:70b", "--context", "4096", "--server", server.url], in: folder)
            #expect(load.status == 0 && load.errors.contains("are not in VRAM"), "\(load)")
            let after = try await doctor("--server", server.url, in: folder)
            let line = try #require(after.output.split(separator: "\n").first { $0.contains("policy of a run") })
            // On a machine with a GPU its reading counts.
            let source = isRead ? "says a reading of the GPUs" : "says a load that spilled"
            #expect(line.contains("planned, since it has") && line.contains(source), "\(after)")
            let json = try await doctor("--server", server.url, "--json", in: folder).json()
            let capacity = try #require(json["servers"]?.arrayValue?.first?["capacity_bytes"]?.integerValue)
            #expect(isRead || (capacity > 16 << 30 && capacity <= 24 << 30))
        }
    }

    /// The library of the fixtures stands for the driver's.
    @Test
    func aGPUThatIsLostIsAProblem() async throws {
        let folder = TestFolder()
        let source = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "ModelManagementTests/Fixtures/nvml/nvml.c").path()
        let library = try folder.write("", to: "libnvidia-ml.so.1")
        let compiler = Process()
        compiler.executableURL = URL(filePath: "/usr/bin/env")
        compiler.arguments = ["clang", "-shared", "-fPIC", "-o", library, source]
        try compiler.run()
        compiler.waitUntilExit()
        let place = URL(filePath: library).deletingLastPathComponent().path()
        try await Simulation.run { server in
            func doctor(_ mode: String) async throws -> ProgramRun.Result {
                try await self.doctor(
                    "--server", server.url, in: folder, environment: ["LD_LIBRARY_PATH": place, "FAKE_NVML": mode])
            }
            let fine = try await doctor("")
            #expect(fine.status == 0, "\(fine)")
            #expect(fine.output.contains("  ✔ GPU 0 NVIDIA RTX 4090: 14.0 of 24.0 GiB, 87 % busy\n"), "\(fine)")
            let lost = try await doctor("one-lost")
            #expect(lost.status == 1)
            #expect(lost.output.contains("  ✘ GPU 0: GPU is lost\n    → The kernel's log says why (dmesg)"), "\(lost)")
            #expect(lost.output.contains("  ✔ GPU 1 NVIDIA GB10"))
        }
    }

    /// A kind of server of one's own is managed by the program that registers it; here it is said what is there.
    @Test
    func kindsOfServersOfOnesOwn() async throws {
        let port = try StubServer.unusedPort()
        try await Simulation.run { server in
            let folder = TestFolder()
            func configure(_ provider: String) throws {
                _ = try folder.write(
                    """
                    servers:
                      - {name: box, url: "\(server.url)", provider: \(provider)}
                      - {name: attic, url: "http://127.0.0.1:\(port)", provider: \(provider)}
                    """, to: "config/promptchain/config.yaml")
            }
            try configure("custom")
            let text = try await doctor(in: folder)
            let words = text.output.replacing("\n    ", with: " ")
            #expect(words.contains(" ms, and configured as custom recognised as Ollama"), "\(text)")
            #expect(words.contains("→ Write `provider: ollama` for it in the configuration."))
            #expect(
                words.contains(
                    "✘ attic at http://127.0.0.1:\(port): there is no manager for servers of kind “custom” → Known are")
            )
            #expect(words.replacing("  ", with: "").contains("can add its own with registerManager."))
            try configure("bespoke")
            let other = try await doctor(in: folder)
            #expect(other.status == 1)
            #expect(other.output.contains("there is no provider “bespoke”\n    → Known are ollama,"), "\(other)")
        }
    }
}
