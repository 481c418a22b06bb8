import Foundation
import PromptChainCore

/// Tells the events of one run to whoever watches it from another process.
///
/// A socket that cannot be opened is told once, and the run goes on without.
public final class RunBroadcast: Sendable {
    private static let queue = DispatchQueue(label: "promptchain.run_socket", attributes: .concurrent)

    private let server: RunSocketServer?

    /// Where others find the run; `nil` when it has no socket.
    public var path: String? { server?.path }

    private init(server: RunSocketServer?) {
        self.server = server
    }

    /// Opens the socket of a run, before its first event.
    /// - Parameters:
    ///   - run: the run's identifier.
    ///   - chain: the chain's name.
    ///   - folder: where sockets lie; `nil` for a run that nobody can watch.
    ///   - warn: gets the sentence that says why there is no socket.
    ///   - stop: ends the run; called at most once, and must not wait.
    public static func open(
        run: String, chain: String, in folder: RunSocketFolder?, warn: @escaping @Sendable (String) -> Void,
        stop: @escaping @Sendable () -> Void
    ) async -> RunBroadcast {
        guard let folder else { return RunBroadcast(server: nil) }
        let server = RunSocketServer(run: run, chain: chain, folder: folder, stop: stop)
        return await withCheckedContinuation { continuation in
            queue.async {
                do {
                    try server.open()
                    continuation.resume(returning: RunBroadcast(server: server))
                } catch {
                    let reason = if case RunSocketFault.failed(let reason) = error { reason } else { "\(error)" }
                    warn("nobody can watch this run from another terminal: \(reason)")
                    continuation.resume(returning: RunBroadcast(server: nil))
                }
            }
        }
    }

    /// Tells an event. It never waits.
    public func send(_ record: ChainEventRecord) { server?.send(record) }

    /// Tells what is left, and closes the socket.
    public func close() async { await server?.close() }
}
