import Foundation
import PromptChainCore
import Synchronization

/// Standard output and standard error, written whole lines at a time.
enum Console {
    // Held while something is written, so that lines stay whole; it holds why standard output took no more.
    private static let outputFailure = Mutex<Int32?>(nil)

    /// Why standard output took no more, if it did; a reader that went away is none.
    static var lostOutput: String? {
        outputFailure.withLock { $0 }.flatMap { $0 == EPIPE ? nil : String(cString: strerror($0)) }
    }

    /// Writes a line to standard output.
    /// - Returns: `false` when nobody reads it any more.
    @discardableResult
    static func line(_ text: String) -> Bool { write(text + "\n", to: STDOUT_FILENO) }

    /// Writes text to standard output as it is.
    @discardableResult
    static func text(_ text: String) -> Bool { write(text, to: STDOUT_FILENO) }

    /// Writes text to standard error as it is.
    @discardableResult
    static func errorText(_ text: String) -> Bool { write(text, to: STDERR_FILENO) }

    /// Writes a line to standard error.
    @discardableResult
    static func error(_ text: String) -> Bool { write(text + "\n", to: STDERR_FILENO) }

    private static func write(_ text: String, to descriptor: Int32) -> Bool {
        outputFailure.withLock { failure in
            var bytes = Substring(text).utf8[...]
            while !bytes.isEmpty {
                let written = Array(bytes.prefix(65_536)).withUnsafeBytes {
                    Foundation.write(descriptor, $0.baseAddress, $0.count)
                }
                if written > 0 {
                    bytes = bytes.dropFirst(written)
                } else if written < 0, errno == EINTR || errno == EAGAIN {
                    var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&wait, 1, 1000)
                } else {
                    if descriptor == STDOUT_FILENO { failure = written < 0 ? errno : EIO }
                    return false
                }
            }
            return true
        }
    }

    /// Takes the numbers of standard input, output and error where the caller closed them, so that no socket and no file
    /// gets one of them and is written to by mistake.
    static func claimStandardDescriptors() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) == -1 {
            _ = open("/dev/null", O_RDWR)
        }
    }

    /// Text that came from elsewhere, made safe for a terminal: control and escape characters become visible marks.
    /// Line breaks and tabs stay.
    static func safe(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { result.append(isUnsafe(scalar) ? "\u{FFFD}" : scalar) }
        return String(result)
    }

    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: false
        case 0x00..<0x20, 0x7F..<0xA0, 0x202A...0x202E, 0x2066...0x2069, 0x200E, 0x200F, 0x61C: true
        default: false
        }
    }

    /// The columns of standard output: those of its terminal, else what COLUMNS says, else 100.
    static var outputWidth: Int {
        var size = winsize()
        if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return max(40, Int(size.ws_col)) }
        let said = ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) }
        return said.map { min(1000, max(40, $0)) } ?? 100
    }

    /// Whether standard output is a terminal.
    static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
    /// Whether standard input is a terminal.
    static var inputIsTerminal: Bool { isatty(STDIN_FILENO) == 1 }
    /// Whether standard error is a terminal.
    static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}
