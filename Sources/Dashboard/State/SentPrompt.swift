/// What a step's model was asked, when that is shown in place of its answer.
struct SentPrompt: Equatable, Sendable {
    private static let byteLimit = 1024 * 1024

    var step: Int
    /// The prompt that `text` was made of; `nil` when the step has not begun, or its events do not tell.
    var prompt: String?
    var text: TextBuffer

    init(step: Int, prompt: String?) {
        self.step = step
        self.prompt = prompt
        text = TextBuffer(byteLimit: Self.byteLimit)
        text.append("what step \(step) is asked\n", kind: .heading)
        text.append(prompt ?? "nothing is known of it", kind: prompt == nil ? .thinking : .answer)
    }

    /// Another step, or the same one done again, has another prompt.
    static func keep(_ state: inout DashboardState) {
        guard let sent = state.sentPrompt else { return }
        guard let number = state.outputStep, let step = state.run?.step(number) else { return state.sentPrompt = nil }
        if sent.step != number || sent.prompt != step.prompt {
            state.sentPrompt = SentPrompt(step: number, prompt: step.prompt)
        }
        let width = state.layout.content(of: .output).width - 1
        if width > 0 { state.sentPrompt?.text.wrap(to: width) }
    }
}
