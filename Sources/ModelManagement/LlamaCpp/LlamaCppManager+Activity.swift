import Foundation
import PromptChainCore

extension LlamaCppManager {
    /// What the slots of a model do now. A model that is not loaded has none, and is not loaded for being asked.
    /// - Throws: `ModelManagementError`; of kind `.notSupported` when the server was started with `--no-slots`.
    public func slots(of name: ModelName) async throws -> [SlotActivity] {
        try await byRole("ask what \(name.short) does") { action in
            guard try await self.isPlainModel(name, action: action) else { return [] }
            return try await self.readSlots("/slots", action: action).slots
        } router: { action, _ in
            let models = try await self.routerModels(action: action)
            guard let model = self.match(name, in: models), model.state == .loaded else { return [] }
            return try await self.readSlots(self.path("/slots", of: model.id), action: action).slots
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

    func readSlots(_ path: String, action: String) async throws -> SlotReading {
        let call = HTTPCall("GET", path, action: action)
        let reply = try await api.connection.reply(call)
        if reply.status == 501 {
            throw api.unsupported(
                action, "the server was started with --no-slots", hint: "Start it without, to see what it does.")
        }
        guard reply.isSuccess else { throw api.connection.failure(call, reply: reply) }
        guard let reading = SlotReading(reply.body) else { throw api.unreadable(call, reply) }
        return reading
    }

    private func readCounters(_ path: String, action: String) async throws -> ServerCounters? {
        let call = HTTPCall("GET", path, action: action)
        let reply = try await api.connection.reply(call)
        if reply.status == 501 { return nil }
        guard reply.isSuccess else { throw api.connection.failure(call, reply: reply) }
        return ServerCounters(String(decoding: reply.body, as: UTF8.self))
    }
}

extension LlamaCppManager: ActivityTeller {
    /// How long a model's server may take to tell what it does, in seconds. It answers between two batches of work.
    private static let patience = 1.0

    /// What the models are doing, for whomever, sorted by name: those that are loaded, and those that a router is loading.
    /// A server that was started with `--no-slots`, or is silent, tells nothing.
    public func activities(of loaded: [ModelInfo]) async -> [ModelActivity] {
        let action = "ask what its models do"
        let found = try? await byRole(action) { action in
            guard let model = loaded.first?.name else { return [ModelActivity]() }
            return await self.activities(
                at: [Place(model: model, slots: "/slots", counters: "/metrics")], action: action)
        } router: { action, _ in
            let models = try await self.routerModels(action: action)
            let running = models.filter { $0.state == .loaded }.map { model in
                Place(
                    model: ModelName(model.id, on: .llamaCpp), slots: self.path("/slots", of: model.id),
                    counters: self.path("/metrics", of: model.id))
            }
            let loading = models.filter { $0.state == .loading }.map { model in
                ModelActivity(model: ModelName(model.id, on: .llamaCpp), phase: .loading)
            }
            return await self.activities(at: running, action: action) + loading
        }
        return (found ?? []).sorted { $0.model.canonical < $1.model.canonical }
    }

    /// Where one model's server tells what it does.
    private struct Place {
        var model: ModelName
        var slots: String
        var counters: String
    }

    private func activities(at places: [Place], action: String) async -> [ModelActivity] {
        let readings = await withTaskGroup(of: (ModelName, SlotReading, Int?)?.self) { group in
            for place in places {
                group.addTask {
                    try? await withTimeLimit(Self.patience, failure: .silent(Self.patience)) {
                        let reading = try await self.readSlots(place.slots, action: action)
                        // Nobody waits while a slot is free.
                        guard reading.working.count == reading.slots.count else { return (place.model, reading, 0) }
                        let counters = try? await self.readCounters(place.counters, action: action)
                        return (place.model, reading, counters?.requestsDeferred)
                    }
                }
            }
            var readings: [(ModelName, SlotReading, Int?)] = []
            for await reading in group {
                if let reading { readings.append(reading) }
            }
            return readings
        }
        let now = api.connection.timekeeper.elapsed()
        return rates.withLock { rates in
            rates.keep(Set(places.map(\.model)))
            return readings.map { model, reading, waiting in
                var activity = reading.activity(
                    of: model, tokensPerSecond: rates.rate(of: model, reading, now: now))
                activity.waitingRequests = waiting
                return activity
            }
        }
    }
}
