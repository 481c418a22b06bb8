import Foundation
import PromptChainCore
import Synchronization

/// What is going on, told on standard error while a command waits: one line that is written anew on a terminal, and
/// nothing elsewhere.
final class StatusLine: Sendable {
    // The line that stands on the terminal now; `nil` once the end has come.
    private let shown = Mutex<String?>("")
    private let ticking = Mutex<Task<Void, Never>?>(nil)

    /// Tells the time that has passed behind a text, once a second.
    /// - Parameters:
    ///   - text: what is waited for; nothing or an empty text shows nothing but what `show` is given.
    ///   - patience: seconds before it is told, so that what is quick says nothing.
    init(_ text: String? = nil, patience: Double = 1) {
        guard let text, !text.isEmpty, Console.errorIsTerminal else { return }
        let start = Date()
        let task = Task.detached { [weak self] in
            try? await Task.sleep(for: .seconds(patience))
            while !Task.isCancelled {
                self?.show("\(text) … \(Seconds.clock(Date().timeIntervalSince(start)))")
                try? await Task.sleep(for: .seconds(1))
            }
        }
        ticking.withLock { $0 = task }
    }

    /// Shows a line in place of the last one.
    func show(_ text: String) {
        guard Console.errorIsTerminal else { return }
        shown.withLock { shown in
            let line = String(Console.safe(text).prefix(Self.width - 1))
            guard shown != nil, line != shown else { return }
            shown = line
            Console.errorText("\r\(line)\u{1B}[K")
        }
    }

    /// Takes the line away for good.
    func end() {
        ticking.withLock { $0 }?.cancel()
        shown.withLock { shown in
            if shown?.isEmpty == false { Console.errorText("\r\u{1B}[K") }
            shown = nil
        }
    }

    private static var width: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 1 else { return 80 }
        return Int(size.ws_col)
    }
}
