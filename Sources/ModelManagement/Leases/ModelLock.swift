import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Keeps chains on this machine from unloading a model that another one uses: one file for each server and weights.
/// It is held shared while a model is used, and exclusively for the moment of an unload.
///
/// The kernel lets go of it when the process ends, however it ends. It does not reach to other machines, and the file
/// stays when the lock is gone: removing it would let two processes hold locks on two files of one name.
public struct ModelLock: Sendable {
    /// The lock's file.
    public let path: String

    /// The lock of a model on a server.
    /// - Parameters:
    ///   - folder: the folder of lock files, `RuntimeDirectories.locks`.
    ///   - server: the server's address.
    ///   - weights: what identifies the weights, or the canonical name where that is not known.
    public init(folder: String, server: String, weights: String) {
        path = "\(folder)/\(Self.fileName(server))-\(Self.fileName(weights)).lock"
    }

    /// Takes the lock for using the model. Several users hold it at a time.
    /// - Returns: the hold, which is let go by `release()` or when nobody refers to it any more; `nil` while another
    ///   process unloads the model.
    /// - Throws: `LockError` when the file cannot be made.
    public func use() throws -> Hold? { try take(LOCK_SH) }

    /// Takes the lock for unloading the model.
    /// - Returns: the hold; `nil` when a chain uses the model.
    /// - Throws: `LockError` when the file cannot be made.
    public func claim() throws -> Hold? { try take(LOCK_EX) }

    /// Why a lock file cannot be used.
    public struct LockError: Error, Equatable, CustomStringConvertible {
        /// The file.
        public let path: String
        /// What the system says.
        public let reason: String

        /// The failure in one sentence.
        public var description: String { "cannot lock \(path): \(reason)" }
    }

    /// A lock that is held.
    public final class Hold: Sendable {
        private let descriptor: Mutex<CInt>

        fileprivate init(_ descriptor: CInt) {
            self.descriptor = Mutex(descriptor)
        }

        /// Lets the lock go. Doing it again does nothing.
        public func release() {
            descriptor.withLock { descriptor in
                // Unlocked in so many words: a process that is just being started elsewhere in this program holds a
                // copy of the descriptor until it runs, and closing ours alone would keep the lock for as long.
                if descriptor >= 0 {
                    _ = flock(descriptor, LOCK_UN)
                    _ = close(descriptor)
                }
                descriptor = -1
            }
        }

        deinit {
            release()
        }
    }

    private func take(_ kind: CInt) throws -> Hold? {
        try makeFolder()
        // Close-on-exec: a tool that a chain starts must not keep the model locked after the chain is gone.
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure() }
        while flock(descriptor, kind | LOCK_NB) != 0 {
            let code = errno
            if code == EINTR { continue }
            let error = failure()
            _ = close(descriptor)
            if code == EWOULDBLOCK { return nil }
            throw error
        }
        return Hold(descriptor)
    }

    private func makeFolder() throws {
        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
        var made = ""
        for part in folder.split(separator: "/") {
            made += "/\(part)"
            if mkdir(made, 0o700) != 0, errno != EEXIST, errno != EISDIR, access(made, F_OK) != 0 { throw failure() }
        }
    }

    private func failure() -> LockError { LockError(path: path, reason: String(cString: strerror(errno))) }

    // Readable, and never the same for two different texts: what is replaced is made up for by a checksum.
    private static func fileName(_ text: String) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let kept = text.unicodeScalars.suffix(40).map { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)) ? String(scalar) : "_"
        }
        return kept.joined() + "-" + String(hash, radix: 16)
    }
}
