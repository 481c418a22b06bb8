import ModelManagement
import PromptChainCore

/// Texts that a model's context has no room for.
extension ChainRunner {
    // No server gives so small a context by itself.
    private static let smallestUsualContext = 2048

    /// Warns when a server has cut a prompt, which it does without a word.
    /// - Parameter read: The tokens that it says it read.
    func noteCut(of request: GenerationRequest, read: Int?, for work: Work) async {
        let text = request.messages.map(\.content).joined(separator: "\n")
        let least = TokenEstimate.atLeast(text)
        guard let context = await context(of: work, forTokens: max(TokenEstimate.about(text), read ?? 0)),
            ContextCut.isCertain(atLeast: least, read: read, context: context),
            isNews("prompt of step \(work.number), item \(Self.item ?? 0), is cut")
        else { return }
        // More was sent than there is room for, however few tokens the text seems to have.
        let sent = max(TokenEstimate.about(text), context + 1)
        emit(
            .contextCut(
                ContextCut(
                    .prompt, step: work.number, model: work.model, sentTokens: sent, readTokens: read,
                    contextLength: context)))
    }

    /// The context of a step's model, as the server or the chain says.
    func knownContext(of work: Work) -> Int? {
        state.withLock { state in
            state.ledger.resident(in: work.slot)?.contextLength ?? state.loads[work.slot]?.contextLength
        }
    }

    // A server whose models are not managed is asked, where the prompt is long enough to matter.
    private func context(of work: Work, forTokens tokens: Int) async -> Int? {
        if let known = knownContext(of: work) { return known }
        guard tokens >= Self.smallestUsualContext / 2, !work.model.isCloud else { return nil }
        return try? await find(work.slot, work.model, on: work.server)?.contextLength
    }
}
