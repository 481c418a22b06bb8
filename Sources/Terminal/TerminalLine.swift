import CTerminal
import CellScreen
import Foundation

/// The line to the terminal: its settings, what it sends, and what waits to be sent to it.
///
/// Writing never blocks. What the terminal does not take stays here until there is room, so that a terminal that does
/// not read (a dead connection, a stopped multiplexer) stops neither keys nor signals.
final class TerminalLine {
    let descriptor: Int32
    /// Whether the terminal is gone.
    private(set) var isGone = false
    private var waiting: [UInt8] = []
    /// The index in `waiting` of the first byte that was not written.
    private var written = 0

    /// Opens a terminal and switches it to single keys.
    init(path: String) throws {
        descriptor = ct_terminal_open(path)
        guard descriptor >= 0 else { throw TerminalError.noTerminal(path: path, code: errno) }
    }

    deinit {
        ct_terminal_end()
        ct_terminal_forget()
        close(descriptor)
    }

    /// Takes the line settings.
    func begin() throws {
        guard ct_terminal_begin(descriptor) == 0 else {
            throw TerminalError.system(what: "Switching the terminal to single keys", code: errno)
        }
    }

    /// Gives the line settings back.
    func end() {
        ct_terminal_end()
    }

    /// The extent of the terminal, where it says.
    var size: Size? {
        var rows: Int32 = 0
        var columns: Int32 = 0
        guard !isGone, ct_terminal_size(descriptor, &rows, &columns) else { return nil }
        return Size(width: Int(columns), height: Int(rows))
    }

    /// Whether bytes wait for the terminal to take them.
    var isBlocked: Bool { written < waiting.count }

    /// Sends bytes, after those that wait.
    func send(_ bytes: [UInt8]) {
        guard !isGone, !bytes.isEmpty else { return }
        waiting += bytes
        flush()
    }

    /// Writes what the terminal takes now.
    func flush() {
        while isBlocked, !isGone {
            let count = waiting[written...].withUnsafeBufferPointer {
                $0.baseAddress.map { ct_terminal_write(descriptor, $0, waiting.count - written) } ?? 0
            }
            if count == 0 { return }
            if count < 0 { return leave() }
            written += count
        }
        waiting.removeAll(keepingCapacity: waiting.capacity <= 1 << 20)
        written = 0
    }

    /// Writes what the terminal takes within a time; for the last words, which must not be waited for longer.
    func flush(milliseconds: Int, waker: Waker) {
        let clock = SystemTime()
        let end = clock.uptime() + Double(milliseconds) / 1000
        flush()
        while isBlocked, !isGone, clock.uptime() < end {
            if ct_wait(descriptor, waker.waitEnd, true, 10) & Int32(CT_HUNG_UP) != 0 { leave() }
            flush()
        }
    }

    /// Throws away what the terminal has not taken, also what the system holds for it, and sends this instead.
    func replaceWaiting(with bytes: [UInt8]) {
        waiting.removeAll()
        written = 0
        ct_terminal_discard(descriptor)
        send(bytes)
    }

    /// What the terminal sent; bounded, so that a flood of input does not keep the loop from its work.
    func receive() -> [UInt8] {
        var received: [UInt8] = []
        let chunk = 4096
        while received.count < 16 * chunk, !isGone {
            let before = received.count
            var count = 0
            received += [UInt8](unsafeUninitializedCapacity: chunk) { buffer, initialized in
                count = buffer.baseAddress.map { ct_terminal_read(descriptor, $0, chunk) } ?? 0
                initialized = max(0, count)
            }
            if count < 0 { leave() }
            if received.count - before < chunk { break }
        }
        return received
    }

    /// The terminal is gone: nothing can be sent or received any more.
    func leave() {
        isGone = true
        waiting.removeAll()
        written = 0
    }
}
