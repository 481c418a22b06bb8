import Foundation
import Synchronization

/// Files that were made for pagers, so that none is left behind.
final class PagedFiles: Sendable {
    private let paths = Mutex<Set<String>>([])

    func add(_ path: String) { paths.withLock { _ = $0.insert(path) } }

    /// Removes a file that was made here.
    func remove(_ path: String) {
        guard paths.withLock({ $0.remove(path) }) != nil else { return }
        unlink(path)
    }

    func removeAll() {
        for path in paths.withLock({ $0 }) { remove(path) }
    }
}
