import Foundation
import ModelManagement
import PromptChainCore
import Synchronization

/// Speaks with a tool server at an address: every message is a POST, and its answer JSON or a stream of events.
final class WebTransport: MCPTransport {
    private struct State {
        var era: MCPEra?
        var session: String?
        var listening: Task<Void, Never>?
        var hear: @Sendable (RPCMessage) -> Void = { _ in }
        // The oldest servers answer on one stream for everything, and take messages at another path.
        var oldPath: String?
    }

    let server: String
    let endpoint: MessageEndpoint
    private let pending = PendingAnswers()
    private let state = Mutex(State())

    /// - Parameter caFile: the path of a file with the certificates to trust in place of the system's.
    /// - Throws: `ToolFault` when the address cannot be used.
    init(
        server: String, url: String, headers: [String: String], caFile: String? = nil, timeout: Double
    ) throws {
        guard let endpoint = MessageEndpoint(url: url, headers: headers, caFile: caFile, timeout: timeout) else {
            throw ToolFault(
                .unavailable, "the address of the tool server “\(server)” cannot be used",
                hint: "Write it as http://HOST:PORT/mcp.")
        }
        self.server = server
        self.endpoint = endpoint
    }

    func start(_ hear: @escaping @Sendable (RPCMessage) -> Void) async throws {
        state.withLock { $0.hear = hear }
    }

    func adopt(_ era: MCPEra) {
        state.withLock { $0.era = era }
        if !era.isStateless, state.withLock({ $0.oldPath == nil }) { listen() }
    }

    var hasEnded: Bool { pending.fault != nil }

    func leavingCancels(_ era: MCPEra) -> Bool { era.isStateless }

    func request(_ request: RPCRequest) async throws -> RPCMessage {
        guard let id = request.id else { throw ToolFault(.foreign, "a request has no number") }
        if let path = state.withLock({ $0.oldPath }) { return try await self.request(request, at: path, id) }
        let answer = try await send(request.text, headers: headers(for: request))
        if request.method == "initialize", let session = answer.headers["mcp-session-id"] {
            state.withLock { $0.session = session }
        }
        guard answer.isSuccess else {
            let refusal = try await refusal(answer, id)
            guard request.method == "initialize", [400, 404, 405].contains(answer.status), refusal == nil else {
                if let refusal { return refusal }
                throw fault(answer)
            }
            // Servers before 2025-03-26 know no POST at this address.
            let path = try await openOldStream(or: fault(answer))
            return try await self.request(request, at: path, id)
        }
        return try await self.answer(to: id, in: answer)
    }

    func post(_ text: String) async {
        if let path = state.withLock({ $0.oldPath }) {
            _ = try? await endpoint.send(path: path, body: text, headers: ["Accept": "application/json"])
        } else {
            _ = try? await send(text, headers: headers(for: nil))
        }
    }

    func close() async {
        let (session, listening) = state.withLock { ($0.session, $0.listening) }
        listening?.cancel()
        pending.end(ToolFault(.ended, "the tool server “\(server)” was closed"))
        if session != nil {
            let headers = headers(for: nil)
            await withTaskGroup(of: Void.self) { group in
                group.addTask { _ = try? await self.endpoint.send("DELETE", headers: headers) }
                group.addTask { try? await Task.sleep(for: .seconds(2)) }
                await group.next()
                group.cancelAll()
            }
        }
        await endpoint.shutdown()
    }

    /// Whether a stream that broke off can be taken up again: leaving one is how a call is cancelled without handshake.
    var takesUpStreams: Bool { state.withLock { $0.era?.isStateless != true } }

    func headers(for request: RPCRequest?) -> [String: String] {
        let (era, session) = state.withLock { ($0.era, $0.session) }
        var headers = ["Accept": "application/json, text/event-stream"]
        // Before the kind of server is known, `server/discover` tells the version that it is written in.
        let version = request?.method == "server/discover" ? MCPEra.statelessVersions.first : era?.version
        headers["MCP-Protocol-Version"] = version
        headers["MCP-Session-Id"] = session
        if let request, era?.isStateless == true || request.method == "server/discover" {
            headers["Mcp-Method"] = request.method
            if request.method == "tools/call" {
                headers["Mcp-Name"] = request.params?["name"]?.stringValue.map(MCPHeaders.encoded)
            }
            headers.merge(request.headers) { first, _ in first }
        }
        return headers
    }

    private func send(_ text: String, headers: [String: String]) async throws -> MessageEndpoint.Answer {
        do {
            return try await endpoint.send(body: text, headers: headers)
        } catch let failure as EndpointFailure {
            throw fault(failure)
        }
    }

    /// Reads the messages of an answer.
    /// - Returns: the one that answers a request, or why there is none.
    func read(_ answer: MessageEndpoint.Answer, until id: Int) async throws -> Result<RPCMessage, ToolFault> {
        let hear = state.withLock { $0.hear }
        var isForeign = false
        do {
            for try await message in answer.messages {
                let messages = RPCMessage.read(message.text)
                isForeign = isForeign || messages.isEmpty && !message.text.isEmpty
                for message in messages {
                    if message.answers(id) { return .success(message) }
                    hear(message)
                }
            }
        } catch let failure as EndpointFailure {
            return .failure(fault(failure))
        }
        try Task.checkCancellation()
        return .failure(
            ToolFault(
                isForeign ? .foreign : .ended,
                isForeign
                    ? "what answers at the address of the tool server “\(server)” is no tool server"
                    : "the tool server “\(server)” ended its answer before it was complete",
                hint: isForeign ? "Check its url: most end in /mcp." : "Its log says why."))
    }

