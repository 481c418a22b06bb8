import DashboardRuntime
import ModelManagement
import PromptChainCore

/// Unloads models of one server, with regard for the chains on this machine that use them.
struct Unloading: Sendable {
    /// What became of one model.
    struct Result: Encodable, Sendable {
        private enum CodingKeys: String, CodingKey {
            case name, unloaded, usedBy = "used_by"
        }

        var name: ModelName
        /// The kind of server, for sentences.
        var provider: ModelProvider
        /// Whether it is gone, or was not there.
        var unloaded: Bool
        /// Whether it was there.
        var wasLoaded = true
        /// The loaded model that was probably meant.
        var nearest: String?
        /// Who uses it, so that it was left alone.
        var usedBy: String?

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(name, forKey: .name)
            try container.encode(unloaded, forKey: .unloaded)
            try container.encode(usedBy, forKey: .usedBy)
        }
    }

    let server: WatchedServer
    /// What is in memory.
    let loaded: [ModelInfo]
    /// The folder of lock files.
    let locks: String
    /// Whether chains that use a model are passed over.
    let isForced: Bool

    /// The models in memory, a line each. Reads files.
    var list: [String] {
        loaded.map { info in
            var parts = [info.name.short]
            if let bytes = info.sizeBytes { parts.append(ByteCount.text(bytes)) }
            if info.isPinned { parts.append("pinned") }
            let users = locks(of: info.name, digest: info.digest).flatMap { $0.users() }
            if let user = users.first { parts.append("used by \(user)") }
            return parts.joined(separator: "  ")
        }
    }

    /// Unloads one model.
    /// - Throws: `ModelManagementError` when the server cannot be asked.
    func unload(_ name: ModelName) async throws -> Result {
        let info = loaded.first { $0.name == name }
        // Another name of the same weights counts as well, which only the manager can tell.
        var wasLoaded = info != nil
        if !wasLoaded { wasLoaded = (try? await server.manager.isModelLoaded(name)) ?? false }
        let locks = locks(of: name, digest: try await digest(of: name, info: info, isLoaded: wasLoaded))
        let claim = await apart { Self.claim(locks) }
        if case .used(let user) = claim, wasLoaded, !isForced {
            return Result(name: name, provider: server.description.provider, unloaded: false, usedBy: user)
        }
        let isUnloaded = try await server.manager.unloadModel(name)
        var result = Result(
            name: name, provider: server.description.provider, unloaded: isUnloaded, wasLoaded: wasLoaded)
        if !wasLoaded { result.nearest = Nearest.match(name.short, in: loaded.map(\.name.short)) }
        if case .held(let holds) = claim {
            let isGone = result.unloaded
            await apart {
                if isGone { for lock in locks { lock.forgetLoad() } }
                for hold in holds { hold.release() }
            }
        }
        return result
    }

    private enum Claim: Sendable {
        case held([ModelLock.Hold])
        case used(by: String)
    }

    // Where no lock can be made, no chain can have made one either.
    private static func claim(_ locks: [ModelLock]) -> Claim {
        var holds: [ModelLock.Hold] = []
        for lock in locks {
            do {
                guard let hold = try lock.claim() else {
                    for hold in holds { hold.release() }
                    return .used(by: lock.users().first?.description ?? "another chain on this machine")
                }
                holds.append(hold)
            } catch {
                continue
            }
        }
        return .held(holds)
    }

    private func locks(of name: ModelName, digest: String?) -> [ModelLock] {
        ModelLock.all(folder: locks, server: server.url, model: name, digest: digest)
    }

    // A model that is in memory under another name is locked by its weights.
    private func digest(of name: ModelName, info: ModelInfo?, isLoaded: Bool) async throws -> String? {
        if let info { return info.digest }
        guard isLoaded, let library = server.manager as? any ModelLibrary else { return nil }
        return try await library.installedModels().first { $0.name == name }?.digest
    }
}
