import Foundation
import PromptChainCore

/// Finds the process behind a port in the files that the Linux kernel keeps about processes. The calls read many small
/// files: they belong on a thread of their own.
///
/// Source of all layouts: proc(5).
public struct ProcessTable: Sendable {
    /// A process that listens, with what tells whether it is still the same one.
    struct Listener: Sendable {
        var process: ServerProcess
        var sockets: Set<String>
        var start: String
    }

    /// Where the kernel of this host keeps its table.
    public static let ofThisHost = "/proc"

    let root: String

    /// A table.
    /// - Parameter root: where `/proc` is: a recorded tree in a test.
    public init(root: String = ProcessTable.ofThisHost) {
        self.root = root
    }

    /// The process that listens on a port; `nil` when none of this host does, or it cannot be told which one.
    public func listener(port: Int) -> ServerProcess? { find(port: port)?.process }

    /// The process that listens on a port. Its open files tell; where they belong to another user and cannot be read,
    /// the socket's owner does, as long as all processes of that user are one family.
    func find(port: Int) -> Listener? {
        let sockets = sockets(listeningOn: port)
        guard !sockets.isEmpty else { return nil }
        let inodes = Set(sockets.keys)
        let all = processes()
        let found: Int32
        if let owner = all.first(where: { hasOpen(inodes, $0) }) {
            found = topmost(owner, sharing: inodes)
        } else if let ancestor = ancestor(ofUsers: Set(sockets.values), among: all) {
            found = ancestor
        } else {
            return nil
        }
        guard let stat = stat(of: found) else { return nil }
        let process = ServerProcess(
            processID: found, name: stat.name, descendants: descendants(of: found), arguments: arguments(of: found),
            environment: environment(of: found))
        return Listener(process: process, sockets: inodes, start: stat.start)
    }

    /// Whether anybody listens on a port; `nil` when the kernel's table cannot be read.
    func hasListener(port: Int) -> Bool? {
        tcpSockets(.listening, port: port).map { $0.contains { $0.localPort == port } }
    }

    /// The same process with its descendants of now; `nil` when another one listens, or none. Far cheaper than to find
    /// it.
    func renewed(_ listener: Listener, port: Int) -> Listener? {
        let number = listener.process.processID
        guard Set(sockets(listeningOn: port).keys) == listener.sockets, stat(of: number)?.start == listener.start
        else { return nil }
        var listener = listener
        listener.process.descendants = descendants(of: number)
        return listener
    }

    /// A process's program and arguments; empty when it is gone or they cannot be read.
    public func arguments(of process: Int32) -> [String] { words(root + "/\(process)/cmdline") }

    /// How long ago a process began, in seconds; `nil` when it is gone.
    public func age(of process: Int32) -> Double? {
        guard let start = stat(of: process).flatMap({ Double($0.start) }),
            let uptime = text("/uptime")?.split(separator: " ").first.flatMap({ Double($0) })
        else { return nil }
        return max(0, uptime - start / Self.ticksPerSecond)
    }

    /// When a process began, in the kernel's ticks; `nil` when it is gone. With its number it tells it from all others.
    func start(of process: Int32) -> String? { stat(of: process)?.start }

    /// A process's name, as the kernel keeps it; `nil` when it is gone.
    func name(of process: Int32) -> String? { stat(of: process).map(\.name) }

    // The kernel counts start times in ticks, 100 a second on every platform that Swift runs on.
    private static let ticksPerSecond = 100.0

    /// The sockets that listen on a port, with the users that they belong to.
    private func sockets(listeningOn port: Int) -> [String: String] {
        var found: [String: String] = [:]
        for socket in tcpSockets(.listening, port: port) ?? [] where socket.localPort == port {
            found["socket:[\(socket.inode)]"] = socket.user
        }
        return found
    }

    /// The TCP sockets in a state that have a port at one of their ends; `nil` when the kernel does not tell.
    func tcpSockets(_ state: SocketDiagnostics.State, port: Int) -> [SocketDiagnostics.Socket]? {
        if root == Self.ofThisHost, let sockets = SocketDiagnostics.sockets(state, port: port) { return sockets }
        let tables = ["/net/tcp", "/net/tcp6"].compactMap { text($0) }
        guard !tables.isEmpty else { return nil }
        return tables.flatMap { SocketDiagnostics.sockets(inTable: $0, state, port: port) }
    }

