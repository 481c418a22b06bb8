import PromptChainCore
import Testing

/// The keys that scripts rely on: all of them are there, and what is unknown is `null`.
struct JSONKeyTests {
    private static let loadedModel: Set = [
        "name", "provider", "server", "is_loaded", "size_bytes", "vram_bytes", "cpu_bytes", "context_length",
        "expires_at", "pinned", "load_seconds", "last_used", "digest", "parameters",
    ]
    private static let installedModel: Set = [
        "name", "server", "size_bytes", "parameter_size", "quantization", "context_maximum", "capabilities",
        "modified_at", "cloud",
    ]

    private static func keys(_ value: JSONValue?) -> Set<String> {
        if case .object(let members)? = value { Set(members.keys) } else { [] }
    }

    private static func json(_ arguments: String...) async throws -> JSONValue {
        let result = try await ProgramRun.result(arguments)
        #expect(result.status == 0, "\(result)")
        #expect(result.errors.isEmpty)
        return try result.json()
    }

    @Test
    func loadedModels() async throws {
        try await Simulation.run { server in
            #expect(try await Self.json("ps", "--json", "--server", server.url) == ["models": []])
            let loaded = try await Self.json(
                "load", "mistral:7b", "--keep-alive", "-1", "--json", "--server", server.url)
            #expect(Self.keys(loaded) == Self.loadedModel)
            #expect(loaded["load_seconds"]?.doubleValue != nil)
            let listing = try await Self.json("ps", "--json", "--server", server.url)
            #expect(Self.keys(listing) == ["models"])
            let model = try #require(listing["models"]?.arrayValue?.first)
            #expect(Self.keys(model) == Self.loadedModel)
            #expect(model["name"] == "mistral:7b")
            #expect(model["provider"] == "ollama")
            #expect(model["pinned"] == true)
            #expect(model["load_seconds"] == JSONValue.null)
        }
    }

    @Test
    func installedModels() async throws {
        try await Simulation.run { server in
            let listing = try await Self.json("models", "--json", "--server", server.url)
            #expect(Self.keys(listing) == ["models"])
            let models = try #require(listing["models"]?.arrayValue)
            #expect(models.allSatisfy { Self.keys($0) == Self.installedModel })
            #expect(models.compactMap { $0["modified_at"]?.stringValue.flatMap(Timestamp.parse) }.count == models.count)
            let shown = try await Self.json("show", "llama3.1:8b", "--json", "--server", server.url)
            #expect(
                Self.keys(shown).isSuperset(
                    of: Self.installedModel.union(["geometry", "estimates", "capacity_bytes", "usable_bytes"])))
            #expect(shown["geometry"]?["layers"] == 32)
            let estimates = try #require(shown["estimates"]?.arrayValue)
            #expect(estimates.last?["context_length"] == 131_072)
            #expect(estimates.allSatisfy { ($0["total_bytes"]?.integerValue ?? 0) > 4_920_753_328 })
        }
    }

    @Test
    func oneReading() async throws {
        try await Simulation.run { server in
            _ = try await ProgramRun.result("load", "mistral:7b", "--keep-alive", "-1", "--server", server.url)
            let reading = try await Self.json(
                "watch", "--once", "--json", "--vram", "48GiB", "--server", server.url)
            #expect(Self.keys(reading) == ["time", "servers"])
            #expect(reading["time"]?.stringValue.flatMap(Timestamp.parse) != nil)
            let one = try #require(reading["servers"]?.arrayValue?.first)
            #expect(
                Self.keys(one).isSuperset(of: [
                    "name", "provider", "url", "state", "version", "capacity_bytes", "capacity_learned", "models",
                    "gpus",
                    "activities",
                    "verdicts",
                ]))
            #expect(one["state"] == "ready")
            let verdict = try #require(one["verdicts"]?.arrayValue?.first?.stringValue)
            #expect(verdict.hasPrefix("idle: 1 model in memory, ") && verdict.hasSuffix("GiB free"))
            #expect(one["capacity_bytes"] == JSONValue.integer(48 << 30))
            #expect(Self.keys(one["models"]?.arrayValue?.first) == Self.loadedModel)
            let text = try await ProgramRun.result("watch", "--once", "--server", server.url)
            #expect(text.status == 0)
            #expect(text.output.contains("GiB, capacity unknown\n"))
            #expect(text.output.contains("  mistral:7b · 4.7 GiB · 100 % in VRAM · context 4096 · pinned\n"))
        }
    }

    @Test
    func streamOfReadings() async throws {
        try await Simulation.run { server in
            let run = try ProgramRun(["watch", "--json", "--interval", "100ms", "--server", server.url])
            #expect(await run.prints("}\n{"))
            run.signal(15)
            let result = await run.end()
            #expect(result.status == 143)
            let readings = try result.jsonLines()
            #expect(readings.allSatisfy { Self.keys($0) == ["time", "servers"] })
        }
    }

    @Test
    func picture() async throws {
        try await Simulation.run { server in
            let result = try await ProgramRun.result("watch", "--screen", "80x24", "--server", server.url)
            #expect(result.status == 0)
            let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            #expect(lines.count == 24)
            #expect(lines.first?.contains("Ollama 0.32.15") == true)
        }
    }
}