    /// The error that stands in a refusal as a message, if one does.
    private func refusal(_ answer: MessageEndpoint.Answer, _ id: Int) async throws -> RPCMessage? {
        guard answer.headers["content-type"]?.lowercased().hasPrefix("application/json") == true else { return nil }
        if answer.status == 404, state.withLock({ $0.session != nil }) {
            throw ToolFault(.sessionGone, "the tool server “\(server)” has forgotten the session")
        }
        do {
            for try await message in answer.messages {
                for case .failure(let other, let error) in RPCMessage.read(message.text) {
                    return .failure(id: other, error)
                }
            }
        } catch let failure as EndpointFailure {
            throw fault(failure)
        }
        return nil
    }

    func fault(_ failure: EndpointFailure) -> ToolFault {
        ToolFault(
            failure.isUnreachable ? .unavailable : .ended,
            "the tool server “\(server)” cannot be used: \(failure.reason)",
            hint: failure.hint
                ?? (failure.isUnreachable ? "Is it running? Check its url." : "Its log says why."))
    }

    private func fault(_ answer: MessageEndpoint.Answer) -> ToolFault {
        switch answer.status {
        case 401, 403, 407:
            ToolFault(
                .refused, "the tool server “\(server)” refuses access (status \(answer.status))",
                hint: "Give it credentials: headers: {Authorization: \"Bearer ${TOKEN}\"}.")
        case 404 where state.withLock({ $0.session != nil }):
            ToolFault(.sessionGone, "the tool server “\(server)” has forgotten the session")
        case 300..<400:
            ToolFault(
                .refused,
                "the tool server “\(server)” redirects to \(endpoint.shown(answer.headers["location"] ?? "elsewhere"))",
                hint: "Use the address that it names.")
        default:
            ToolFault(
                .refused, "the tool server “\(server)” answers with status \(answer.status)",
                hint: "Check its url: most end in /mcp.")
        }
    }
}

// MARK: - Streams of their own

extension WebTransport {
    /// Listens for what the server tells outside of answers, where it offers that.
    private func listen() {
        let headers = headers(for: nil).merging(["Accept": "text/event-stream"]) { $1 }
        let task = Task { [weak self, endpoint] in
            guard let answer = try? await endpoint.send("GET", headers: headers), answer.isEventStream else { return }
            do {
                for try await message in answer.messages { self?.take(message.text) }
            } catch {
                // What comes here is not needed for any answer.
            }
        }
        state.withLock { state in
            state.listening?.cancel()
            state.listening = task
        }
    }

    private func take(_ text: String) {
        let hear = state.withLock { $0.hear }
        for message in RPCMessage.read(text) where !pending.deliver(message) { hear(message) }
    }

    /// Opens the one stream of a server of the oldest kind.
    /// - Returns: the path at which it takes messages.
    private func openOldStream(or fault: ToolFault) async throws -> String {
        guard let answer = try? await endpoint.send("GET", headers: ["Accept": "text/event-stream"]),
            answer.isEventStream
        else { throw fault }
        let path = Latch<String?>()
        let server = server
        let task = Task { [weak self] in
            do {
                for try await message in answer.messages {
                    if message.event == "endpoint" { path.set(message.text) } else { self?.take(message.text) }
                }
            } catch {
                // Told below: whoever waits for an answer waits in vain.
            }
            path.set(nil)
            self?.pending.end(
                ToolFault(.ended, "the tool server “\(server)” ended its stream of answers", hint: "Its log says why."))
        }
        state.withLock { $0.listening = task }
        guard let target = await path.value() else { throw fault }
        // The path counts from the host; a whole address is taken only for its path, so that nothing goes elsewhere.
        let start = target.range(of: "://").map { target[$0.upperBound...].drop { $0 != "/" } } ?? target[...]
        let usable = start.hasPrefix("/") ? String(start) : "/" + start
        state.withLock { $0.oldPath = usable }
        return usable
    }

    fileprivate func request(_ request: RPCRequest, at path: String, _ id: Int) async throws -> RPCMessage {
        try await pending.answer(to: id) { [endpoint, pending, self] in
            Task {
                do {
                    let answer = try await endpoint.send(
                        path: path, body: request.text, headers: ["Accept": "application/json"])
                    if !answer.isSuccess { pending.fail(id, self.fault(answer)) }
                } catch let failure as EndpointFailure {
                    pending.fail(id, self.fault(failure))
                } catch {
                    pending.fail(id, error)
                }
            }
        }
    }
}

extension MessageEndpoint.Answer {
    /// Whether the answer is a stream of events.
    var isEventStream: Bool {
        isSuccess && headers["content-type"]?.lowercased().hasPrefix("text/event-stream") == true
    }
}
