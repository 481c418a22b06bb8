import Synchronization

/// Locks among the chains of one process.
public final class InProcessModelLocks: ModelUseLocks {
    /// The locks that all chains of this process share.
    public static let shared = InProcessModelLocks()

    private struct Key: Hashable {
        var server: String
        var weights: String
    }

    private struct Uses {
        var count = 0
        var isClaimed = false
        var wasLoadedByChain = false
    }

    private let uses = Mutex<[Key: Uses]>([:])

    /// Locks that know of no use yet.
    public init() {}

    /// Marks a model as used.
    public func use(server: String, weights: String) -> (any ModelUseLock)? {
        let key = Key(server: server, weights: weights)
        let isFree = uses.withLock { uses in
            guard uses[key]?.isClaimed != true else { return false }
            uses[key, default: Uses()].count += 1
            return true
        }
        return isFree ? Use(locks: self, key: key) : nil
    }

    private final class Use: ModelUseLock {
        let locks: InProcessModelLocks
        let key: Key
        let isReleased = Mutex(false)

        init(locks: InProcessModelLocks, key: Key) {
            self.locks = locks
            self.key = key
        }

        var wasLoadedByChain: Bool { locks.uses.withLock { $0[key]?.wasLoadedByChain ?? false } }

        func noteLoad() { locks.uses.withLock { $0[key]?.wasLoadedByChain = true } }

        func claim() -> Bool {
            locks.uses.withLock { uses in
                guard uses[key]?.count == 1 else { return false }
                uses[key]?.isClaimed = true
                return true
            }
        }

        func leave() -> Bool {
            locks.uses.withLock { uses in
                guard let count = uses[key]?.count, isReleased.withLock({ !$0 }) else { return false }
                if count == 1 {
                    uses[key]?.isClaimed = true
                } else {
                    uses[key]?.count = count - 1
                    isReleased.withLock { $0 = true }
                }
                return count == 1
            }
        }

        func release() {
            let wasReleased = isReleased.withLock { released in
                defer { released = true }
                return released
            }
            guard !wasReleased else { return }
            locks.uses.withLock { uses in
                uses[key]?.count -= 1
                uses[key]?.isClaimed = false
                if (uses[key]?.count ?? 0) <= 0 { uses[key] = nil }
            }
        }

        deinit { release() }
    }
}
