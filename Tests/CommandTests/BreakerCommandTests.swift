import Foundation
import PromptChainCore
import Testing

/// Rules and command steps of chain files in `promptchain run`.
struct BreakerCommandTests {
    private static func chain(_ action: String) -> String {
        """
        name: Guarded
        model_management: {enabled: true}
        steps:
          - {name: Ask, model: "mistral:7b", instruction: "Say: {input}"}
          - {name: Mark, command: [sh, -c, "echo '<<'; cat"]}
          - {name: Upper, command: [tr, a-z, A-Z]}
        chainbreakers:
          - {when: output_contains, text: "<<", steps: [Mark], reason: "it is marked", \(action)}

        """
    }

    @Test
    func aRuleEndsTheChainWithItsOutput() async throws {
        try await Simulation.run { server in
            let folder = TestFolder()
            let chain = try folder.write(Self.chain("action: replace, output: \"marked\""), to: "chain.yaml")
            let result = try await ProgramRun.result(
                "run", chain, "--server", server.url, "--input", "hello", in: folder)
            #expect(result.status == 0, "\(result)")
            #expect(result.output == "marked\n")
            #expect(result.errors.contains("the rule output_contains ends the chain after step 2: it is marked"))
            #expect(try await server.loaded().isEmpty)
        }
    }

    @Test
    func anEndCanBeAFailure() async throws {
        try await Simulation.run { server in
            let folder = TestFolder()
            let chain = try folder.write(Self.chain("exit: failure"), to: "chain.yaml")
            let result = try await ProgramRun.result(
                "run", chain, "--server", server.url, "--json", "--input", "hello", in: folder)
            #expect(result.status == 1)
            let events = try result.jsonLines()
            #expect(events.last?["status"] == "broken")
            #expect(events.last?["error"] == "it is marked")
            #expect(events.contains { $0["event"] == "chain_broken" && $0["reason"] == "it is marked" })
        }
    }

    @Test
    func whatARuleCannotDecideIsToldAndTheChainGoesOn() async throws {
        try await Simulation.run { server in
            let folder = TestFolder()
            let chain = try folder.write(
                Self.chain("action: stop").replacing(
                    "when: output_contains, text: \"<<\"", with: "when: command, command: [./no-such-check]"),
                to: "chain.yaml")
            let result = try await ProgramRun.result(
                "run", chain, "--server", server.url, "--input", "hello", in: folder)
            #expect(result.status == 0, "\(result)")
            #expect(result.output.hasPrefix("<<\n"))
            #expect(
                result.errors.contains(
                    "“command” could not decide about step 2: there is no program ./no-such-check"))
        }
    }
}
