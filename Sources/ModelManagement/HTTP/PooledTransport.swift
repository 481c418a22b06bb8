import AsyncHTTPClient
import Foundation
import NIOCore
import PromptChainCore

/// The transport over real connections. Two clients, each with its own limit of connections, so that a poll of the
/// loaded models never waits behind generations.
final class PooledTransport: HTTPTransport {
    private let address: ServerAddress
    private let headers: [(String, String)]
    private let control: HTTPClient
    private let long: HTTPClient

    /// - Parameter timeout: the time for control calls, in seconds; connecting gets four fifths of it, 10 s at most.
    init(address: ServerAddress, headers: [String: String], caFile: String?, timeout: Double) {
        self.address = address
        var all = headers.map { ($0.key, $0.value) }
        if let authorization = address.authorization,
            !headers.keys.contains(where: { $0.lowercased() == "authorization" }
            )
        {
            all.append(("Authorization", authorization))
        }
        self.headers = all
        control = Self.client(connections: 16, caFile: caFile, timeout: timeout)
        long = Self.client(connections: 256, caFile: caFile, timeout: timeout)
    }

    // A client must be shut down before it goes; a manager that is only dropped must not end the program.
    deinit {
        let clients = [control, long]
        Task.detached { for client in clients { try? await client.shutdown() } }
    }

    private static func client(connections: Int, caFile: String?, timeout: Double) -> HTTPClient {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.httpVersion = .http1Only
        configuration.timeout.connect = .milliseconds(Int64(max(0.05, min(10, timeout * 0.8)) * 1000))
        // The default retries a refused connection until the deadline: an absent server would look like a slow one.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
        configuration.connectionPool.idleTimeout = .seconds(30)
        if let caFile {
            configuration.tlsConfiguration = .makeClientConfiguration()
            configuration.tlsConfiguration?.trustRoots = .file(caFile)
        }
        return HTTPClient(configuration: configuration)
    }

    func send(_ call: HTTPCall) async throws -> HTTPAnswer {
        var request = HTTPClientRequest(url: address.url(path: call.path))
        request.method = .RAW(value: call.method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        for (name, value) in call.headers { request.headers.replaceOrAdd(name: name, value: value) }
        if let body = call.body {
            if !request.headers.contains(name: "Content-Type") {
                request.headers.add(name: "Content-Type", value: "application/json")
            }
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        do {
            let client = call.lane == .control ? control : long
            let response = try await client.execute(request, deadline: .distantFuture)
            return HTTPAnswer(
                status: Int(response.status.code), contentType: response.headers.first(name: "Content-Type"),
                location: response.headers.first(name: "Location"),
                headers: Dictionary(
                    response.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { first, _ in first }),
                body: response.body)
        } catch {
            throw TransportFailure.translate(error)
        }
    }

    func shutdown() async {
        try? await control.shutdown()
        try? await long.shutdown()
    }
}
