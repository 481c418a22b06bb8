import Foundation
import ModelManagement
import PromptChainCore
import Synchronization

/// A tool of a server, as the server describes it.
struct MCPTool: Equatable, Sendable {
    var name: String
    var summary: String?
    var parameters: JSONValue
}

/// A conversation with one tool server by the Model Context Protocol, with and without its handshake.
/// Source: modelcontextprotocol.io, versions 2024-11-05 to 2026-07-28.
final class MCPConnection: Sendable {
    private struct State {
        var nextID = 1
        var era: MCPEra?
        var tools: [MCPTool] = []
        var isStale = false
        // When requests in flight are given up, by their numbers: progress moves it.
        var deadlines: [Int: Deadline] = [:]
    }

    private struct Deadline {
        var due: ContinuousClock.Instant
        var last: ContinuousClock.Instant
    }

    let server: String
    let timeout: Double
    /// Whether the server is asked for its kind before it is greeted. Some of the older ones end when the first thing
    /// that they hear is anything else than the handshake.
    let asksFirst: Bool
    private let probeTimeout: Double
    private let transport: any MCPTransport
    private let log: @Sendable (String) -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - timeout: the longest that an answer may take, in seconds.
    ///   - probeTimeout: how long a server may be silent about `server/discover` before it is greeted in the older way.
    init(
        server: String, transport: any MCPTransport, timeout: Double, probeTimeout: Double = 3, asksFirst: Bool = true,
        log: @escaping @Sendable (String) -> Void
    ) {
        self.server = server
        self.transport = transport
        self.timeout = timeout
        self.asksFirst = asksFirst
        self.probeTimeout = min(probeTimeout, timeout)
        self.log = log
    }

    /// How the server is spoken to; `nil` before that is settled.
    var era: MCPEra? { state.withLock { $0.era } }

    /// Greets the server and reads its tools.
    /// - Throws: `ToolFault`; `CancellationError`.
    func open() async throws {
        try await transport.start { [weak self] message in self?.hear(message) }
        let offersTools = try await greet()
        guard offersTools else { return log("the server offers no tools") }
        try await readTools()
    }

    /// The server's tools; read anew when it has said that they changed.
    func tools() async throws -> [MCPTool] {
        let isStale = state.withLock { state in
            defer { state.isStale = false }
            return state.isStale
        }
        if isStale { try await readTools() }
        return state.withLock { $0.tools }
    }

    /// Whether the server has said that its tools changed since they were read.
    var hasChanged: Bool { state.withLock { $0.isStale } }

    /// Calls a tool. A tool that fails says so in its answer.
    /// - Throws: `ToolFault`; `CancellationError`.
    func call(_ tool: String, arguments: JSONValue) async throws -> ToolAnswer {
        let params: [String: JSONValue] = ["name": .string(tool), "arguments": arguments]
        do {
            return ToolAnswer(result: try await request("tools/call", params, isProgressTold: true))
        } catch let fault as ToolFault where fault.kind == .sessionGone {
            _ = try await initialize()
            return ToolAnswer(result: try await request("tools/call", params, isProgressTold: true))
        } catch let error as RPCError {
            return ToolAnswer(text: "The call was refused: \(error.message)", isError: true)
        }
    }

    /// Ends the conversation, and the server where it is a program of ours.
    func close() async {
        await transport.close()
    }

    private func readTools() async throws {
        var tools: [MCPTool] = []
        var cursor: JSONValue?
        var cursors: Set<JSONValue> = []
        repeat {
            let page: JSONValue
            do {
                page = try await request("tools/list", cursor.map { ["cursor": $0] } ?? [:])
            } catch let error as RPCError {
                throw ToolFault(.refused, "the tool server “\(server)” does not list its tools: \(error.message)")
            }
            guard let list = page["tools"]?.arrayValue else {
                throw ToolFault(.foreign, "the tool server “\(server)” lists no tools: its answer cannot be read")
            }
            tools += list.compactMap(Self.tool)
            cursor = page["nextCursor"]?.unlessNull
            if let cursor, !cursors.insert(cursor).inserted { break }
        } while cursor != nil && tools.count < MessageLimit.tools
        var seen: Set<String> = []
        let distinct = tools.prefix(MessageLimit.tools).filter { seen.insert($0.name).inserted }
        state.withLock { $0.tools = distinct }
    }

    private static func tool(_ value: JSONValue) -> MCPTool? {
        guard let name = value["name"]?.stringValue, !name.isEmpty else { return nil }
        var parameters: JSONValue = ["type": "object", "properties": [:]]
        if let schema = value["inputSchema"], case .object = schema { parameters = schema }
        return MCPTool(
            name: name, summary: value["description"]?.stringValue ?? value["title"]?.stringValue,
            parameters: parameters)
    }

