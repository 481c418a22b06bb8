import Foundation
import PromptChainCore
import ProviderStubs
import Synchronization
import Testing

@testable import ChainEngine

/// A tool server at an address, which a stub plays.
private final class StubToolServer: Sendable {
    let stub: StubServer

    /// - Parameter reply: answers a message of a method with a number: a status, headers, the type and the body.
    init(_ reply: @escaping @Sendable (_ request: StubRequest, _ method: String, _ id: Int) -> StubAnswer) async throws
    {
        stub = try await StubServer.start()
        stub.on("POST", "/mcp") { request in
            let value = try? JSONDecoder().decode(JSONValue.self, from: Data(request.body.utf8))
            return reply(request, value?["method"]?.stringValue ?? "", Int(value?["id"]?.integerValue ?? 0))
        }
        stub.on("GET", "/mcp", .status(405))
        stub.on("DELETE", "/mcp", .status(405))
    }

    func connection(headers: [String: String] = [:], timeout: Double = 10) throws -> MCPConnection {
        MCPConnection(
            server: "web",
            transport: try WebTransport(server: "web", url: "\(stub.url)/mcp", headers: headers, timeout: timeout),
            timeout: timeout, log: { _ in })
    }

    /// The messages that were posted, with their headers.
    var posts: [StubRequest] { stub.requests.filter { $0.method == "POST" } }