    func processes() -> [Int32] {
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
        while let parent = stat(of: top)?.parent, parent > 1, parent != top, hasOpen(sockets, parent) { top = parent }
        return top
    }

    /// The one process that all others of a user come from: a server that runs under a user of its own, as Ollama's
    /// service does. A process that lets its open files be read has been ruled out by them.
    private func ancestor(ofUsers users: Set<String>, among processes: [Int32]) -> Int32? {
        guard users.count == 1, let user = users.first else { return nil }
        let family = Set(processes.filter { self.user(of: $0) == user && !showsOpenFiles($0) })
        let first = family.filter { member in stat(of: member).map { !family.contains($0.parent) } ?? false }
        return first.count == 1 ? first.first : nil
    }

    private func showsOpenFiles(_ process: Int32) -> Bool {
        (try? FileManager.default.contentsOfDirectory(atPath: root + "/\(process)/fd")) != nil
    }

    private func user(of process: Int32) -> String? {
        for line in (text("/\(process)/status") ?? "").split(separator: "\n") where line.hasPrefix("Uid:") {
            return line.split(whereSeparator: \.isWhitespace).dropFirst().first.map(String.init)
        }
        return nil
    }

    private func descendants(of process: Int32) -> [Int32] {
        var table: [Int32: [Int32]]?
        var found: Set<Int32> = []
        var open = [process]
        while let next = open.popLast() {
            let children = listedChildren(of: next)
            if children == nil, table == nil { table = parents() }
            for child in children ?? table?[next] ?? [] where child != process && found.insert(child).inserted {
                open.append(child)
            }
        }
        return found.sorted()
    }

    /// The children that the kernel lists for each thread of a process; `nil` where the kernel keeps no such lists.
    private func listedChildren(of process: Int32) -> [Int32]? {
        let folder = root + "/\(process)/task"
        guard let threads = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return nil }
        var children: [Int32] = []
        for thread in threads {
            guard let list = text("/\(process)/task/\(thread)/children") else {
                // The thread has ended, or there are no lists at all.
                if FileManager.default.fileExists(atPath: folder + "/\(thread)") { return nil }
                continue
            }
            children += list.split(whereSeparator: \.isWhitespace).compactMap { Int32($0) }
        }
        return children
    }

    private func parents() -> [Int32: [Int32]] {
        var children: [Int32: [Int32]] = [:]
        for process in processes() { stat(of: process).map { children[$0.parent, default: []].append(process) } }
        return children
    }

    /// A process's name, its parent, when it began, and the letter of its state. The name in brackets may hold anything, so the columns are
    /// counted from behind it.
    func stat(of process: Int32) -> (name: String, parent: Int32, start: String, state: Character?)? {
        guard let text = text("/\(process)/stat"), let begin = text.firstIndex(of: "("),
            let end = text.lastIndex(of: ")"), begin < end
        else { return nil }
        let columns = text[text.index(after: end)...].split(whereSeparator: \.isWhitespace)
        guard columns.count > 1, let parent = Int32(columns[1]) else { return nil }
        let name = String(text[text.index(after: begin)..<end])
        return (name, parent, columns.count > 19 ? String(columns[19]) : "", columns[0].first)
    }

    private func environment(of process: Int32) -> [String: String]? {
        let path = root + "/\(process)/environ"
        guard Self.bytes(path) != nil else { return nil }
        var values: [String: String] = [:]
        for word in words(path) {
            guard let equals = word.firstIndex(of: "=") else { continue }
            values[String(word[..<equals])] = String(word[word.index(after: equals)...])
        }
        return values
    }

    /// A file of the table; `nil` where it cannot be read.
    func text(_ path: String) -> String? {
        Self.bytes(root + path).map { String(decoding: $0, as: UTF8.self) }
    }

    // Far cheaper than Foundation's way, for files that are read every second.
    private static func bytes(_ path: String) -> [UInt8]? {
        let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var all: [UInt8] = []
        while true {
            let start = all.count
            var count = 0
            all += [UInt8](unsafeUninitializedCapacity: 4096) { buffer, initialized in
                count = buffer.baseAddress.map { read(descriptor, $0, buffer.count) } ?? 0
                initialized = max(0, count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return start == 0 ? nil : all }
            if count == 0 { return all }
        }
    }

    private func words(_ path: String) -> [String] {
        (Self.bytes(path) ?? []).split(separator: 0).map {
            String(decoding: $0, as: UTF8.self)
        }
    }
}