    private func hear(_ message: RPCMessage) {
        switch message {
        case .request(let id, let method, _):
            Task { await transport.post(RPCRequest.answer(to: id, method: method)) }
        case .notification("notifications/tools/list_changed", _): state.withLock { $0.isStale = true }
        case .notification("notifications/progress", let params):
            guard let token = params?["progressToken"]?.integerValue else { return }
            extend(Int(token))
        case .notification("notifications/message", let params):
            let data = params?["data"]
            log(data?.stringValue ?? data.map(JSONText.line) ?? "")
        case .notification: break
        case .result, .failure:
            // An answer that nobody waits for any more, or one that nobody asked for.
            break
        }
    }
}

// MARK: - Requests

extension MCPConnection {
    /// Sends a request and waits for its result.
    /// - Parameters:
    ///   - era: how it is written; the settled way when left out.
    ///   - isProgressTold: whether the server may tell that it is still at it, which gives it more time.
    /// - Throws: `RPCError` when the server answers with an error; `ToolFault`; `CancellationError`.
    func request(
        _ method: String, _ params: [String: JSONValue] = [:], era: MCPEra? = nil, timeout: Double? = nil,
        isProgressTold: Bool = false
    ) async throws -> JSONValue {
        let era = era ?? self.era
        let seconds = timeout ?? self.timeout
        let id = begin(seconds: seconds)
        defer { state.withLock { $0.deadlines[id] = nil } }
        var params = params
        var meta = era?.isStateless == true ? Self.meta(version: era?.version ?? "") : [:]
        if isProgressTold { meta["progressToken"] = .integer(Int64(id)) }
        if !meta.isEmpty { params["_meta"] = .object(meta) }
        let request = RPCRequest(id: id, method: method, params: params)
        let answer: RPCMessage?
        do {
            answer = try await response(to: request, id: id)
        } catch {
            if Task.isCancelled { giveUp(request, era, reason: "the run was stopped") }
            throw error
        }
        guard let answer else {
            giveUp(request, era, reason: "no answer in time")
            throw ToolFault(
                .timedOut, "the tool server “\(server)” has not answered \(method) within \(Seconds.text(seconds))",
                hint: "Give it more time with timeout: 5m, or look into its log.")
        }
        switch answer {
        case .result(_, let result): return try complete(result)
        case .failure(_, let error): throw error
        default: throw ToolFault(.foreign, "the answer of the tool server “\(server)” cannot be read")
        }
    }

    // A server that wants something from us before it answers cannot be helped: nothing is offered to it.
    private func complete(_ result: JSONValue) throws -> JSONValue {
        guard result["resultType"]?.stringValue == "input_required" else { return result }
        throw ToolFault(
            .refused, "the tool server “\(server)” asks for input from a person, which a chain cannot give",
            hint: "Use a tool that needs none, or give everything in the instruction.")
    }

    private func response(to request: RPCRequest, id: Int) async throws -> RPCMessage? {
        try await withThrowingTaskGroup(of: RPCMessage?.self) { group in
            group.addTask { try await self.transport.request(request) }
            group.addTask {
                while let due = self.state.withLock({ $0.deadlines[id]?.due }), due > .now {
                    try await Task.sleep(until: due, clock: .continuous)
                }
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    /// What goes with every request of a server without handshake.
    static func meta(version: String) -> [String: JSONValue] {
        let prefix = "io.modelcontextprotocol/"
        return [
            prefix + "protocolVersion": .string(version), prefix + "clientInfo": clientInfo,
            prefix + "clientCapabilities": [:],
        ]
    }

    static let clientInfo: JSONValue = ["name": "promptchain", "version": "1"]

    private func begin(seconds: Double) -> Int {
        state.withLock { state in
            let id = state.nextID
            state.nextID += 1
            let now = ContinuousClock.now
            state.deadlines[id] = Deadline(
                due: now + .seconds(min(seconds, 1e9)), last: now + .seconds(min(seconds * 10, 1e9)))
            return id
        }
    }

    private func extend(_ id: Int) {
        state.withLock { state in
            guard let deadline = state.deadlines[id] else { return }
            state.deadlines[id]?.due = min(deadline.last, max(deadline.due, .now + .seconds(min(timeout, 1e9))))
        }
    }

    // The handshake is never taken back: a server could not know what to make of it.
    private func giveUp(_ request: RPCRequest, _ era: MCPEra?, reason: String) {
        guard let id = request.id, let era, request.method != "initialize", !transport.leavingCancels(era) else {
            return
        }
        let notice = RPCRequest(
            method: "notifications/cancelled",
            params: ["requestId": .integer(Int64(id)), "reason": .string(reason)])
        Task { await transport.post(notice.text) }
    }

    /// Settles how the server is spoken to.
    func settle(_ era: MCPEra) {
        state.withLock { $0.era = era }
        transport.adopt(era)
    }

    /// Tells the server something.
    func notify(_ method: String) async {
        await transport.post(RPCRequest(method: method).text)
    }

    /// How long the first question may stay without an answer, in seconds.
    var patience: Double { probeTimeout }
}