    static func result(_ id: Int, _ result: String) -> String { #"{"jsonrpc":"2.0","id":\#(id),"result":\#(result)}"# }

    static func error(_ id: Int, _ code: Int, data: String = "null") -> String {
        #"{"jsonrpc":"2.0","id":\#(id),"error":{"code":\#(code),"message":"no","data":\#(data)}}"#
    }

    static func answer(_ body: String, status: Int = 200, headers: [String] = []) -> StubAnswer {
        let lines = ["HTTP/1.1 \(status) Stub", "Content-Length: \(body.utf8.count)", "Content-Type: application/json"]
        return StubAnswer(actions: [
            .send(Array(((lines + headers).joined(separator: "\r\n") + "\r\n\r\n" + body).utf8))
        ])
    }

    /// What every server with a handshake says, but for the calls of tools.
    static func greeting(_ method: String, _ id: Int, session: String? = nil) -> StubAnswer? {
        switch method {
        case "server/discover": answer(error(id, -32601), status: 400)
        case "initialize":
            answer(
                result(id, #"{"protocolVersion":"2025-06-18","capabilities":{"tools":{}}}"#),
                headers: session.map { ["Mcp-Session-Id: \($0)"] } ?? [])
        case "tools/list": answer(result(id, #"{"tools":[{"name":"echo","inputSchema":{"type":"object"}}]}"#))
        case "tools/call": nil
        default: .status(202)
        }
    }
}

@Suite(.timeLimit(.minutes(2))) struct WebServerTests {
    @Test func aHandshakeKeepsItsSession() async throws {
        let server = try await StubToolServer { _, method, id in
            StubToolServer.greeting(method, id, session: "s-1")
                ?? .lines(
                    [
                        #"data: {"jsonrpc":"2.0","method":"notifications/message","params":{"data":"on it"}}"#, "",
                        #"data: \#(StubToolServer.result(id, #"{"content":[{"type":"text","text":"hi"}]}"#))"#, "",
                    ], type: "text/event-stream")
        }
        let connection = try server.connection(headers: ["Authorization": "Bearer abcdef"])
        try await connection.open()
        #expect(connection.era == .handshake(version: "2025-06-18"))
        #expect(try await connection.tools().map(\.name) == ["echo"])
        #expect(try await connection.call("echo", arguments: [:]) == ToolAnswer(text: "hi"))
        await connection.close()
        let posts = server.posts
        #expect(posts.allSatisfy { $0.headers["accept"] == "application/json, text/event-stream" })
        #expect(posts.allSatisfy { $0.headers["authorization"] == "Bearer abcdef" })
        #expect(
            posts.map { $0.headers["mcp-session-id"] } == [nil, nil, "s-1", "s-1", "s-1"])
        #expect(
            posts.map { $0.headers["mcp-protocol-version"] } == [
                "2026-07-28", nil, "2025-06-18", "2025-06-18", "2025-06-18",
            ])
        #expect(server.stub.requests.last?.method == "DELETE")
        #expect(server.stub.requests.last?.headers["mcp-session-id"] == "s-1")
        await server.stub.stop()
    }

    @Test func withoutHandshakeEveryRequestTellsWhatItIs() async throws {
        let server = try await StubToolServer { _, method, id in
            switch method {
            case "server/discover":
                StubToolServer.answer(
                    StubToolServer.result(id, #"{"supportedVersions":["2026-07-28"],"capabilities":{"tools":{}}}"#))
            case "tools/list": StubToolServer.answer(StubToolServer.result(id, #"{"tools":[{"name":"echo"}]}"#))
            default: StubToolServer.answer(StubToolServer.result(id, #"{"content":[],"isError":true}"#))
            }
        }
        let connection = try server.connection()
        try await connection.open()
        #expect(connection.era == .stateless(version: "2026-07-28"))
        #expect(
            try await connection.call("echo", arguments: ["a": 1])
                == ToolAnswer(text: "The tool failed.", isError: true))
        await connection.close()
        let posts = server.posts
        #expect(posts.map { $0.headers["mcp-method"] } == ["server/discover", "tools/list", "tools/call"])
        #expect(posts.map { $0.headers["mcp-name"] } == [nil, nil, "echo"])
        #expect(posts.allSatisfy { $0.headers["mcp-protocol-version"] == "2026-07-28" })
        #expect(posts.allSatisfy { $0.body.contains(#""io.modelcontextprotocol/protocolVersion":"2026-07-28""#) })
        #expect(!server.stub.requests.contains { $0.method == "DELETE" })
        await server.stub.stop()
    }

    @Test func aForgottenSessionBeginsAnew() async throws {
        let isForgotten = Mutex(true)
        let server = try await StubToolServer { _, method, id in
            if let answer = StubToolServer.greeting(method, id, session: "s") { return answer }
            let isFirst = isForgotten.withLock { value in
                defer { value = false }
                return value
            }
            return isFirst
                ? .status(404)
                : StubToolServer.answer(StubToolServer.result(id, #"{"content":[{"type":"text","text":"again"}]}"#))
        }
        let connection = try server.connection()
        try await connection.open()
        #expect(try await connection.call("echo", arguments: [:]).text == "again")
        #expect(server.posts.count { $0.body.contains("\"initialize\"") } == 2)
        await connection.close()
        await server.stub.stop()
    }

    /// Before 2025-03-26: one stream for all answers, and another path for what is sent.
    @Test func theOldestServersAnswerOnOneStream() async throws {
        let server = try await StubToolServer { _, _, _ in .status(405) }
        server.stub.on("POST", "/messages") { _ in .status(202) }
        func event(_ text: String) -> [String] { ["event: message", "data: \(text)", ""] }
        server.stub.on(
            "GET", "/mcp",
            .lines(
                ["event: endpoint", "data: /messages?id=5", ""]
                    // The probe was number 1, the handshake is number 2.
                    + event(
                        StubToolServer.result(2, #"{"protocolVersion":"2024-11-05","capabilities":{"tools":{}}}"#))
                    + event(StubToolServer.result(3, #"{"tools":[{"name":"echo"}]}"#))
                    + event(StubToolServer.result(4, #"{"content":[{"type":"text","text":"old"}]}"#)),
                type: "text/event-stream", pause: 60))
        let connection = try server.connection()
        try await connection.open()
        #expect(connection.era == .handshake(version: "2024-11-05"))
        #expect(try await connection.call("echo", arguments: [:]).text == "old")
        await connection.close()
        await server.stub.stop()
    }

    @Test(arguments: [
        (StubAnswer.status(401), "the tool server “web” refuses access (status 401)"),
        (.status(500), "the tool server “web” answers with status 500"),
        (.html(), "what answers at the address of the tool server “web” is no tool server"),
        (.json(#"{"hello":"world"}"#), "what answers at the address of the tool server “web” is no tool server"),
        (.lines([], type: "text/event-stream"), "the tool server “web” ended its answer before it was complete"),
        (.cut, "the tool server “web” cannot be used: the server closed the connection in the middle of an answer"),
        (.hang, "the tool server “web” has not answered initialize within 0.5s"),
    ])
    func whyItCannotBeUsed(answer: StubAnswer, sentence: String) async throws {
        let server = try await StubToolServer { _, method, id in
            method == "server/discover" ? StubToolServer.answer(StubToolServer.error(id, -32601)) : answer
        }
        let connection = try server.connection(timeout: 0.5)
        let fault = await #expect(throws: ToolFault.self) { try await connection.open() }
        #expect(fault?.sentence == sentence)
        await connection.close()
        await server.stub.stop()
    }

    @Test func leavingACallIsTold() async throws {
        let server = try await StubToolServer { _, method, id in StubToolServer.greeting(method, id) ?? .hang }
        let connection = try server.connection(timeout: 0.5)
        try await connection.open()
        let fault = await #expect(throws: ToolFault.self) { try await connection.call("echo", arguments: [:]) }
        #expect(fault?.kind == .timedOut)
        // The notice goes out beside what we wait for here.
        for _ in 0..<200 where !server.posts.contains(where: { $0.body.contains("notifications/cancelled") }) {
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(
            server.posts.contains {
                $0.body.contains("notifications/cancelled") && $0.body.contains("no answer in time")
            })
        await connection.close()
        await server.stub.stop()
    }

    @Test func whatIsTornDownIsUnreachable() async throws {
        let port = try StubServer.unusedPort()
        let box = ToolBox(servers: [
            ToolServer(id: "web", transport: .http(url: "http://127.0.0.1:\(port)/mcp", headers: [:]), timeout: 5)
        ])
        let fault = await #expect(throws: ToolFault.self) { try await box.start() }
        #expect(
            fault?.sentence == "the tool server “web” cannot be used: connection refused at 127.0.0.1:\(port)")
        #expect(fault?.hint == "Is it running? Check its url.")
        await box.close()
    }

    // MARK: - Streams that break off

    private func event(_ id: String?, _ text: String = "") -> [String] {
        (id.map { ["id: \($0)"] } ?? []) + ["data: \(text)", ""]
    }

    /// A server whose calls are answered by streams: the first one, and those that take it up.
    private func streaming(_ first: StubAnswer, then others: [StubAnswer]) async throws -> StubToolServer {
        let server = try await StubToolServer { _, method, id in
            StubToolServer.greeting(method, id, session: "s") ?? first
        }
        let next = Mutex(others[...])
        server.stub.on("GET", "/mcp") { request in
            guard request.headers["last-event-id"] != nil else { return .status(405) }
            return next.withLock { $0.popFirst() } ?? .status(500)
        }
        return server
    }

    private let found = StubToolServer.result(4, #"{"content":[{"type":"text","text":"at last"}]}"#)

    @Test func aStreamThatBreaksOffIsTakenUp() async throws {
        let server = try await streaming(
            .lines(
                ["retry: 1", "id: a", ""] + ["id: cut", "data: {"], type: "text/event-stream", pause: 20, isCut: true),
            then: [
                .status(503),
                // Ended by the server, to be asked again later.
                .lines(event("b"), type: "text/event-stream"),
                .lines(event("c", found), type: "text/event-stream"),
            ])
        let connection = try server.connection(timeout: 60)
        try await connection.open()
        #expect(try await connection.call("echo", arguments: [:]).text == "at last")
        let asked = server.stub.requests.filter { $0.headers["last-event-id"] != nil }
        #expect(asked.map { $0.headers["last-event-id"] } == ["a", "a", "b"])
        #expect(asked.allSatisfy { $0.headers["mcp-session-id"] == "s" && $0.headers["accept"] == "text/event-stream" })
        #expect(server.posts.count { $0.body.contains("tools/call") } == 1)
        await connection.close()
        await server.stub.stop()
    }

    @Test(arguments: [
        (
            [StubAnswer.status(405)],
            "the tool server “web” ended its answer before it was complete, and does not take it up again (status 405)",
            1
        ),
        // A session that is gone does not make the call again.
        (
            [.status(404)],
            "the tool server “web” ended its answer before it was complete, and does not take it up again (status 404)",
            1
        ),
        (
            Array(repeating: .lines([], type: "text/event-stream"), count: 9),
            "the tool server “web” ended its answer before it was complete", 5
        ),
        (
            Array(repeating: .cut, count: 9),
            "the tool server “web” cannot be used: the server closed the connection in the middle of an answer", 5
        ),
    ])
    func aStreamThatCannotBeTakenUpFailsTheCall(
        answers: [StubAnswer], sentence: String, attempts: Int
    ) async throws {
        let server = try await streaming(
            .lines(["retry: 1", "id: a", "data:", "", ":"], type: "text/event-stream", pause: 20, isCut: true),
            then: answers)
        let connection = try server.connection(timeout: 60)
        try await connection.open()
        let fault = await #expect(throws: ToolFault.self) { try await connection.call("echo", arguments: [:]) }
        #expect(fault?.sentence == sentence)
        #expect(fault?.kind == .ended)
        #expect(server.stub.requests.count { $0.headers["last-event-id"] != nil } == attempts)
        #expect(server.posts.count { $0.body.contains("tools/call") } == 1)
        await connection.close()
        await server.stub.stop()
    }

    /// The time of the call counts on, whatever the server asks for.
    @Test func takingUpIsBoundByTheTimeOfTheCall() async throws {
        let server = try await streaming(
            .lines(["retry: 86400000", "id: a", ""], type: "text/event-stream"), then: [])
        let connection = try server.connection(timeout: 0.5)
        try await connection.open()
        let fault = await #expect(throws: ToolFault.self) { try await connection.call("echo", arguments: [:]) }
        #expect(fault?.kind == .timedOut)
        await connection.close()
        await server.stub.stop()
    }

    @Test func theServerIsLeftAloneLongerEachTime() {
        #expect((1...4).map { WebTransport.delay(1, attempt: $0) } == [1, 2, 4, 8])
        #expect(WebTransport.delay(0, attempt: 1) == 0.05)
        #expect(WebTransport.delay(86_400, attempt: 1) == 60)
    }

    /// Without handshake a stream that ends is a call that nobody waits for any more.
    @Test func withoutHandshakeNothingIsTakenUp() async throws {
        let server = try await StubToolServer { _, method, id in
            switch method {
            case "server/discover":
                StubToolServer.answer(StubToolServer.result(id, #"{"supportedVersions":["2026-07-28"]}"#))
            case "tools/list": StubToolServer.answer(StubToolServer.result(id, #"{"tools":[{"name":"echo"}]}"#))
            default: .lines(["id: a", "data:", "", ":"], type: "text/event-stream", pause: 20, isCut: true)
            }
        }
        let connection = try server.connection()
        try await connection.open()
        await #expect(throws: ToolFault.self) { try await connection.call("echo", arguments: [:]) }
        #expect(!server.stub.requests.contains { $0.headers["last-event-id"] != nil })
        await connection.close()
        await server.stub.stop()
    }
}
