import PromptChainCore

/// What a step's model was asked, when that is shown in place of its answer.
struct SentPrompt: Equatable, Sendable {
    private static let byteLimit = 4 << 20

    var step: Int
    /// The prompt that `text` was made of while nothing had been sent; `nil` when the step has not begun, or its events
    /// do not tell.
    var prompt: String?
    /// What `text` was made of once something had been sent.
    var sent: SentRequests
    var text: TextBuffer

    init(step number: Int, of step: StepState) {
        self.step = number
        prompt = step.prompt
        sent = step.sent
        text = TextBuffer(byteLimit: Self.byteLimit)
        if !sent.all.isEmpty {
            writeRequests()
            return
        }
        text.append("what step \(number) is asked\n", kind: .heading)
        text.append(prompt ?? "nothing is known of it", kind: prompt == nil ? .thinking : .answer)
    }

    /// Another step, or the same one done again, has another prompt; and a step with tools asks more than once.
    static func keep(_ state: inout DashboardState) {
        guard let shown = state.sentPrompt else { return }
        guard let number = state.outputStep, let step = state.run?.step(number) else { return state.sentPrompt = nil }
        if shown.step != number || shown.prompt != step.prompt || shown.sent != step.sent {
            state.sentPrompt = SentPrompt(step: number, of: step)
        }
        let width = state.layout.content(of: .output).width - 1
        if width > 0 { state.sentPrompt?.text.wrap(to: width) }
    }

    /// What is shown, to be copied or saved; the bare prompt while nothing has been sent.
    var words: String { sent.all.isEmpty ? prompt ?? "" : text.lines.map(\.text).joined(separator: "\n") }

    private mutating func writeRequests() {
        if sent.forgotten > 0 {
            text.beginLine("\(Count.text(sent.forgotten, "earlier request")) not kept", kind: .note)
        }
        var earlier: [Int: ChainEvent.PromptSent] = [:]
        for request in sent.all {
            write(request, after: earlier[request.item ?? 0])
            earlier[request.item ?? 0] = request.sent
        }
    }

    private mutating func write(_ request: SentRequests.Request, after earlier: ChainEvent.PromptSent?) {
        let sent = request.sent
        if !text.isEmpty { text.append("\n", kind: .answer) }
        var heading = "step \(step)" + (request.item.map { ", item \($0)" } ?? "")
        if sent.round > 1 { heading += ", request \(sent.round)" }
        heading += sent.model.map { " to \($0.short)" } ?? ""
        heading += sent.server.isEmpty ? "" : " on \(sent.server)"
        text.beginLine(heading, kind: .heading)
        if sent.kept > 0 { line("the \(Count.text(sent.kept, "message")) before, and") }
        for message in sent.messages { write(message) }
        if sent.tools != earlier?.tools ?? [] {
            line("on offer: " + (sent.tools.isEmpty ? "no tools any more" : sent.tools.joined(separator: ", ")))
        }
        if sent.parameters != earlier?.parameters ?? [:] {
            line("with " + Self.words(for: sent.parameters).joined(separator: " · "))
        }
    }

    private mutating func write(_ message: ChainEvent.PromptSent.Message) {
        line(message.role + (message.tool.map { " \($0)" } ?? ""))
        if let content = message.content, !content.isEmpty {
            text.beginLine(content, kind: .answer)
        } else if message.content == nil {
            line("[the prompt, which is not kept]")
        }
        for call in message.calls { line("calls \(call.tool) \(JSONText.line(call.arguments))") }
        for picture in message.pictures {
            let name = picture.name.map { "\($0), " } ?? ""
            line("[picture: \(name)\(picture.kind), \(Count.text(Int(clamping: picture.byteCount), "byte"))]")
        }
    }

    private mutating func line(_ words: String) { text.beginLine(words, kind: .note) }

    /// Parameters as words; those of a runner or a sampler stand among the others.
    private static func words(for parameters: [String: JSONValue]) -> [String] {
        parameters.sorted { $0.key < $1.key }.flatMap { name, value in
            if name == "options", case .object(let options) = value { return words(for: options) }
            return ["\(name) \(value.stringValue ?? JSONText.line(value))"]
        }
    }
}
