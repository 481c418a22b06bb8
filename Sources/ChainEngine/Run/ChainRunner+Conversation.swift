import ModelManagement
import PromptChainCore

extension ChainRunner {
    /// Adds a step's question and answer to what later models are shown.
    func remember(_ call: ModelCall, prompt: String, answer: String, in frame: inout RunFrame) {
        frame.conversation += [
            ChatMessage(role: "user", content: prompt), ChatMessage(role: "assistant", content: answer),
        ]
    }

    /// The messages of a request: what its model is, what was said before, and what it is told now.
    func messages(for work: Work, prompt: String) -> [ChatMessage] {
        let system = work.call.system.map { [ChatMessage(role: "system", content: $0)] } ?? []
        return system + work.conversation + [ChatMessage(role: "user", content: prompt)]
    }
}
