import Foundation
import PromptChainCore
import Synchronization

/// What a manager remembers of its own loads, because the server does not tell it.
final class LoadJournal: Sendable {
    private struct Entry: Sendable {
        var loadSeconds: Double?
        var lastUsed: Date?
        var loading = 0
    }

    private let entries = Mutex<[ModelName: Entry]>([:])

    /// Whether a load of ours is under way: the server may list the model only when it ends.
    func isLoading(_ name: ModelName) -> Bool { entries.withLock { ($0[name]?.loading ?? 0) > 0 } }

    /// How many loads of ours are under way for a model.
    func loads(of name: ModelName) -> Int { entries.withLock { $0[name]?.loading ?? 0 } }

    /// When this program last used a model.
    func lastUse(of name: ModelName) -> Date? { entries.withLock { $0[name]?.lastUsed } }

    func begin(_ name: ModelName) { change(name) { $0.loading += 1 } }

    func end(_ name: ModelName) { change(name) { $0.loading -= 1 } }

    func loaded(_ name: ModelName, seconds: Double, at time: Date) {
        change(name) {
            $0.loadSeconds = seconds
            $0.lastUsed = time
        }
    }

    func used(_ name: ModelName, at time: Date) { change(name) { $0.lastUsed = time } }

    /// A reading with what is remembered about its model.
    func completed(_ info: ModelInfo) -> ModelInfo {
        var info = info
        let entry = entries.withLock { $0[info.name] }
        info.loadSeconds = entry?.loadSeconds
        info.lastUsed = entry?.lastUsed
        return info
    }

    private func change(_ name: ModelName, _ change: (inout Entry) -> Void) {
        entries.withLock { change(&$0[name, default: Entry()]) }
    }
}
