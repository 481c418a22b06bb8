import Foundation
import PromptChainCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A process that uses a model.
public struct ModelUser: Equatable, Hashable, Sendable, CustomStringConvertible {
    /// The process.
    public var pid: Int32
    /// The beginning of its command line, without what may be secret or long; `nil` where it cannot be read.
    public var command: String?

    /// A process.
    public init(pid: Int32, command: String? = nil) {
        self.pid = pid
        self.command = command
    }

    /// The process in words: `promptchain run research.yaml (process 4711)`.
    public var description: String { command.map { "\($0) (process \(pid))" } ?? "process \(pid)" }
}

extension ModelLock {
    /// The locks under which chains use a model: they know it by its weights, or by its name where the server does not
    /// tell the weights.
    /// - Parameters:
    ///   - folder: the folder of lock files, `RuntimeDirectories.locks`.
    ///   - server: the server's address, without credentials.
    public static func all(folder: String, server: String, model: ModelName, digest: String?) -> [ModelLock] {
        ([digest].compactMap { $0 } + [model.canonical.lowercased()]).map {
            ModelLock(folder: folder, server: server, weights: $0)
        }
    }

    // A chain that loads a model leaves this file beside the lock; the last chain that leaves removes it.
    private var mark: String { path + ".loaded" }

    /// Whether a chain loaded the model and has not unloaded it since. When nobody holds the lock, that chain died.
    public var isMarkedAsLoaded: Bool { access(mark, F_OK) == 0 }

    /// Notes that a chain loads the model. Call it while the lock is held.
    public func markAsLoaded() { _ = FileManager.default.createFile(atPath: mark, contents: nil) }

    /// Forgets that a chain loaded the model, because it is gone. Call it while the lock is claimed.
    public func forgetLoad() { _ = unlink(mark) }

    /// The processes that use the model now, as far as the system tells: on Linux, from `/proc/locks`. Reads files.
    public func users() -> [ModelUser] {
        #if os(Linux)
            var status = stat()
            guard stat(path, &status) == 0,
                let table = try? String(contentsOfFile: "/proc/locks", encoding: .utf8)
            else { return [] }
            // How Linux packs the two numbers of a device: `makedev(3)`.
            let device = UInt64(status.st_dev)
            let major = UInt32(truncatingIfNeeded: device >> 8 & 0xFFF | device >> 32 & ~0xFFF)
            let minor = UInt32(truncatingIfNeeded: device & 0xFF | device >> 12 & ~0xFF)
            let found = Self.holders(of: (major, minor, UInt64(status.st_ino)), in: table)
            return found.map { ModelUser(pid: $0, command: Self.command(of: $0)) }
        #else
            return []
        #endif
    }

    /// The holders of a file's `flock` in the kernel's table. Source: `proc_locks(5)`: number, kind, mode, access,
    /// process, device and inode (`08:02:1234`, the device in hexadecimal), range.
    static func holders(of file: (major: UInt32, minor: UInt32, inode: UInt64), in table: String) -> [Int32] {
        var found: [Int32] = []
        for line in table.split(separator: "\n") {
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            // A line with `->` is a process that waits.
            guard fields.count >= 6, fields[1] == "FLOCK", let pid = Int32(fields[4]) else { continue }
            let place = fields[5].split(separator: ":")
            guard place.count == 3, UInt32(place[0], radix: 16) == file.major,
                UInt32(place[1], radix: 16) == file.minor, UInt64(place[2]) == file.inode
            else { continue }
            if pid > 0, !found.contains(pid) { found.append(pid) }
        }
        return found
    }

    private static func command(of pid: Int32) -> String? {
        guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline"), !data.isEmpty else { return nil }
        let words = data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        return words.isEmpty ? nil : shown(words)
    }

    /// The program's name, and the words up to the first option: what follows may be a prompt or a password.
    static func shown(_ words: [String]) -> String {
        let program = words.first?.split(separator: "/").last.map(String.init) ?? ""
        let rest = words.dropFirst().prefix { !$0.hasPrefix("-") }.prefix(2).map(ServerAddress.shown)
        return ([program] + rest.map { $0.count > 60 ? "…" + $0.suffix(60) : $0 }).joined(separator: " ")
    }
}
