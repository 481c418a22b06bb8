import Foundation
import NIOCore
import PromptChainCore

/// An answer that has been read to its end.
struct HTTPReply: Sendable {
    var status: Int
    var contentType: String?
    var location: String?
    var body: Data

    /// Whether the server says that all is well.
    var isSuccess: Bool { (200..<300).contains(status) }
}

/// Calls to one server with its time limits, retries and bounds. Knows no API; failures are put into words in
/// `ServerConnection+Failure`.
struct ServerConnection: Sendable {
    /// The longest answer to a control call, in bytes. `/api/show` in full is the longest known, at some MB.
    static let longestReply = 16 << 20

    let name: String
    let provider: ModelProvider
    let address: ServerAddress
    let transport: any HTTPTransport
    let timekeeper: Timekeeper
    let timeout: Double
    let maxRetries: Int
    /// What must never stand in a message.
    let secrets: Secrets

    init(
        configuration: ServerConfiguration, transport: (any HTTPTransport)? = nil, timekeeper: Timekeeper = .system
    ) {
        name = configuration.name
        provider = configuration.provider
        address = configuration.url
        timeout = configuration.timeout
        maxRetries = configuration.maxRetries
        secrets = Secrets(configuration)
        self.timekeeper = timekeeper
        self.transport =
            transport
            ?? PooledTransport(
                address: configuration.url, headers: configuration.headers, caFile: configuration.caFile,
                timeout: configuration.timeout)
    }

    /// Sends a call and reads the whole answer, whatever its status.
    /// - Throws: `ModelManagementError`, `CancellationError`.
    func reply(_ call: HTTPCall) async throws -> HTTPReply {
        try await retrying(call) {
            let answer = try await send(call)
            let body = try await Self.collect(answer.body, limit: Self.longestReply)
            return HTTPReply(
                status: answer.status, contentType: answer.contentType, location: answer.location, body: body)
        }
    }

    /// Sends a call whose answer is a stream. An answer that is no success is read whole.
    /// - Throws: `ModelManagementError`, `CancellationError`.
    func open(_ call: HTTPCall) async throws -> HTTPAnswer {
        let answer = try await retryingAnswers(call)
        let isSuccess = (200..<300).contains(answer.status)
        if isSuccess, answer.contentType?.lowercased().contains("html") != true { return answer }
        let reply = HTTPReply(
            status: answer.status, contentType: answer.contentType, location: answer.location,
            body: try await errorBody(answer))
        try refuseWebPage(call, reply)
        throw failure(call, reply: reply)
    }

    /// Reads the lines of a stream of JSON.
    /// - Parameter pause: called when all lines that have come until now were taken, also before an error is thrown.
    /// - Returns: after the last line; `false` from `take` ends the reading early.
    /// - Throws: `ModelManagementError` when the stream breaks off; what `take` throws.
    func lines(
        _ answer: HTTPAnswer, of call: HTTPCall, pause: () -> Void = {}, take: (Data) throws -> Bool
    ) async throws {
        defer { pause() }
        var lines = JSONLines()
        do {
            for try await chunk in answer.body {
                for line in try lines.feed(chunk.readableBytesView) where try !take(line) { return }
                pause()
            }
        } catch let error as ModelManagementError {
            throw error
        } catch {
            throw streamFailure(call, error)
        }
        if let last = lines.finish() { _ = try take(last) }
    }

    private func retryingAnswers(_ call: HTTPCall) async throws -> HTTPAnswer {
        var attempt = 0
        while true {
            do {
                let answer = try await send(call)
                guard answer.status == 503, call.isRetried, attempt < maxRetries else { return answer }
                _ = try await errorBody(answer)
            } catch {
                guard shouldRetry(call, error, attempt) else { throw failure(call, error, attempts: attempt + 1) }
            }
            try await pause(before: attempt)
            attempt += 1
        }
    }

    // A connection that the server had just closed for being idle may still be taken: a reading is asked for again at
    // once on a new one.
    private func freshly(_ call: HTTPCall, _ send: () async throws -> HTTPReply) async throws -> HTTPReply {
        do {
            return try await send()
        } catch TransportFailure.closed where call.method == "GET" {
            return try await send()
        }
    }

    private func retrying(_ call: HTTPCall, _ send: @escaping @Sendable () async throws -> HTTPReply) async throws
        -> HTTPReply
    {
        var attempt = 0
        let limit = call.lane == .control ? timeout : nil
        while true {
            do {
                let reply = try await freshly(call) {
                    try await withTimeLimit(limit, failure: .silent(timeout), send)
                }
                guard reply.status == 503, call.isRetried, attempt < maxRetries else { return reply }
            } catch {
                guard shouldRetry(call, error, attempt) else { throw failure(call, error, attempts: attempt + 1) }
            }
            try await pause(before: attempt)
            attempt += 1
        }
    }

    // An error says what it has to say at once, also on a request that may take long.
    private func errorBody(_ answer: HTTPAnswer) async throws -> Data {
        let body = try? await withTimeLimit(timeout, failure: .silent(timeout)) {
            try await Self.collect(answer.body, limit: 1 << 20)
        }
        try Task.checkCancellation()
        return body ?? Data()
    }

    private func send(_ call: HTTPCall) async throws -> HTTPAnswer {
        do {
            return try await transport.send(call)
        } catch {
            try Task.checkCancellation()
            throw error
        }
    }

    // Only what cannot have reached the server is sent again: a load that was cut off may still be going on.
    private func shouldRetry(_ call: HTTPCall, _ error: any Error, _ attempt: Int) -> Bool {
        guard call.isRetried, attempt < maxRetries, let failure = error as? TransportFailure else { return false }
        return failure.isBeforeRequest
    }

    /// Waits 0.5 s, 1 s, 2 s, … 8 s at most, each spread by ±50 %.
    private func pause(before attempt: Int) async throws {
        let base = min(8, 0.5 * Double(1 << min(attempt, 10)))
        try await timekeeper.sleep(base * (0.5 + timekeeper.random()))
    }

    private static func collect(
        _ body: any AsyncSequence<ByteBuffer, any Error> & Sendable, limit: Int
    ) async throws -> Data {
        var data = Data()
        do {
            for try await chunk in body {
                guard data.count + chunk.readableBytes <= limit else { throw TransportFailure.tooLong(limit) }
                data.append(contentsOf: chunk.readableBytesView)
            }
        } catch {
            try Task.checkCancellation()
            throw TransportFailure.translate(error)
        }
        return data
    }
}
