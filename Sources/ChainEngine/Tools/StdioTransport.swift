import Foundation
import PromptChainCore
import Synchronization

/// Speaks with a tool server that is a program of ours: one message a line on its standard input and output.
final class StdioTransport: MCPTransport {
    private struct State {
        var process: ToolProcess?
        // What the program said last on its standard error: mostly why it ended.
        var complaint: String?
    }

    private let server: String
    private let launch: ToolProcess.Launch
    private let log: @Sendable (String) -> Void
    private let pending = PendingAnswers()
    private let state = Mutex(State())

    /// - Parameter log: takes what the program writes on its standard error, and lines that are no messages.
    init(server: String, launch: ToolProcess.Launch, log: @escaping @Sendable (String) -> Void) {
        self.server = server
        self.launch = launch
        self.log = log
    }

    func start(_ hear: @escaping @Sendable (RPCMessage) -> Void) async throws {
        let process = ToolProcess(launch) { [weak self] output in self?.take(output, hear) }
        state.withLock { $0.process = process }
        process.start()
    }

    func request(_ request: RPCRequest) async throws -> RPCMessage {
        guard let id = request.id else { throw ToolFault(.foreign, "a request has no number") }
        let process = state.withLock { $0.process }
        return try await pending.answer(to: id) { process?.send(request.text) }
    }

    func post(_ text: String) async {
        state.withLock { $0.process }?.send(text)
    }

    func adopt(_ era: MCPEra) {}

    func leavingCancels(_ era: MCPEra) -> Bool { false }

    func close() async {
        pending.end(ToolFault(.ended, "the tool server “\(server)” was closed"))
        await state.withLock { $0.process }?.close()
    }

    private func take(_ output: ToolProcess.Output, _ hear: (RPCMessage) -> Void) {
        switch output {
        case .line(let data):
            let messages = RPCMessage.read(data)
            if messages.isEmpty { noteNoise(data) }
            for message in messages where !pending.deliver(message) { hear(message) }
        case .oversized:
            pending.failAll(
                ToolFault(
                    .foreign,
                    "the tool server “\(server)” sent an answer of more than \(MessageLimit.bytes >> 20) MiB",
                    hint: "Ask it for less at a time."))
        case .complaint(let line):
            state.withLock { $0.complaint = line }
            log(line)
        case .end(let reason, let kind):
            let complaint = state.withLock { $0.complaint }
            let words = kind == .ended ? complaint.map { ": \($0)" } ?? "" : ""
            pending.end(
                ToolFault(
                    kind, "the tool server “\(server)” cannot be used: \(reason)\(words)", hint: hint(of: kind)))
        }
    }

    // Programs print banners and warnings where only messages belong.
    private func noteNoise(_ data: Data) {
        let text = String(decoding: data.prefix(200), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        if !text.isEmpty { log("no message: \(text)") }
    }

    private func hint(of kind: ToolFault.Kind) -> String? {
        let line = ([launch.command] + launch.arguments).joined(separator: " ")
        return kind == .unavailable
            ? "Check command and cwd of the server; paths count from the chain file's folder."
            : "Its own words are in the log. Try it by hand: \(line)"
    }
}
