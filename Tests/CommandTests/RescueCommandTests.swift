import Foundation
import PromptChainCore
import Testing

/// What saves a run from a model that cannot be had, or that does not come to an end.
@Suite(.timeLimit(.minutes(3))) struct RescueCommandTests {
    @Test
    func anotherModelStandsInWhenOneCannotBeLoaded() async throws {
        try await Simulation.run(faults: "load-fails:message=out of memory,model=qwen2.5:32b") { server in
            let folder = TestFolder()
            let chain = try folder.write(
                """
                name: Rescued
                model_management: {enabled: true}
                steps:
                  - name: Ask
                    model: "qwen2.5:32b"
                    instruction: "Say: {input}"
                    on_error: {fallback: {model: "mistral:7b"}}
                  - {name: Upper, command: [tr, a-z, A-Z]}

                """, to: "chain.yaml")
            let result = try await ProgramRun.result(
                "run", chain, "--server", server.url, "--input", "hello", "--json", in: folder)
            #expect(result.status == 0, "\(result)")
            let events = try result.jsonLines()
            let failed = events.first { $0["event"] == "model_load_failed" }
            #expect(failed?["model"] == "qwen2.5:32b")
            #expect(failed?["error"]?.stringValue?.contains("out of memory") == true)
            let again = events.first { $0["event"] == "step_retried" }
            #expect(again?["reason"]?.stringValue?.hasSuffix("mistral:7b stands in") == true)
            #expect(events.filter { $0["event"] == "model_loaded" }.map { $0["model"] } == ["mistral:7b"])
            #expect(events.last?["status"] == "completed")
            #expect(events.last?["output"]?.stringValue?.isEmpty == false)
            #expect(try await server.loaded().isEmpty)
        }
    }

    /// The model falls silent after a few words: only a rule that looks while it writes can end the run.
    @Test
    func aRuleStopsAModelThatWrites() async throws {
        try await Simulation.run(faults: "hang:after=12") { server in
            let folder = TestFolder()
            let chain = try folder.write(
                """
                name: Guarded
                model_management: {enabled: true}
                steps:
                  - {name: Ask, model: "mistral:7b", instruction: "Say: {input}"}
                  - {name: Never, command: [cat]}
                chainbreakers:
                  - {when: output_contains, text: "welcome", action: stop, reason: "that is enough"}

                """, to: "chain.yaml")
            let run = try await ProgramRun.result(
                "run", chain, "--server", server.url, "--input", "hello", "--json", in: folder)
            #expect(run.status == 0, "\(run)")
            let events = try run.jsonLines()
            let broken = try #require(events.first { $0["event"] == "chain_broken" })
            #expect(broken["step"] == 1 && broken["reason"] == "that is enough")
            #expect(events.last?["status"] == "broken")
            let text = events.filter { $0["event"] == "token" }.compactMap { $0["text"]?.stringValue }.joined()
            #expect(!text.isEmpty && text.hasPrefix(events.last?["output"]?.stringValue ?? "-"))
            #expect(!events.contains { $0["step"] == 2 })
            #expect(try await server.loaded().isEmpty)
        }
    }
}
