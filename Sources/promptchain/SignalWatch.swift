import Foundation
import Synchronization

/// Turns SIGINT, SIGTERM and SIGHUP into a call, so that models are unloaded before the program ends. A second signal
/// ends it at once.
///
/// Sendable: what changes is behind the lock `received`; the sources are made once and only kept alive.
final class SignalWatch: @unchecked Sendable {
    private let received = Mutex<Int32?>(nil)
    private let sources: [any DispatchSourceSignal]

    /// The signal that came first; `nil` as long as there was none.
    var signal: Int32? { received.withLock { $0 } }

    /// Begins to watch.
    /// - Parameter handler: called once, for the first signal, on a queue of its own.
    init(handler: @escaping @Sendable (Int32) -> Void) {
        let queue = DispatchQueue(label: "promptchain.signals")
        sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            Foundation.signal(number, SIG_IGN)
            return DispatchSource.makeSignalSource(signal: number, queue: queue)
        }
        for (source, number) in zip(sources, [SIGINT, SIGTERM, SIGHUP]) {
            source.setEventHandler { [weak self] in self?.take(number, handler) }
            source.resume()
        }
    }

    private func take(_ number: Int32, _ handler: (Int32) -> Void) {
        let isFirst = received.withLock { first in
            defer { if first == nil { first = number } }
            return first == nil
        }
        if isFirst { handler(number) } else { exit(128 + number) }
    }
}
