import ModelManagement

/// Streams that break off, or that the server ends to be asked again later, are taken up behind the last event that
/// came, where the server gives its events identifiers.
/// Source: Model Context Protocol 2025-03-26 to 2025-11-25, "Resumability and Redelivery".
extension WebTransport {
    /// How often a stream is taken up without anything new in it.
    private static let resumptionLimit = 5
    /// How long the server is left alone before that where it does not say, in seconds.
    private static let usualPause = 1.0

    /// The message that answers a request: in the stream, or in one that takes it up.
    func answer(to id: Int, in first: MessageEndpoint.Answer) async throws -> RPCMessage {
        var stream = first
        var place: String?
        var pause = Self.usualPause
        var attempts = 0
        var fault: ToolFault
        switch try await read(stream, until: id) {
        case .success(let message): return message
        case .failure(let failure): fault = failure
        }
        while stream.isEventStream, takesUpStreams {
            if let reached = stream.position.id, reached != place {
                place = reached
                attempts = 0
            }
            pause = stream.position.retrySeconds ?? pause
            guard let place, attempts < Self.resumptionLimit else { break }
            attempts += 1
            try await Task.sleep(for: .seconds(Self.delay(pause, attempt: attempts)))
            switch try await takeUp(behind: place) {
            case .success(let next): stream = next
            case .failure(let failure):
                fault = failure
                continue
            }
            switch try await read(stream, until: id) {
            case .success(let message): return message
            case .failure(let failure): fault = failure
            }
        }
        throw fault
    }

    /// The wait before an attempt: what the server asks for, and twice as long each time that nothing new has come. A
    /// server that asks for none at all is not asked without a break.
    static func delay(_ pause: Double, attempt: Int) -> Double {
        min(60, max(0.05, pause)) * Double(1 << min(10, attempt - 1))
    }

    // A refusal ends the trying. The call itself is never made again: it may have done something already.
    private func takeUp(behind place: String) async throws -> Result<MessageEndpoint.Answer, ToolFault> {
        let own = ["Accept": "text/event-stream", "Last-Event-ID": place]
        let answer: MessageEndpoint.Answer
        do {
            answer = try await endpoint.send("GET", headers: headers(for: nil).merging(own) { $1 })
        } catch let failure as EndpointFailure {
            return .failure(fault(failure))
        }
        if answer.isEventStream { return .success(answer) }
        let fault = ToolFault(
            .ended,
            "the tool server “\(server)” ended its answer before it was complete, and does not take it up again "
                + "(status \(answer.status))", hint: "Its log says why.")
        if answer.status >= 500 { return .failure(fault) }
        throw fault
    }
}
