import PromptChainCore
import Testing

@testable import ChainEngine

@Suite struct ItemTallyTests {
    @Test func figuresAddUp() {
        var result = ChainEvent.StepResult(step: 1, generateSeconds: 3, output: "a\nb")
        ItemTally.sum([
            ItemTally(promptTokens: 10, outputTokens: 20, outputSeconds: 2),
            ItemTally(promptTokens: 5, outputTokens: 40, outputSeconds: 1),
        ])?.complete(&result)
        #expect(result.promptTokens == 15)
        #expect(result.outputTokens == 60)
        #expect(result.tokensPerSecond == 20)
        #expect(result.generateSeconds == 3)
    }

    @Test func theWaitForTheFirstItemIsNoWriting() {
        var result = ChainEvent.StepResult(step: 1, generateSeconds: 10, output: "a")
        ItemTally(loadSeconds: 4, firstTokenSeconds: 0.5).begin(&result)
        #expect(result.loadSeconds == 4 && result.firstTokenSeconds == 0.5 && result.generateSeconds == 5.5)
        result = ChainEvent.StepResult(step: 1, generateSeconds: 1, output: "a")
        ItemTally().begin(&result)
        #expect(result.loadSeconds == nil && result.generateSeconds == 1)
    }

    @Test func whatOneDoesNotTellIsUnknown() {
        #expect(ItemTally.sum([]) == nil)
        let sum = ItemTally.sum([ItemTally(promptTokens: 10, outputTokens: 20), ItemTally(outputTokens: 1)])
        #expect(sum == ItemTally(promptTokens: nil, outputTokens: 21, outputSeconds: nil))
        var result = ChainEvent.StepResult(step: 1, output: "")
        sum?.complete(&result)
        #expect(result.tokensPerSecond == nil)
    }
}
