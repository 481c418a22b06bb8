import Foundation
import Synchronization

/// Looks whether the files of the theme in use have changed. A theme that is not the user's own has none, and is not
/// looked at.
public final class ThemeWatch: Sendable {
    private struct Stamp: Equatable {
        var seconds: Int
        var nanoseconds: Int
        var bytes: Int64
        var number: UInt64
    }

    private struct Watched {
        var name: String?
        var stamps: [String: Stamp] = [:]
    }

    private let files: @Sendable (String) -> [String]
    private let watched = Mutex(Watched())

    /// A watch.
    /// - Parameter files: the files of a theme, by its name.
    public init(files: @escaping @Sendable (String) -> [String]) {
        self.files = files
    }

    /// Watches the files of another theme from now on. Reads them: not in a task.
    public func use(_ name: String) {
        let stamps = Self.stamps(of: files(name))
        watched.withLock { $0 = Watched(name: name, stamps: stamps) }
    }

    /// Whether there is something to look at.
    public var isNeeded: Bool { watched.withLock { !$0.stamps.isEmpty } }

    /// The name of the theme, once after each change of one of its files. A file that is gone for a moment, as while an
    /// editor writes it, is no change.
    public func changed() -> String? {
        watched.withLock { watched in
            guard let name = watched.name, !watched.stamps.isEmpty else { return nil }
            let now = Self.stamps(of: Array(watched.stamps.keys))
            guard now.count == watched.stamps.count, now != watched.stamps else { return nil }
            // What it inherits may have changed with it.
            watched.stamps = Self.stamps(of: files(name))
            return name
        }
    }

    private static func stamps(of paths: [String]) -> [String: Stamp] {
        var result: [String: Stamp] = [:]
        for path in paths {
            var status = stat()
            guard stat(path, &status) == 0 else { continue }
            #if canImport(Darwin)
                let time = status.st_mtimespec
            #else
                let time = status.st_mtim
            #endif
            result[path] = Stamp(
                seconds: Int(time.tv_sec), nanoseconds: Int(time.tv_nsec), bytes: Int64(status.st_size),
                number: UInt64(status.st_ino))
        }
        return result
    }
}
