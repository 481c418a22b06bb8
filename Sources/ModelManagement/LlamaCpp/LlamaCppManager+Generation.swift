import Foundation
import PromptChainCore

extension LlamaCppManager {
    /// Generates an answer by `/v1/chat/completions`.
    ///
    /// A router that loads on request is asked to load a model that is not loaded, so that a load that fails says so and
    /// its time is known. One that does not is left as it is: the answer is an error that says what to do.
    public func generate(_ request: GenerationRequest) -> AsyncThrowingStream<GenerationEvent, any Error> {
        AsyncThrowingStream { continuation in
            let action = "generate with \(request.model.short)"
            let call = HTTPCall("POST", "/v1/chat/completions", lane: .long, isRetried: true, action: action)
            let task = Task {
                do {
                    try await withTimeLimit(request.timeout, failure: .timedOut(request.timeout ?? 0)) {
                        let (model, loadSeconds) = try await self.target(of: request, action: action)
                        var call = call
                        call.body = OpenAIChat.body(request, model: model)
                        try await OpenAIChat.receive(call, streams: request.streams, on: self.api.connection) { event in
                            continuation.yield(event.completed(loadSeconds: loadSeconds))
                        }
                        self.noteUse(of: model)
                    }
                    continuation.finish()
                } catch let failure as TransportFailure {
                    continuation.finish(throwing: self.api.connection.failure(call, failure))
                } catch {
                    continuation.finish(throwing: self.explained(error, model: request.model))
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    /// What is sent with a request beside its messages, in the words of OpenAI's API.
    public func parameters(of request: GenerationRequest) -> [String: JSONValue] { OpenAIChat.parameters(of: request) }

    private func noteUse(of id: String) {
        api.journal.used(ModelName(id, on: .llamaCpp), at: api.connection.timekeeper.now())
    }

    /// The name in the server's spelling, and what loading the model took where it had to be loaded, in seconds.
    private func target(
        of request: GenerationRequest, action: String
    ) async throws -> (model: String, loadSeconds: Double?) {
        try await byRole(action) { action in
            (try await self.plainTarget(request.model, action: action), nil)
        } router: { action, limits in
            let model = try self.find(
                request.model, in: try await self.routerModels(action: action), action: action)
            self.noteUse(of: model.id)
            guard !model.isReadyForRequests, limits.loadsOnRequest else { return (model.id, nil) }
            let info = try await self.loadOnRouter(
                request.model, params: request.load, progress: RisingShare { _ in }, action: action)
            return (model.id, info.loadSeconds)
        }
    }
}

extension RouterModel {
    /// Whether a request is answered without a load that is asked for: a server that sleeps wakes by itself.
    fileprivate var isReadyForRequests: Bool { state == .loaded || state == .sleeping }
}

extension GenerationEvent {
    /// The event with the time of the load before it, which such servers do not count.
    fileprivate func completed(loadSeconds: Double?) -> GenerationEvent {
        guard case .finished(var metrics) = self, metrics.loadSeconds == nil else { return self }
        metrics.loadSeconds = loadSeconds
        return .finished(metrics)
    }
}
