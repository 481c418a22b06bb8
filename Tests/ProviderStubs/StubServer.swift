import NIOCore
import NIOPosix
import Synchronization

/// A tiny server on a port of its own that answers as a test tells it, also wrongly: it can hang, cut the connection,
/// send rubbish. It records what it was asked.
///
/// It speaks as much HTTP/1.1 as its clients do and shares no code with them.
public final class StubServer: Sendable {
    private let channel: any Channel
    private let script: StubScript

    /// Starts a server on this machine.
    /// - Parameter port: its port; a free one when left out.
    public static func start(port: Int = 0) async throws -> StubServer {
        let script = StubScript()
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(StubConnection(script: script))
                }
            }
        let channel = try await bootstrap.bind(host: "127.0.0.1", port: port).get()
        return StubServer(channel: channel, script: script)
    }

    private init(channel: any Channel, script: StubScript) {
        self.channel = channel
        self.script = script
    }

    /// The port that it listens on.
    public var port: Int { channel.localAddress?.port ?? 0 }

    /// Its base address.
    public var url: String { "http://127.0.0.1:\(port)" }

    /// What it was asked until now, in the order in which the requests were complete.
    public var requests: [StubRequest] { script.requests }

    /// How many connections are open now.
    public var openConnections: Int { script.openConnections }

    /// Answers every request for a path (with any query) in one way, from now on.
    public func on(_ method: String? = nil, _ path: String, _ answer: StubAnswer) {
        script.add(method, path) { _ in answer }
    }

    /// Answers the requests for a path one after another; the last answer is given again and again.
    public func on(_ method: String? = nil, _ path: String, sequence answers: [StubAnswer]) {
        let next = Mutex(0)
        script.add(method, path) { _ in
            guard !answers.isEmpty else { return .hang }
            let index = next.withLock { index in
                defer { index += 1 }
                return min(index, answers.count - 1)
            }
            return answers[index]
        }
    }

    /// Answers every request for a path by what it says.
    public func on(
        _ method: String? = nil, _ path: String, reply: @escaping @Sendable (StubRequest) -> StubAnswer
    ) {
        script.add(method, path, reply)
    }

    /// Answers everything that nothing else is told for.
    public func otherwise(_ answer: StubAnswer) {
        script.setFallback { _ in answer }
    }

    /// Answers everything that nothing else is told for by what it says.
    public func otherwise(_ reply: @escaping @Sendable (StubRequest) -> StubAnswer) {
        script.setFallback(reply)
    }

    /// Closes the port. Connections that are open stay until their ends close them.
    public func stop() async {
        try? await channel.close().get()
    }
}

/// One request that a stub was sent.
public struct StubRequest: Sendable {
    /// The method.
    public var method: String
    /// The path with its query.
    public var target: String
    /// The headers, names in lower case.
    public var headers: [String: String]
    /// The body as text.
    public var body: String

    /// The path without its query.
    public var path: String { String(target.prefix { $0 != "?" }) }
}

/// One answer of a stub.
public struct StubAnswer: Sendable {
    /// One thing that is done on the connection.
    public enum Action: Sendable {
        /// Bytes as they are.
        case send([UInt8])
        /// The same piece again and again, for answers too large to hold.
        case repeated([UInt8], count: Int)
        /// Nothing, for some milliseconds.
        case wait(Int)
        /// The end of the connection.
        case close
    }

    /// What is done, in order.
    public var actions: [Action]

    /// An answer of your own.
    public init(actions: [Action]) {
        self.actions = actions
    }

    /// Never answers.
    public static let hang = StubAnswer(actions: [])
    /// Closes the connection without an answer.
    public static let cut = StubAnswer(actions: [.close])

    /// A JSON body.
    public static func json(_ text: String, status: Int = 200) -> StubAnswer {
        body(text, status: status, type: "application/json; charset=utf-8")
    }

    /// A web page.
    public static func html(_ text: String = "<!DOCTYPE html><html><body>hello</body></html>") -> StubAnswer {
        body(text, status: 200, type: "text/html")
    }

    /// A body of any type.
    public static func body(_ text: String, status: Int, type: String?) -> StubAnswer {
        let bytes = Array(text.utf8)
        let head = head(status, ["Content-Length: \(bytes.count)"] + (type.map { ["Content-Type: \($0)"] } ?? []))
        return StubAnswer(actions: [.send(head + bytes)])
    }

    /// Only a status, with an empty body.
    public static func status(_ status: Int) -> StubAnswer { body("", status: status, type: nil) }

    /// Lines that arrive one after another in chunks of their own.
    /// - Parameters:
    ///   - pause: milliseconds between two of them.
    ///   - isCut: whether the connection breaks off after the last line instead of ending the body.
    public static func lines(
        _ lines: [String], type: String = "application/x-ndjson", pause: Int = 0, isCut: Bool = false
    ) -> StubAnswer {
        var actions: [Action] = [
            .send(head(200, ["Content-Type: \(type)", "Transfer-Encoding: chunked"]))
        ]
        for line in lines {
            if pause > 0 { actions.append(.wait(pause)) }
            actions.append(.send(chunk(Array(line.utf8) + [10])))
        }
        actions.append(isCut ? .close : .send(Array("0\r\n\r\n".utf8)))
        return StubAnswer(actions: actions)
    }

    /// One line of so many bytes, in chunks.
    public static func longLine(bytes: Int, type: String = "application/x-ndjson") -> StubAnswer {
        let piece = chunk([UInt8](repeating: 120, count: 1 << 16))
        return StubAnswer(actions: [
            .send(head(200, ["Content-Type: \(type)", "Transfer-Encoding: chunked"])),
            .repeated(piece, count: max(1, bytes >> 16)), .send(chunk([10]) + Array("0\r\n\r\n".utf8)),
        ])
    }

    /// The same answer, some milliseconds later.
    public func delayed(_ milliseconds: Int) -> StubAnswer {
        StubAnswer(actions: [.wait(milliseconds)] + actions)
    }

    private static func head(_ status: Int, _ headers: [String]) -> [UInt8] {
        Array("HTTP/1.1 \(status) Stub\r\n\(headers.joined(separator: "\r\n"))\r\n\r\n".utf8)
    }

    private static func chunk(_ bytes: [UInt8]) -> [UInt8] {
        Array((String(bytes.count, radix: 16) + "\r\n").utf8) + bytes + [13, 10]
    }
}
