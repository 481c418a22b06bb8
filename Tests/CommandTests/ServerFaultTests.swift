import ProviderStubs
import Testing

/// What a command says of a server that is absent, hung, foreign, closed or busy, and how it ends.
struct ServerFaultTests {
    /// A server at which something is wrong.
    struct Fault: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// What it answers to everything; `nil` when nothing listens.
        var answer: StubAnswer?
        /// What a person is told.
        var reason: String
        var status: Int32 = 3
        /// Whether only the listing of loaded models tells that it is no Ollama server.
        var looksLikeOllama = false
        /// Whether a generation without a look at the server before it ends in the same words.
        var isTold = true
        /// Seconds after which a command gives up, as the configuration writes them: short only where nothing comes.
        var timeout = "20"
    }

    static let faults = [
        Fault(testDescription: "absent", answer: nil, reason: "connection refused"),
        Fault(
            testDescription: "hung", answer: .hang, reason: "it accepts connections and has answered nothing for 0.5s",
            isTold: false, timeout: "0.5"),
        Fault(
            testDescription: "web page", answer: .html(), reason: "what answers there is a web page, not Ollama",
            isTold: false),
        Fault(
            testDescription: "other JSON", answer: .json("{}"), reason: "what answers there is not Ollama: “{}”",
            looksLikeOllama: true, isTold: false),
        Fault(testDescription: "401", answer: .status(401), reason: "it asks for credentials"),
        Fault(testDescription: "403 without a body", answer: .status(403), reason: "it refuses access"),
        Fault(
            testDescription: "503", answer: .json(#"{"error":"server busy, please try again."}"#, status: 503),
            reason: "server busy, please try again.", status: 1),
    ]

    /// The server as a configured one, without retries.
    private static func folder(_ fault: Fault) async throws -> (TestFolder, StubServer?) {
        let server = fault.answer == nil ? nil : try await StubServer.start()
        if let answer = fault.answer { server?.otherwise(answer) }
        let url = try server?.url ?? "http://127.0.0.1:\(StubServer.unusedPort())"
        let folder = TestFolder()
        _ = try folder.write(
            """
            servers: [{name: box, url: "\(url)", timeout: \(fault.timeout), max_retries: 0}]
            """, to: "config/promptchain/config.yaml")
        return (folder, server)
    }

    @Test(arguments: faults)
    func models(fault: Fault) async throws {
        let (folder, server) = try await Self.folder(fault)
        let others = fault.looksLikeOllama ? [] : [["show", "m"], ["rm", "m"]]
        for command in [["ps", "--json"], ["load", "m"]] + others {
            let result = try await ProgramRun.result(command, in: folder)
            #expect(result.status == fault.status, "\(command) \(result)")
            #expect(result.output.isEmpty)
            let lines = result.errors.split(separator: "\n")
            #expect(lines.count == 2, "\(result)")
            #expect(lines.first?.hasPrefix("promptchain: cannot ") == true)
            #expect(lines.first?.contains(" box: \(fault.reason)") == true, "\(result)")
        }
        await server?.stop()
    }

    @Test(arguments: faults)
    func oneReading(fault: Fault) async throws {
        let (folder, server) = try await Self.folder(fault)
        let result = try await ProgramRun.result("watch", "--once", in: folder)
        #expect(result.status == 3)
        #expect(result.output.hasPrefix("box  Ollama  "))
        #expect(!result.output.contains("VRAM"))
        #expect(!result.output.contains("no model is loaded"))
        let reading = try await ProgramRun.result("watch", "--once", "--json", in: folder)
        #expect(reading.status == 3)
        let one = try #require(try reading.json()["servers"]?.arrayValue?.first)
        #expect(one["version"] == .null)
        #expect(one["state"] != "ready")
        await server?.stop()
    }

    @Test(arguments: faults)
    func managedChain(fault: Fault) async throws {
        try await chain(fault: fault, isManaged: true)
    }

    @Test(arguments: faults.filter(\.isTold))
    func unmanagedChain(fault: Fault) async throws {
        try await chain(fault: fault, isManaged: false)
    }

    private func chain(fault: Fault, isManaged: Bool) async throws {
        let (folder, server) = try await Self.folder(fault)
        let chain = try folder.write(Chains.oneStep(isManaged: isManaged), to: "chain.yaml")
        let result = try await ProgramRun.result("run", chain, "--input", "x", in: folder)
        #expect(result.status == fault.status, "\(result)")
        #expect(result.output.isEmpty)
        #expect(result.errors.components(separatedBy: fault.reason).count == 2, "\(result)")
        #expect(result.errors.contains("Short: failed in step 1 after "))
        if isManaged {
            let json = try await ProgramRun.result("run", chain, "--input", "x", "--json", in: folder)
            #expect(json.status == fault.status)
            let last = try #require(try json.jsonLines().last)
            #expect(last["event"] == "run_finished")
            #expect(last["status"] == "failed")
            #expect(last["error"]?.stringValue?.contains(fault.reason) == true)
        }
        await server?.stop()
    }

    @Test
    func oneOfSeveral() async throws {
        let port = try StubServer.unusedPort()
        try await Simulation.run { server in
            let folder = TestFolder()
            _ = try folder.write(
                """
                servers:
                  - {name: here, url: "\(server.url)", vram: 48GiB}
                  - {name: gone, url: "http://127.0.0.1:\(port)"}
                """, to: "config/promptchain/config.yaml")
            _ = try await ProgramRun.result("load", "mistral:7b", "--keep-alive", "-1", "--server", "here", in: folder)
            let table = try await ProgramRun.result("ps", in: folder)
            #expect(table.status == 0, "\(table)")
            #expect(table.output.contains("mistral:7b"))
            #expect(table.output.split(separator: "\n").last?.hasPrefix("(unreachable)") == true)
            let json = try await ProgramRun.result("ps", "--json", in: folder).json()
            #expect(json["models"]?.arrayValue?.map { $0["server"] } == ["here"])
            #expect(json["unreachable"]?.arrayValue?.map { $0["server"] } == ["gone"])
            let models = try await ProgramRun.result("models", in: folder)
            #expect(models.status == 0)
            #expect(models.output.contains("SERVER") && models.output.contains("  here\n"))
            #expect(models.errors.hasPrefix("promptchain: cannot reach gone: connection refused\n"))
            #expect(table.errors.hasPrefix("promptchain: cannot reach gone: connection refused\n"))
            let reading = try await ProgramRun.result("watch", "--once", in: folder)
            #expect(reading.status == 3)
            #expect(reading.output.contains("VRAM 4.7 of 48.0 GiB\n"))
            #expect(reading.output.contains("gone  Ollama  unreachable\n  connection refused\n"))
            let wrong = try await ProgramRun.result("ps", "--server", "her", in: folder)
            #expect(wrong.status == 64)
            #expect(wrong.errors.contains("Did you mean here? Configured are here, gone."))
        }
    }
}
