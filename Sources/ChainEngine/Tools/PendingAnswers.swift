import Synchronization

/// Requests that wait for their answers on one stream.
final class PendingAnswers: Sendable {
    private struct State {
        var waiting: [Int: CheckedContinuation<RPCMessage, any Error>] = [:]
        var end: ToolFault?
    }

    private let state = Mutex(State())

    /// Waits for the answer to a request.
    /// - Parameter send: sends it, once the answer can be taken.
    func answer(to id: Int, send: @Sendable () -> Void) async throws -> RPCMessage {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let end: (any Error)? = state.withLock { state in
                    if Task.isCancelled { return CancellationError() }
                    if state.end == nil { state.waiting[id] = continuation }
                    return state.end
                }
                if let end { continuation.resume(throwing: end) } else { send() }
            }
        } onCancel: {
            take(id)?.resume(throwing: CancellationError())
        }
    }

    /// Hands an answer to whoever waits for it.
    /// - Returns: whether anybody does.
    func deliver(_ message: RPCMessage) -> Bool {
        guard let id = message.answeredID, let continuation = take(id) else { return false }
        continuation.resume(returning: message)
        return true
    }

    /// Lets one request fail.
    func fail(_ id: Int, _ error: any Error) {
        take(id)?.resume(throwing: error)
    }

    /// Lets all requests fail that wait now.
    func failAll(_ fault: ToolFault) {
        let waiting = state.withLock { state in
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for continuation in waiting { continuation.resume(throwing: fault) }
    }

    /// Lets all requests fail, those to come as well.
    func end(_ fault: ToolFault) {
        state.withLock { if $0.end == nil { $0.end = fault } }
        failAll(fault)
    }

    /// Why nothing comes any more; `nil` while something may.
    var fault: ToolFault? { state.withLock { $0.end } }

    private func take(_ id: Int) -> CheckedContinuation<RPCMessage, any Error>? {
        state.withLock { $0.waiting.removeValue(forKey: id) }
    }
}
