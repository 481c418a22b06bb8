import Synchronization

/// Tells chains about each other: a model that one of them uses is not unloaded by another.
public protocol ModelUseLocks: Sendable {
    /// Marks a model as used. `nil` while another chain unloads it.
    /// - Parameters:
    ///   - server: What tells the server from others.
    ///   - weights: What tells the weights from others.
    func use(server: String, weights: String) -> (any ModelUseLock)?
}

/// One chain's use of a model.
public protocol ModelUseLock: Sendable {
    /// Claims the model for oneself, so that it can be unloaded. `false` when another chain uses it as well; the use
    /// then goes on.
    func claim() -> Bool
    /// Ends the use.
    func release()
}

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

        func claim() -> Bool {
            locks.uses.withLock { uses in
                guard uses[key]?.count == 1 else { return false }
                uses[key]?.isClaimed = true
                return true
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
