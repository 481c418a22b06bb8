import Foundation

/// The file that a chain's output goes to. That it can be written is known before the chain begins, and what it holds
/// stays until the chain is done.
struct OutputFile {
    private let path: String

    /// - Throws: `CommandFailure` when it cannot be written.
    init(path: String) throws {
        self.path = path
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            throw CommandFailure(
                message: "cannot write the output to \(path): \(Self.reason)", hint: "The chain was not started.")
        }
        close(descriptor)
    }

    /// Puts the output into the file, in place of what it held.
    func write(_ text: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try file.write(contentsOf: Data(text.utf8))
            try file.close()
        } catch {
            throw failure
        }
    }

    private var failure: CommandFailure {
        CommandFailure(
            message: "cannot write the output to \(path): \(Self.reason)", hint: "It stands on standard output.")
    }

    private static var reason: String { String(cString: strerror(errno)) }
}
