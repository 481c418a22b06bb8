import PromptChainCore

/// A model in memory that a chain loaded which does not live any more, and that nobody uses. It leaves by itself when
/// its lease ends.
public struct Leftover: Equatable, Sendable {
    /// The model as its server lists it.
    public var model: ModelInfo
    /// The server's name.
    public var server: String

    /// A model that was left behind.
    public init(model: ModelInfo, server: String) {
        self.model = model
        self.server = server
    }
}

extension ModelLock {
    /// Which of a server's models were left behind by chains that died on this machine. Works with files.
    /// - Parameters:
    ///   - folder: the folder of lock files, `RuntimeDirectories.locks`.
    ///   - address: the server's address, without credentials.
    ///   - loaded: what the server has in memory now.
    public static func leftovers(folder: String, server: String, address: String, loaded: [ModelInfo]) -> [Leftover] {
        loaded.filter { info in
            all(folder: folder, server: address, model: info.name, digest: info.digest).contains { lock in
                guard lock.isMarkedAsLoaded, let claim = try? lock.claim() else { return false }
                claim.release()
                return true
            }
        }.map { Leftover(model: $0, server: server) }
    }
}
