import ModelManagement
import OllamaSimulator
import PromptChainCore
import SimulatorTestSupport
import Testing

@testable import ChainEngine

/// Prompts that a context has no room for.
@Suite(.timeLimit(.minutes(2))) struct ContextCutRunTests {
    private func words(_ count: Int) -> String { Array(repeating: "word", count: count).joined(separator: " ") }

    private func run(
        words count: Int, context: Int?, policy: ResidencyPolicy? = .sameModel, each: Bool = false
    ) async throws -> Transcript {
        let server = try SimulatedServer(
            configuration: SimulatorConfiguration(vramBytes: 48 << 30, speed: 1), time: SteppedTime())
        try await server.start()
        let servers = ConfiguredServers(
            configuration: AppConfiguration(), environment: ["OLLAMA_HOST": await server.url])
        var step = ChainStep(name: "Read", model: "mistral-small:22b", instruction: PromptTemplate("{input}"))
        if each { step.each = ForEach(source: PromptTemplate("{input}"), form: .lines) }
        let chain = Chain(
            name: "long", steps: [step], policy: policy, context: context.map { .tokens($0) } ?? .serverDefault)
        let transcript = Transcript()
        let run = ChainRun(
            chain: chain, options: ChainRunOptions(), servers: servers, locks: InProcessModelLocks())
        let input = each ? [words(count), "short", words(count)].joined(separator: "\n") : words(count)
        _ = await run.start(input: input) { transcript.take($0) }
        await servers.shutdown()
        await server.stop()
        return transcript
    }

    private func cuts(_ transcript: Transcript) -> [ContextCut] {
        transcript.all.compactMap { if case .contextCut(let cut) = $0.event { cut } else { nil } }
    }

    @Test func promptThatIsCutIsTold() async throws {
        let transcript = try await run(words: 3000, context: 512)
        #expect(
            cuts(transcript) == [
                ContextCut(
                    .prompt, step: 1, model: "mistral-small:22b", sentTokens: 3750, readTokens: 258,
                    contextLength: 512)
            ])
        #expect(transcript.steps.first?.promptTokens == 258)
    }

    @Test func promptThatFitsIsNoNews() async throws {
        #expect(try await cuts(run(words: 3000, context: 8192)) == [])
        #expect(try await cuts(run(words: 3500, context: 4096)) == [])
    }

    @Test func serverIsAskedForItsContextWhereNobodyManagesModels() async throws {
        let cut = try #require(try await cuts(run(words: 40_000, context: nil, policy: nil)).first)
        #expect(cut.contextLength.map { $0 < 40_000 } == true)
        #expect(try await cuts(run(words: 1000, context: nil, policy: nil)) == [])
    }

    @Test func itemsAreToldApart() async throws {
        let transcript = try await run(words: 3000, context: 512, each: true)
        let items = transcript.all.filter { if case .contextCut = $0.event { true } else { false } }.map(\.item)
        #expect(items == [1, 3])
    }
}
