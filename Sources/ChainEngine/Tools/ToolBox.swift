import Foundation
import ModelManagement
import PromptChainCore
import Synchronization

/// The tools that the models of a chain may call: those of tool servers, and functions of the program itself.
///
/// A run makes one of its own and closes it at its end. Whoever keeps one for longer gives it to each run, and closes it
/// when it is not needed any more.
public final class ToolBox: Sendable {
    /// One tool, with what it is called and where it is.
    struct Entry: Sendable {
        enum Place: Sendable {
            case server(ToolHost)
            case function(ToolFunction)
        }

        var definition: ToolDefinition
        var server: String
        var tool: String
        var place: Place
    }

    private struct State {
        var entries: [Entry] = []
        var started: Set<String> = []
    }

    private let hosts: [ToolHost]
    private let functions: [ToolFunction]
    private let state = Mutex(State())

    /// A box of tools; nothing is started yet.
    /// - Parameters:
    ///   - servers: the tool servers.
    ///   - functions: tools of the program itself.
    ///   - environment: the variables that `${NAME}` in the servers' values stands for.
    ///   - log: takes what a server tells, by its identifier.
    public init(
        servers: [ToolServer], functions: [ToolFunction] = [],
        environment: [String: String] = ProcessInfo.processInfo.environment,
        log: @escaping @Sendable (_ server: String, _ line: String) -> Void = { _, _ in }
    ) {
        hosts = servers.map { server in
            ToolHost(server, environment: environment) { log(server.id, $0) }
        }
        self.functions = functions
    }

    /// Whether there is nothing in it.
    public var isEmpty: Bool { hosts.isEmpty && functions.isEmpty }

    /// The identifiers of the tool servers.
    public var servers: [String] { hosts.map(\.server.id) }

    /// Starts the servers at the same time, and reads what they offer. Servers that run already are left as they are.
    /// - Parameter wanted: the identifiers of those that are needed; `nil` for all.
    /// - Throws: `ToolFault`, which names every server that cannot be used; `CancellationError`.
    public func start(_ wanted: Set<String>? = nil) async throws {
        let names = functions.map(\.name)
        if let name = names.first(where: { !ToolNames.isUsable($0) || $0.hasPrefix("mcp_") }) {
            throw ToolFault(
                .unknown, "a tool cannot be called “\(name)”",
                hint: "Use letters, digits, _ and -, 64 at most, and another beginning than mcp_.")
        }
        if Set(names).count < names.count { throw ToolFault(.unknown, "two tools of the program have the same name") }
        let faults = try await withThrowingTaskGroup(of: ToolFault?.self) { group in
            for host in hosts where wanted?.contains(host.server.id) ?? true {
                group.addTask {
                    do {
                        try await host.start()
                        self.state.withLock { _ = $0.started.insert(host.server.id) }
                        return nil
                    } catch let fault as ToolFault {
                        return fault
                    }
                }
            }
            return try await group.reduce(into: [ToolFault]()) { faults, fault in
                if let fault { faults.append(fault) }
            }
        }
        if let first = faults.first {
            let sentences = Set(faults.map(\.sentence)).sorted().joined(separator: "; ")
            throw ToolFault(first.kind, sentences, hint: first.hint)
        }
        try await list()
    }

    /// Ends the servers that were started. They are gone when this returns.
    public func close() async {
        await withTaskGroup(of: Void.self) { group in
            for host in hosts { group.addTask { await host.close() } }
        }
        state.withLock { $0 = State() }
    }

    /// The tools of a scope, in the order of the servers and of what each offers.
    /// - Parameter scope: identifiers of servers and names of tools; `nil` for everything.
    /// - Throws: `ToolFault` for a name that is none, with the nearest.
    func entries(for scope: [String]?) async throws -> [Entry] {
        if hosts.contains(where: \.hasChanged) { try await list() }
        let entries = state.withLock { $0.entries }
        guard let scope else { return entries }
        for name in scope where !servers.contains(name) && !entries.contains(where: { $0.isCalled(name) }) {
            throw unknown(name, entries)
        }
        return entries.filter { entry in scope.contains { $0 == entry.server || entry.isCalled($0) } }
    }

    private func unknown(_ name: String, _ entries: [Entry]) -> ToolFault {
        let known = servers + entries.map(\.tool)
        let near = Nearest.match(name, in: known).map { "Did you mean “\($0)”?" }
        let list = known.prefix(12).joined(separator: ", ") + (known.count > 12 ? ", …" : "")
        return ToolFault(
            .unknown, "there is no tool and no tool server “\(name)”",
            hint: near ?? (known.isEmpty ? "The chain has no mcp_servers." : "There are \(list)."))
    }

    private func list() async throws {
        var names = ToolNames()
        var entries: [Entry] = []
        let started = state.withLock { $0.started }
        for host in hosts where started.contains(host.server.id) {
            for tool in try await host.tools() {
                let name = names.add(server: host.server.id, tool: tool.name)
                entries.append(
                    Entry(
                        definition: ToolDefinition(name: name, summary: tool.summary, parameters: tool.parameters),
                        server: host.server.id, tool: tool.name, place: .server(host)))
            }
        }
        for function in functions {
            entries.append(
                Entry(
                    definition: ToolDefinition(
                        name: function.name, summary: function.summary, parameters: function.parameters),
                    server: "", tool: function.name, place: .function(function)))
        }
        state.withLock { [entries] in $0.entries = entries }
    }
}

extension ToolBox.Entry {
    /// Whether a name means this tool: its own, or the one by which models call it.
    func isCalled(_ name: String) -> Bool { tool == name || definition.name == name }

    /// Calls the tool. Whatever goes wrong is told to the model.
    /// - Throws: `CancellationError` alone.
    func call(_ arguments: JSONValue) async throws -> ToolAnswer {
        do {
            switch place {
            case .server(let host): return try await host.call(tool, arguments: arguments)
            case .function(let function): return ToolAnswer(text: try await function.body(arguments))
            }
        } catch let error as CancellationError {
            throw error
        } catch {
            try Task.checkCancellation()
            return ToolAnswer(text: (error as? ToolFault)?.sentence ?? "\(error)", isError: true)
        }
    }
}
