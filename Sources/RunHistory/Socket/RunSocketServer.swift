import Foundation
import NIOCore
import NIOPosix
import PromptChainCore
import Synchronization

/// Serves the events of one run on a socket of its own, to any number of watchers.
///
/// A watcher that reads slowly gets what is still held when it reads again, and a line that says what it missed. It
/// never holds up the run: `send` only puts the event aside.
public final class RunSocketServer: Sendable {
    private struct State {
        var watchers: [ObjectIdentifier: any Channel] = [:]
        var listener: (any Channel)?
        var isNudging = false
    }

    /// How long slow watchers get at the run's end, in seconds.
    private static let lastPatience = 1.0

    /// Where the socket lies.
    public let path: String
    private let station: RunStation
    private let folder: RunSocketFolder
    private let loop: any EventLoop
    private let state = Mutex(State())

    /// A server that is not open yet.
    /// - Parameters:
    ///   - run: the run's identifier.
    ///   - chain: the chain's name.
    ///   - folder: where sockets lie.
    ///   - stop: ends the run; called at most once, when a watcher asks for it. It must not wait.
    public convenience init(
        run: String, chain: String, folder: RunSocketFolder, stop: @escaping @Sendable () -> Void
    ) {
        self.init(run: run, chain: chain, folder: folder, held: HeldEvents(), stop: stop)
    }

    init(
        run: String, chain: String, folder: RunSocketFolder, held: HeldEvents, stop: @escaping @Sendable () -> Void
    ) {
        path = folder.socket(of: run)
        station = RunStation(run: run, chain: chain, held: held, stop: stop)
        self.folder = folder
        loop = MultiThreadedEventLoopGroup.singleton.next()
    }

    /// Opens the socket. It waits for a disk: not in a task.
    /// - Throws: `RunSocketFault`.
    public func open() throws {
        do {
            try listen()
        } catch {
            // Another run may just have taken the folder with it.
            try listen()
        }
    }

    private func listen() throws {
        try folder.prepare()
        // A socket is there only once somebody listens: until then it would look like that of a run that died.
        let draft = "\(path).new"
        unlink(draft)
        let bootstrap = ServerBootstrap(group: loop)
            .serverChannelOption(.backlog, value: 64)
            .childChannelInitializer { [weak self, station] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(WatcherHandler(station: station))
                    self?.add(channel)
                }
            }
        do {
            let listener = try bootstrap.bind(unixDomainSocketPath: draft).wait()
            state.withLock { $0.listener = listener }
        } catch {
            throw RunSocketFault.failed("\(error)")
        }
        guard chmod(draft, 0o600) == 0, rename(draft, path) == 0 else {
            let reason = String(cString: strerror(errno))
            unlink(draft)
            throw RunSocketFault.failed("\(path): \(reason)")
        }
    }

    /// Puts an event aside for the watchers. It never waits.
    public func send(_ record: ChainEventRecord) {
        station.add(record)
        nudge()
    }

    /// Sends what there is to those who read it soon, and closes the socket.
    public func close() async {
        station.close()
        let listener = state.withLock { state in
            defer { state.listener = nil }
            return state.listener
        }
        unlink(path)
        folder.removeIfShort()
        try? await listener?.close().get()
        // Only now: until here somebody may still have come.
        let watchers = state.withLock { Array($0.watchers.values) }
        guard !watchers.isEmpty else { return }
        for watcher in watchers { watcher.pipeline.fireUserInboundEventTriggered(WatcherHandler.Nudge()) }
        let limit = loop.scheduleTask(in: .milliseconds(Int64(Self.lastPatience * 1000))) {
            for watcher in watchers { watcher.close(promise: nil) }
        }
        for watcher in watchers { try? await watcher.closeFuture.get() }
        limit.cancel()
    }

    /// How many watchers there are.
    var watcherCount: Int { state.withLock { $0.watchers.count } }

    private func add(_ channel: any Channel) {
        let key = ObjectIdentifier(channel)
        state.withLock { $0.watchers[key] = channel }
        channel.closeFuture.whenComplete { [weak self] _ in
            self?.state.withLock { _ = $0.watchers.removeValue(forKey: key) }
        }
    }

    /// Lets watchers look for more, once for all events that came until then.
    private func nudge() {
        let mustCall = state.withLock { state in
            guard !state.watchers.isEmpty, !state.isNudging else { return false }
            state.isNudging = true
            return true
        }
        guard mustCall else { return }
        loop.execute { [self] in
            let watchers = state.withLock { state in
                state.isNudging = false
                return Array(state.watchers.values)
            }
            for watcher in watchers { watcher.pipeline.fireUserInboundEventTriggered(WatcherHandler.Nudge()) }
        }
    }
}
