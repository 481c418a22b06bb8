import Foundation
import PromptChainCore

extension OllamaManager {
    /// Generates an answer by `/api/chat`. Text comes as it arrives; a stream that ends without being done, or with an
    /// error line, throws an error of kind `.interrupted`, and what had arrived has been given already.
    public func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        AsyncThrowingStream { continuation in
            let task = Task {
                do {
                    try await withTimeLimit(request.timeout, failure: .timedOut(request.timeout ?? 0)) {
                        try await self.chat(request) { continuation.yield($0) }
                    }
                    continuation.finish()
                } catch let failure as TransportFailure {
                    continuation.finish(throwing: self.connection.failure(Self.chatCall(request), failure))
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    /// What is sent with a request beside its messages, in the words of Ollama's API.
    public func parameters(of request: GenerationRequest) -> [String: JSONValue] {
        OllamaRequest.parameters(of: request)
    }

    private static func chatCall(_ request: GenerationRequest) -> HTTPCall {
        HTTPCall(
            "POST", "/api/chat", body: OllamaRequest.chat(request), lane: .long, isRetried: true,
            action: "generate with \(request.model.short)")
    }

    private func chat(_ request: GenerationRequest, _ give: (GenerationEvent) -> Void) async throws {
        let call = Self.chatCall(request)
        let name = request.model
        remember(name) {
            $0.busy += 1
            $0.lastUsed = connection.timekeeper.now()
        }
        defer {
            remember(name) {
                $0.busy -= 1
                $0.lastUsed = connection.timekeeper.now()
            }
        }
        let answer: HTTPAnswer
        do {
            answer = try await connection.open(call)
        } catch let error as ModelManagementError {
            throw await explained(error, model: name)
        }
        var isDone = false
        var calls: [ToolCall] = []
        // Whoever waits for the answer is woken once for all that came in one piece.
        var events: [GenerationEvent] = []
        let hand = {
            for event in events { give(event) }
            events.removeAll(keepingCapacity: true)
        }
        try await connection.lines(answer, of: call, pause: hand) { data in
            let line = try OllamaPayload.ChatLine(plain: data) ?? self.chatLine(data, call)
            if let thinking = line.message?.thinking, !thinking.isEmpty { events.append(.thinking(thinking)) }
            if let text = line.message?.content, !text.isEmpty { events.append(.text(text)) }
            calls += (line.message?.toolCalls ?? []).map {
                ToolCall(id: $0.id ?? "", name: $0.function.name, value: $0.function.arguments)
            }
            guard line.done == true else { return true }
            isDone = true
            if !calls.isEmpty { events.append(.toolCalls(calls)) }
            events.append(.finished(self.translation.metrics(line)))
            return false
        }
        try Task.checkCancellation()
        guard isDone else {
            throw connection.make(
                call, .interrupted, "the answer ended before it was done",
                hint: "Ollama ends an answer that repeats itself 30 times, or when it is stopped; its log says why.")
        }
    }

    private func chatLine(_ data: Data, _ call: HTTPCall) throws -> OllamaPayload.ChatLine {
        if let error = ErrorBody.text(data) {
            throw connection.make(
                call, .interrupted, error, hint: "The model's runner may have run out of memory; Ollama's log says why."
            )
        }
        guard let line = try? JSONDecoder().decode(OllamaPayload.ChatLine.self, from: data) else {
            throw connection.malformed(data, call)
        }
        return line
    }
}
