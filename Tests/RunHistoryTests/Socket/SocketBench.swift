import Foundation
import PromptChainCore
import Synchronization

@testable import RunHistory

/// A folder of sockets for one test, with runs that serve theirs.
final class SocketBench: Sendable {
    let root: String
    let folder: RunSocketFolder
    private let stops = Mutex(0)

    init(path: String? = nil) {
        root = path ?? "\(NSTemporaryDirectory())pc-\(UUID().uuidString.prefix(8))"
        folder = RunSocketFolder(path: "\(root)/runs")
    }

    deinit {
        try? FileManager.default.removeItem(atPath: root)
        if folder.place != folder.path { try? FileManager.default.removeItem(atPath: folder.place) }
    }

    /// How often a watcher's wish to stop reached a run.
    var stopCount: Int { stops.withLock { $0 } }

    func open(_ run: String = "r1", held: HeldEvents = HeldEvents()) async throws -> RunSocketServer {
        let server = RunSocketServer(run: run, chain: "Two tales", folder: folder, held: held) { [weak self] in
            self?.stops.withLock { $0 += 1 }
        }
        try await apart { try server.open() }
        return server
    }

    /// Does what waits on a thread of its own.
    func apart<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
        }
    }

    /// The events that a watcher of its own gets until the socket closes.
    func watch(_ run: String = "r1", after number: Int = 0) throws -> Watching {
        let client = try RunSocketClient(path: folder.socket(of: run))
        return Watching(client: client, hello: try client.hello(), after: number)
    }
}

/// A watcher that reads on a thread of its own and keeps what it gets.
final class Watching: Sendable {
    let hello: RunSocketLine.Hello
    private let client: RunSocketClient
    private let answers = Mutex<(list: [RunSocketLine.Answer], isOver: Bool)>(([], false))

    init(client: RunSocketClient, hello: RunSocketLine.Hello, after number: Int) {
        self.client = client
        self.hello = hello
        client.ask(after: number)
        Thread.detachNewThread { [self] in
            while case .answers(let more) = client.read(milliseconds: -1) {
                answers.withLock { $0.list += more }
            }
            answers.withLock { $0.isOver = true }
        }
    }

    var all: [RunSocketLine.Answer] { answers.withLock { $0.list } }
    var isOver: Bool { answers.withLock { $0.isOver } }

    /// The numbers of the events that came.
    var numbers: [Int] {
        var reader = ChainEventReader()
        return all.compactMap { answer in
            guard case .event(let line) = answer else { return nil }
            return try? reader.read(line)?.sequence
        }
    }

    func askToStop() { client.askToStop() }

    /// Waits until something is so; the test's own time limit ends a wait for what never comes.
    func until(_ condition: (Watching) -> Bool) async throws {
        while !condition(self) { try await Task.sleep(for: .milliseconds(2)) }
    }
}
