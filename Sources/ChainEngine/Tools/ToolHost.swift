import Foundation
import PromptChainCore
import Synchronization

/// Keeps one tool server at hand: starts it, starts it again when it has ended, and ends it.
final class ToolHost: Sendable {
    private struct State {
        var connection: MCPConnection?
        var restarts = 0
        var isClosed = false
        var log = LogLimit()
    }

    /// How often a server that has ended is started again.
    private static let restartLimit = 2

    let server: ToolServer
    private let environment: [String: String]
    private let write: @Sendable (String) -> Void
    private let state = Mutex(State())

    init(_ server: ToolServer, environment: [String: String], log: @escaping @Sendable (String) -> Void) {
        self.server = server
        self.environment = environment
        write = log
    }

    /// Starts the server and reads its tools.
    /// - Throws: `ToolFault`; `CancellationError`.
    func start() async throws {
        // A server that has ended since a run before this one is started again.
        guard state.withLock({ $0.connection?.hasEnded ?? true }) else { return }
        do {
            try await connect(asksFirst: true)
        } catch let fault as ToolFault where fault.kind == .ended && isProgram {
            try await connect(asksFirst: false)
        }
    }

    /// The server's tools.
    func tools() async throws -> [MCPTool] {
        guard let connection = state.withLock({ $0.connection }) else { return [] }
        return try await connection.tools()
    }

    /// Whether the server has said that its tools changed since they were read.
    var hasChanged: Bool { state.withLock { $0.connection }?.hasChanged ?? false }

    /// Calls a tool. The call in which the server ends is not made again: it may have done something already.
    func call(_ tool: String, arguments: JSONValue) async throws -> ToolAnswer {
        guard let connection = state.withLock({ $0.connection }) else {
            throw ToolFault(.ended, "the tool server “\(server.id)” is not running")
        }
        do {
            return try await connection.call(tool, arguments: arguments)
        } catch let fault as ToolFault where fault.kind == .ended || fault.kind == .unavailable {
            await restart(connection)
            throw fault
        }
    }

    /// Ends the server. It is gone when this returns.
    func close() async {
        let connection = state.withLock { state in
            state.isClosed = true
            defer { state.connection = nil }
            return state.connection
        }
        await connection?.close()
    }

    private var isProgram: Bool { if case .stdio = server.transport { true } else { false } }

    // Of several calls in which it ended the first one starts it again.
    private func restart(_ ended: MCPConnection) async {
        let mayRestart = state.withLock { state in
            guard state.connection === ended else { return false }
            state.restarts += 1
            return state.restarts <= Self.restartLimit && !state.isClosed
        }
        guard mayRestart, !Task.isCancelled else { return }
        await ended.close()
        log("started again after it had ended")
        do { try await connect(asksFirst: true) } catch { log("it could not be started again: \(error)") }
    }

    private func connect(asksFirst: Bool) async throws {
        let connection = MCPConnection(
            server: server.id, transport: try transport(), timeout: server.timeout, asksFirst: asksFirst
        ) { [weak self] in self?.log($0) }
        let isClosed = state.withLock { state in
            state.connection = connection
            return state.isClosed
        }
        do {
            if isClosed { throw CancellationError() }
            try await connection.open()
        } catch {
            await connection.close()
            state.withLock { if $0.connection === connection { $0.connection = nil } }
            throw error
        }
    }

    private func transport() throws -> any MCPTransport {
        switch try server.expanded(environment).transport {
        case .stdio(let command, let arguments, let own, let folder):
            StdioTransport(
                server: server.id,
                launch: ToolProcess.Launch(
                    command: atHome(command), arguments: arguments, environment: own, folder: folder.map(atHome))
            ) { [weak self] in self?.log($0) }
        case .http(let url, let headers, let caFile):
            try WebTransport(
                server: server.id, url: url, headers: headers, caFile: caFile.map(atHome), timeout: server.timeout)
        }
    }

    private func atHome(_ path: String) -> String {
        guard path.hasPrefix("~/"), let home = environment["HOME"] else { return path }
        return home + path.dropFirst(1)
    }

    private func log(_ line: String) {
        for line in state.withLock({ $0.log.take(line, at: .now) }) { write(line) }
    }
}
