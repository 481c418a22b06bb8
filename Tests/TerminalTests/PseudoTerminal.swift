import CellScreen
import Foundation

/// A terminal whose other end the test holds.
final class PseudoTerminal {
    let path: String
    private(set) var master: Int32 = -1
    private var slave: Int32 = -1

    init(_ size: Size = Size(width: 80, height: 24)) throws {
        var name = [CChar](repeating: 0, count: 128)
        var extent = winsize(
            ws_row: UInt16(size.height), ws_col: UInt16(size.width), ws_xpixel: 0, ws_ypixel: 0)
        guard openpty(&master, &slave, &name, nil, &extent) == 0 else { throw POSIXError(.ENXIO) }
        path = name.withUnsafeBufferPointer {
            String(decoding: $0.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
        _ = fcntl(master, F_SETFL, O_NONBLOCK)
    }

    deinit {
        hangUp()
        if slave >= 0 { close(slave) }
    }

    /// The terminal goes away.
    func hangUp() {
        if master >= 0 { close(master) }
        master = -1
    }

    func type(_ text: String) {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { write(master, $0.baseAddress, $0.count) }
            if count <= 0 { return }
            sent += count
        }
    }

    func resize(to size: Size) {
        var extent = winsize(ws_row: UInt16(size.height), ws_col: UInt16(size.width), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(master, UInt(TIOCSWINSZ), &extent)
    }

    /// Whether the terminal echoes, edits lines and makes signals of keys, as a shell wants it.
    var isCooked: Bool {
        var settings = termios()
        tcgetattr(slave, &settings)
        let wanted = tcflag_t(ECHO | ICANON | ISIG)
        return settings.c_lflag & wanted == wanted && settings.c_oflag & tcflag_t(OPOST) != 0
    }

    /// What the program wrote, until it contains a text; whatever came when it does not within five seconds.
    func read(until text: String) -> String {
        var bytes: [UInt8] = []
        let wanted = Array(text.utf8)
        let end = Date(timeIntervalSinceNow: 5)
        while Date() < end {
            bytes += readNow(milliseconds: 50)
            if bytes.contains(wanted) { break }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What the program wrote, when it writes something within a time.
    func readNow(milliseconds: Int32) -> [UInt8] {
        var source = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
        guard poll(&source, 1, milliseconds) > 0 else { return [] }
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = Foundation.read(master, &buffer, buffer.count)
        return count > 0 ? Array(buffer.prefix(count)) : []
    }
}

extension [UInt8] {
    fileprivate func contains(_ wanted: [UInt8]) -> Bool {
        guard !wanted.isEmpty, count >= wanted.count else { return wanted.isEmpty }
        return (0...count - wanted.count).contains {
            self[$0] == wanted[0] && self[$0..<$0 + wanted.count].elementsEqual(wanted)
        }
    }
}
