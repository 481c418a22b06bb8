import Synchronization

/// Files that clients uploaded, by digest; only their sizes are kept.
final class BlobStore: Sendable {
    private let sizes = Mutex<[String: Int64]>([:])

    /// The size of a blob; `nil` when it was never uploaded.
    func size(of digest: String) -> Int64? { sizes.withLock { $0[digest] } }

    /// Adds a blob.
    func add(_ digest: String, size: Int64) { sizes.withLock { $0[digest] = size } }
}
