import Foundation
import PromptChainCore

/// The process that listens on a server's port on this host, and those that it began.
public struct ServerProcess: Equatable, Sendable {
    /// Its number.
    public var processID: Int32
    /// The processes that it began, and those that they began.
    public var descendants: [Int32]
    /// Its program and arguments; empty when they cannot be read.
    public var arguments: [String]
    /// Its environment; `nil` when it belongs to another user and cannot be read.
    public var environment: [String: String]?

    /// A process.
    public init(
        processID: Int32, descendants: [Int32] = [], arguments: [String] = [], environment: [String: String]? = nil
    ) {
        self.processID = processID
        self.descendants = descendants
        self.arguments = arguments
        self.environment = environment
    }

    /// All of the server's processes.
    public var processIDs: Set<Int32> { Set(descendants + [processID]) }

    /// What the process was told about memory: by `OLLAMA_*` in its environment, or by llama-server's options.
    /// What it was not told is `nil`, since the server's own default is not known here.
    public var settings: ServerSettings {
        ServerSettings(
            parallelSlots: number("OLLAMA_NUM_PARALLEL", "--parallel", "-np"),
            cacheType: value("OLLAMA_KV_CACHE_TYPE", "--cache-type-k", "-ctk"),
            maxLoadedModels: number("OLLAMA_MAX_LOADED_MODELS", "--models-max"))
    }

    /// The numbers of the GPUs that the process may use, where it was told; `nil` for all of them.
    public var visibleDevices: [Int]? {
        for name in ["CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES"] {
            guard let text = environment?[name], !text.isEmpty else { continue }
            let numbers = text.split(separator: ",").map { Int($0.trimmingCharacters(in: .whitespaces)) }
            // Devices can also be named by identifiers, which say nothing about numbers.
            return numbers.contains(nil) ? nil : numbers.compactMap { $0 }.filter { $0 >= 0 }
        }
        return nil
    }

    private func number(_ names: String...) -> Int? {
        let text = names.lazy.compactMap { value($0) }.first
        return text.flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    }

    private func value(_ names: String...) -> String? { names.lazy.compactMap { value($0) }.first }

    private func value(_ name: String) -> String? {
        guard name.hasPrefix("-") else { return environment?[name].flatMap { $0.isEmpty ? nil : $0 } }
        for (index, argument) in arguments.enumerated() {
            if argument == name, index + 1 < arguments.count { return arguments[index + 1] }
            if argument.hasPrefix(name + "=") { return String(argument.dropFirst(name.count + 1)) }
        }
        return nil
    }
}

/// Finds the process behind a port in the files that the Linux kernel keeps about processes. The calls read many small
/// files: they belong on a thread of their own.
public struct ProcessTable: Sendable {
    private let root: String

    /// A table.
    /// - Parameter root: where `/proc` is: a recorded tree in a test.
    public init(root: String = "/proc") {
        self.root = root
    }

    /// The process that listens on a port; `nil` when none of this host does, or it is another user's.
    public func listener(port: Int) -> ServerProcess? {
        let sockets = Set(["/net/tcp", "/net/tcp6"].flatMap { inodes(listeningOn: port, in: root + $0) })
        guard !sockets.isEmpty else { return nil }
        let processes = processes()
        guard let owner = processes.first(where: { hasOpen(sockets, $0) }) else { return nil }
        let process = topmost(owner, sharing: sockets)
        return ServerProcess(
            processID: process, descendants: descendants(of: process, among: processes),
            arguments: words(root + "/\(process)/cmdline"), environment: environment(of: process))
    }

    // Source: proc(5): columns of /proc/net/tcp; state 0A is LISTEN.
    private func inodes(listeningOn port: Int, in path: String) -> [String] {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").dropFirst().compactMap { line in
            let columns = line.split(separator: " ")
            guard columns.count > 9, columns[3] == "0A",
                let hex = columns[1].split(separator: ":").last, Int(hex, radix: 16) == port
            else { return nil }
            return "socket:[\(columns[9])]"
        }
    }

    private func processes() -> [Int32] {
        ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).compactMap { Int32($0) }.sorted()
    }

    private func hasOpen(_ sockets: Set<String>, _ process: Int32) -> Bool {
        let folder = root + "/\(process)/fd"
        return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).contains { name in
            (try? FileManager.default.destinationOfSymbolicLink(atPath: folder + "/" + name)).map(sockets.contains)
                ?? false
        }
    }

    // A child that inherited the socket is not the server: its parent that has it as well is.
    private func topmost(_ process: Int32, sharing sockets: Set<String>) -> Int32 {
        var top = process
        while let parent = parent(of: top), parent > 1, parent != top, hasOpen(sockets, parent) { top = parent }
        return top
    }

    private func descendants(of process: Int32, among processes: [Int32]) -> [Int32] {
        var children: [Int32: [Int32]] = [:]
        for other in processes { parent(of: other).map { children[$0, default: []].append(other) } }
        var found: [Int32] = []
        var open = children[process] ?? []
        while let next = open.popLast(), !found.contains(next) {
            found.append(next)
            open += children[next] ?? []
        }
        return found.sorted()
    }

    // The name in brackets may hold anything, so the columns are counted from behind it.
    private func parent(of process: Int32) -> Int32? {
        guard let text = try? String(contentsOfFile: root + "/\(process)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return nil }
        let columns = text[text.index(after: end)...].split(separator: " ")
        return columns.count > 1 ? Int32(columns[1]) : nil
    }

    private func environment(of process: Int32) -> [String: String]? {
        let path = root + "/\(process)/environ"
        guard FileManager.default.contents(atPath: path) != nil else { return nil }
        var values: [String: String] = [:]
        for word in words(path) {
            guard let equals = word.firstIndex(of: "=") else { continue }
            values[String(word[..<equals])] = String(word[word.index(after: equals)...])
        }
        return values
    }

    private func words(_ path: String) -> [String] {
        (FileManager.default.contents(atPath: path) ?? Data()).split(separator: 0).map {
            String(decoding: $0, as: UTF8.self)
        }
    }
}
