import Foundation
import Synchronization

/// Turns SIGINT, SIGTERM and SIGHUP into a call, so that models are unloaded before the program ends. A second signal
/// ends it at once; what comes within half a second counts as one, since some programs signal a process and its group.
///
/// Sendable: what changes is behind the lock `received`; the sources are made once and only kept alive.
final class SignalWatch: @unchecked Sendable {
    private static let oneMoment = 0.5

    private let received = Mutex<(number: Int32, time: Double)?>(nil)
    private let sources: [any DispatchSourceSignal]

    /// The signal that came first; `nil` as long as there was none.
    var signal: Int32? { received.withLock { $0?.number } }

    /// Begins to watch.
    /// - Parameters:
    ///   - ignoresHangUp: whether SIGHUP is nothing to end for.
    ///   - forced: called for a second signal, before the program ends.
    ///   - handler: called once, for the first signal, on a queue of its own.
    init(
        ignoresHangUp: Bool = false, forced: @escaping @Sendable () -> Void = {},
        handler: @escaping @Sendable (Int32) -> Void
    ) {
        let queue = DispatchQueue(label: "promptchain.signals")
        if ignoresHangUp { Foundation.signal(SIGHUP, SIG_IGN) }
        let numbers = ignoresHangUp ? [SIGINT, SIGTERM] : [SIGINT, SIGTERM, SIGHUP]
        sources = numbers.map { number in
            Foundation.signal(number, SIG_IGN)
            return DispatchSource.makeSignalSource(signal: number, queue: queue)
        }
        for (source, number) in zip(sources, numbers) {
            source.setEventHandler { [weak self] in self?.take(number, handler, forced) }
            source.resume()
        }
    }

    /// The name of a signal that is watched.
    static func name(_ number: Int32) -> String {
        switch number {
        case SIGINT: "SIGINT"
        case SIGTERM: "SIGTERM"
        case SIGHUP: "SIGHUP"
        default: "signal \(number)"
        }
    }

    private func take(_ number: Int32, _ handler: (Int32) -> Void, _ forced: () -> Void) {
        let now = ProcessInfo.processInfo.systemUptime
        let earlier = received.withLock { first in
            defer { if first == nil { first = (number, now) } }
            return first
        }
        guard let earlier else { return handler(number) }
        guard now - earlier.time > Self.oneMoment else { return }
        forced()
        // Nothing that could wait, such as what is registered for the end of the program: it is to end now.
        _exit(128 + number)
    }
}
