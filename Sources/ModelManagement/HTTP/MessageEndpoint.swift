import Foundation
import NIOCore
import PromptChainCore
import Synchronization

/// One address to which JSON messages are posted, and whose answers are JSON or a stream of events: what servers of
/// tools and the like have in place of an API with paths.
public final class MessageEndpoint: Sendable {
    /// What came back to one request, as far as it is known when the answer begins.
    public struct Answer: Sendable {
        /// The HTTP status.
        public var status: Int
        /// The headers, by their names in lower case.
        public var headers: [String: String]
        /// The messages of the answer, as they arrive: the whole body, or the data of one event after another. Throws
        /// `EndpointFailure`. Leaving it early closes the connection.
        public var messages: AsyncThrowingStream<Message, any Error>
        /// How far the messages have been read, where they are events; settled once `messages` has ended.
        public var position: StreamPosition

        /// Whether the server says that all is well.
        public var isSuccess: Bool { (200..<300).contains(status) }
    }

    /// The place in a stream of events at which it can be taken up again after it has broken off.
    public final class StreamPosition: Sendable {
        fileprivate let place = Mutex<(id: String?, retrySeconds: Double?)>((nil, nil))

        /// The identifier of the last complete event; `nil` where the server gives none.
        public var id: String? { place.withLock { $0.id } }
        /// How long the server wants to be left alone before that, in seconds; `nil` where it says nothing.
        public var retrySeconds: Double? { place.withLock { $0.retrySeconds } }
    }

    /// One message of an answer.
    public struct Message: Sendable {
        /// The name of the event, where it has one.
        public var event: String?
        /// The text, of JSON as a rule.
        public var text: String
    }

    /// The longest message that is taken, in bytes.
    public static let longestMessage = 16 << 20

    private let transport: PooledTransport
    private let path: String
    private let secrets: Secrets
    private let address: ServerAddress

    /// An endpoint.
    /// - Parameters:
    ///   - url: its address, with a scheme.
    ///   - headers: what goes with every request. Never shown.
    ///   - caFile: the path of a file with the certificates to trust in place of the system's.
    ///   - timeout: the time that connecting may take, in seconds.
    /// - Returns: `nil` when the text is no address that can be spoken to.
    public init?(url: String, headers: [String: String] = [:], caFile: String? = nil, timeout: Double = 30) {
        // A `ServerAddress` fills in what is missing; an address to post to must say where it is.
        guard url.firstMatch(of: /^\s*\w+:\/\/[^\/?#]/) != nil, let whole = ServerAddress(url) else { return nil }
        address = ServerAddress(scheme: whole.scheme, host: whole.host, port: whole.port)
        let start = url.range(of: "://")?.upperBound ?? url.startIndex
        let rest = url[start...].trimmingPrefix { $0 != "/" && $0 != "?" }
        path = String(rest.prefix { $0 != "#" })
        var configuration = ServerConfiguration(url: whole, headers: headers)
        configuration.timeout = timeout
        secrets = Secrets(configuration)
        var all = headers
        if let authorization = whole.authorization,
            !headers.keys.contains(where: { $0.lowercased() == "authorization" })
        {
            all["Authorization"] = authorization
        }
        transport = PooledTransport(address: address, headers: all, caFile: caFile, timeout: timeout)
    }

    /// Sends one request.
    /// - Parameters:
    ///   - path: another path on the same host; `nil` for the endpoint's own.
    ///   - body: a JSON text.
    /// - Throws: `EndpointFailure` when no answer begins; `CancellationError`.
    public func send(
        _ method: String = "POST", path: String? = nil, body: String? = nil, headers: [String: String] = [:]
    ) async throws -> Answer {
        var call = HTTPCall(method, path ?? self.path, body: body.map { Array($0.utf8) }, lane: .long, action: "send")
        call.headers = headers.map { ($0.key, $0.value) }
        do {
            let answer = try await transport.send(call)
            let position = StreamPosition()
            return Answer(
                status: answer.status, headers: answer.headers, messages: messages(of: answer, noting: position),
                position: position)
        } catch {
            try Task.checkCancellation()
            throw failure(error)
        }
    }

    /// Closes all connections. The endpoint is of no use afterwards.
    public func shutdown() async {
        await transport.shutdown()
    }

    /// A text without what must never be shown.
    public func shown(_ text: String) -> String { secrets.removed(from: text) }

    private func messages(
        of answer: HTTPAnswer, noting position: StreamPosition
    ) -> AsyncThrowingStream<Message, any Error> {
        let isStream = answer.contentType?.lowercased().hasPrefix("text/event-stream") == true
        return AsyncThrowingStream { continuation in
            let reading = Task {
                do {
                    if isStream {
                        try await self.readEvents(answer, noting: position) { continuation.yield($0) }
                    } else if let message = try await self.readWhole(answer) {
                        continuation.yield(message)
                    }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: Task.isCancelled ? CancellationError() : self.failure(error))
                }
            }
            continuation.onTermination = { _ in reading.cancel() }
        }
    }

    private func readEvents(
        _ answer: HTTPAnswer, noting position: StreamPosition, _ give: (Message) -> Void
    ) async throws {
        var events = ServerSentEvents(limit: Self.longestMessage)
        for try await chunk in answer.body {
            for event in try events.feed(chunk.readableBytesView) {
                give(Message(event: event.name, text: event.data))
            }
            let place = (events.lastID.flatMap { $0.isEmpty ? nil : $0 }, events.retrySeconds)
            position.place.withLock { $0 = place }
        }
        if let last = events.finish() { give(Message(event: last.name, text: last.data)) }
    }

    private func readWhole(_ answer: HTTPAnswer) async throws -> Message? {
        var data = Data()
        for try await chunk in answer.body {
            guard data.count + chunk.readableBytes <= Self.longestMessage else {
                throw TransportFailure.tooLong(Self.longestMessage)
            }
            data.append(contentsOf: chunk.readableBytesView)
        }
        return data.isEmpty ? nil : Message(event: nil, text: String(decoding: data, as: UTF8.self))
    }

    private func failure(_ error: any Error) -> any Error {
        let translated = TransportFailure.translate(error)
        guard let failure = translated as? TransportFailure else { return translated }
        let reason =
            switch failure {
            case .refused: "connection refused at \(address.hostAndPort)"
            case .hostNotFound: "the host \(address.host) is not known"
            case .noRoute(let reason), .other(let reason), .badAddress(let reason): reason
            case .silent(let seconds), .timedOut(let seconds): "no answer within \(Seconds.text(seconds))"
            case .closed: "the server closed the connection in the middle of an answer"
            case .tls(let reason): "no secure connection: \(reason)"
            case .notHTTP: "what listens at \(address.hostAndPort) does not speak HTTP"
            case .tooLong(let limit): "an answer is longer than \(limit >> 20) MiB"
            }
        let reached: Bool = if case .tls = failure { false } else { !failure.isBeforeRequest }
        return EndpointFailure(
            reason: secrets.removed(from: reason), isUnreachable: !reached,
            hint: failure.certificateHint(address, in: "chain"))
    }
}

/// Why nothing came back from an endpoint.
public struct EndpointFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// Why, in words for people.
    public var reason: String
    /// Whether the server cannot have got the request.
    public var isUnreachable: Bool
    /// What helps, where that is known here.
    public var hint: String?

    /// A failure.
    public init(reason: String, isUnreachable: Bool = false, hint: String? = nil) {
        self.reason = reason
        self.isUnreachable = isUnreachable
        self.hint = hint
    }

    /// The reason.
    public var description: String { reason }
}
