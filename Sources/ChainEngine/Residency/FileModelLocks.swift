import Foundation
import ModelManagement
import PromptChainCore
import Synchronization

/// Locks among all chains of this machine, by files that the kernel lets go of when a process ends.
///
/// Where no lock file can be made, as on a read-only file system, chains of one process still know of each other.
public struct FileModelLocks: ModelUseLocks {
    /// The locks in the user's runtime folder.
    public static let standard = FileModelLocks(
        folder: RuntimeDirectories(environment: ProcessInfo.processInfo.environment).locks)

    private let folder: String

    /// Locks in a folder.
    public init(folder: String) {
        self.folder = folder
    }

    /// Marks a model as used.
    public func use(server: String, weights: String) -> (any ModelUseLock)? {
        let lock = ModelLock(folder: folder, server: server, weights: weights)
        do {
            // When nobody uses the model, a mark of a load is left from chains that are gone.
            if let alone = try lock.claim() {
                lock.forgetLoad()
                alone.release()
            }
            return try lock.use().map { Use(lock: lock, hold: $0) }
        } catch {
            return InProcessModelLocks.shared.use(server: server, weights: weights)
        }
    }

    /// The models whose mark of a load is there, and whose lock nobody holds.
    public func leftovers(server: String, loaded: [ModelInfo]) async -> [ModelName] {
        let folder = folder
        return await withCheckedContinuation { continuation in
            Self.queue.async {
                let found = ModelLock.leftovers(folder: folder, server: server, address: server, loaded: loaded)
                continuation.resume(returning: found.map(\.model.name))
            }
        }
    }

    private static let queue = DispatchQueue(label: "promptchain.locks")

    private final class Use: ModelUseLock {
        private let lock: ModelLock
        private let hold: Mutex<ModelLock.Hold?>

        init(lock: ModelLock, hold: ModelLock.Hold) {
            self.lock = lock
            self.hold = Mutex(hold)
        }

        var wasLoadedByChain: Bool { lock.isMarkedAsLoaded }

        func noteLoad() { lock.markAsLoaded() }

        func claim() -> Bool {
            if leave() { return true }
            hold.withLock { hold in hold = (try? lock.use()) ?? nil }
            return false
        }

        // A claim excludes one's own use as well, so that goes first.
        func leave() -> Bool {
            hold.withLock { hold in
                hold?.release()
                hold = (try? lock.claim()) ?? nil
                if hold != nil { lock.forgetLoad() }
                return hold != nil
            }
        }

        func release() {
            hold.withLock { hold in
                hold?.release()
                hold = nil
            }
        }
    }
}
