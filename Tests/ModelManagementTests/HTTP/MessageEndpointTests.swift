import Foundation
import ModelManagement
import ProviderStubs
import Testing

@Suite struct MessageEndpointTests {
    @Test func sendsAndReadsJSONAndEvents() async throws {
        let server = try await StubServer.start()
        let endpoint = try #require(
            MessageEndpoint(url: "\(server.url)/mcp?key=1", headers: ["Authorization": "Bearer secret-token"]))
        server.on("POST", "/mcp", .json(#"{"a":1}"#))
        var answer = try await endpoint.send(body: "{}", headers: ["Accept": "text/event-stream", "X-Id": "7"])
        var messages = try await answer.messages.reduce(into: []) { $0.append($1.text) }
        #expect(messages == [#"{"a":1}"#])
        let request = try #require(server.requests.first)
        #expect(request.target == "/mcp?key=1")
        #expect(request.headers["authorization"] == "Bearer secret-token")
        #expect(request.headers["x-id"] == "7")
        #expect(endpoint.shown("is secret-token") == "is …")
        server.on(
            "POST", "/mcp",
            .lines(["event: message", "data: one", "", ": ping", "data: two", ""], type: "text/event-stream"))
        answer = try await endpoint.send(body: "{}")
        messages = try await answer.messages.reduce(into: []) { $0.append("\($1.event ?? "-") \($1.text)") }
        #expect(messages == ["message one", "- two"])
        await endpoint.shutdown()
        await server.stop()
    }

    @Test(arguments: ["", "localhost:80/mcp", "ftp://host/mcp", "http://", "http://a b/"])
    func whatIsNoAddressIsRefused(url: String) {
        #expect(MessageEndpoint(url: url) == nil)
    }

    @Test func failuresAreWords() async throws {
        let port = try StubServer.unusedPort()
        let endpoint = try #require(MessageEndpoint(url: "http://127.0.0.1:\(port)/mcp", timeout: 5))
        await #expect(throws: EndpointFailure(reason: "connection refused at 127.0.0.1:\(port)", isUnreachable: true)) {
            _ = try await endpoint.send(body: "{}")
        }
        await endpoint.shutdown()
        let server = try await StubServer.start()
        let secure = try #require(MessageEndpoint(url: "https://127.0.0.1:\(server.port)/mcp", timeout: 5))
        let failure = await #expect(throws: EndpointFailure.self) { _ = try await secure.send(body: "{}") }
        #expect(failure?.reason.hasPrefix("no secure connection: ") == true)
        #expect(failure?.isUnreachable == true)
        #expect(
            failure?.hint
                == "Name the authority's certificate with ca_file in the chain, or use http:// if the server has no certificate."
        )
        await secure.shutdown()
        server.on(
            "POST", "/mcp", .longLine(bytes: MessageEndpoint.longestMessage + (1 << 16), type: "text/event-stream"))
        let other = try #require(MessageEndpoint(url: "\(server.url)/mcp"))
        let answer = try await other.send(body: "{}")
        await #expect(throws: EndpointFailure(reason: "an answer is longer than 16 MiB")) {
            for try await _ in answer.messages {}
        }
        await other.shutdown()
        await server.stop()
    }
}
