import Foundation
import PromptChainCore

extension LlamaCppManager {
    /// What the slots of a model do now. A model that is not loaded has none, and is not loaded for being asked.
    /// - Throws: `ModelManagementError`; of kind `.notSupported` when the server was started with `--no-slots`.
    public func slots(of name: ModelName) async throws -> [SlotActivity] {
        try await byRole("ask what \(name.short) does") { action in
            guard try await self.isPlainModel(name, action: action) else { return [] }
            return try await self.readSlots("/slots", action: action)
        } router: { action, _ in
            let models = try await self.routerModels(action: action)
            guard let model = self.match(name, in: models), model.state == .loaded else { return [] }
            return try await self.readSlots(self.path("/slots", of: model.id), action: action)
        }
    }

    /// The models that are on their way into memory, for whomever; sorted by name. A plain server tells none.
    /// - Throws: `ModelManagementError`.
    public func loadingModels() async throws -> [ModelName] {
        try await byRole("list the loads") { _ in
            []
        } router: { action, _ in
            try await self.routerModels(action: action).filter { $0.state == .loading }.map {
                ModelName($0.id, on: .llamaCpp)
            }
        }
    }

    /// What a model's server has counted since it was started.
    /// - Returns: `nil` when the model is not loaded, or its server was started without `--metrics`.
    /// - Throws: `ModelManagementError`.
    public func counters(of name: ModelName) async throws -> ServerCounters? {
        try await byRole("ask what \(name.short) has done") { action in
            guard try await self.isPlainModel(name, action: action) else { return nil }
            return try await self.readCounters("/metrics", action: action)
        } router: { action, _ in
            let models = try await self.routerModels(action: action)
            guard let model = self.match(name, in: models), model.state == .loaded else { return nil }
            return try await self.readCounters(self.path("/metrics", of: model.id), action: action)
        }
    }

    func readSlots(_ path: String, action: String) async throws -> [SlotActivity] {
        let call = HTTPCall("GET", path, action: action)
        let reply = try await api.connection.reply(call)
        if reply.status == 501 {
            throw api.unsupported(
                action, "the server was started with --no-slots", hint: "Start it without, to see what it does.")
        }
        guard reply.isSuccess else { throw api.connection.failure(call, reply: reply) }
        guard let slots = try? JSONDecoder().decode([JSONValue].self, from: reply.body) else {
            throw api.unreadable(call, reply)
        }
        return slots.compactMap { SlotActivity($0) }
    }

    private func readCounters(_ path: String, action: String) async throws -> ServerCounters? {
        let call = HTTPCall("GET", path, action: action)
        let reply = try await api.connection.reply(call)
        if reply.status == 501 { return nil }
        guard reply.isSuccess else { throw api.connection.failure(call, reply: reply) }
        return ServerCounters(String(decoding: reply.body, as: UTF8.self))
    }
}
