import PromptChainCore
import Testing

@testable import Dashboard

@Suite("Where a step's time went, in words") struct StepTextTests {
    private static func words(firstToken: Double?, width: Int) -> String {
        StepText.result(
            ChainEvent.StepResult(
                step: 1, loadSeconds: 1.3, firstTokenSeconds: firstToken, generateSeconds: 0.6, outputTokens: 96,
                tokensPerSecond: 172, output: ""),
            width: width)
    }

    @Test("As long as there is room for, and a bar's room is kept before the time of writing is said")
    func room() {
        #expect(
            Self.words(firstToken: 0.4, width: 80)
                == "load 1.3s · first token 0.4s · writing 0.6s · 96 tok · 172/s")
        #expect(Self.words(firstToken: 0.4, width: 60) == "load 1.3s · first token 0.4s · 96 tok · 172/s")
        #expect(Self.words(firstToken: 0.4, width: 30) == "load 1.3s · 96 tok · 172/s")
        #expect(Self.words(firstToken: 0.4, width: 20) == "96 tok · 172/s")
    }

    @Test("A first token that came at once is not told")
    func atOnce() {
        #expect(Self.words(firstToken: 0.02, width: 48) == "load 1.3s · 96 tok · 172/s")
        #expect(Self.words(firstToken: 0.06, width: 48).contains("first token 0.1s"))
    }
}
