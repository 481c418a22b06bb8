import Foundation
import PromptChainCore

/// What a server of llama.cpp tells of all its slots at one moment: one for each request that it can work on at a time.
/// A plain server, the servers behind a router and the runners of an Ollama answer alike.
struct SlotReading: Equatable, Sendable {
    var slots: [SlotActivity]

    /// Reads an answer; `nil` when it is none of `/slots`.
    init?(_ body: Data) {
        guard let list = (try? JSONDecoder().decode(JSONValue.self, from: body))?.arrayValue, list.count <= 4096
        else { return nil }
        slots = list.enumerated().compactMap { SlotActivity($1, position: $0) }
        if slots.isEmpty { return nil }
    }

    var working: [SlotActivity] { slots.filter { $0.phase != .idle } }

    /// What the model is doing. The rate is measured by the caller, who knows earlier answers.
    func activity(of model: ModelName, tokensPerSecond: Double?) -> ModelActivity {
        let working = working
        let writing = working.filter { $0.phase == .writing }
        let fullest = working.max { ($0.contextUsed ?? -1) < ($1.contextUsed ?? -1) }
        return ModelActivity(
            model: model, phase: working.isEmpty ? .idle : writing.isEmpty ? .reading : .generating,
            requests: working.count, promptTokens: Self.sum(working.map(\.promptTokens)),
            outputTokens: Self.sum(writing.map(\.outputTokens)), contextTokens: fullest?.contextUsed,
            contextLength: fullest?.contextLength, tokensPerSecond: tokensPerSecond)
    }

    /// Tokens that were written since an earlier answer, in requests that were under way then and now; `nil` when there
    /// is none.
    func written(since earlier: SlotReading) -> Int? {
        let amounts = working.filter { $0.phase == .writing }.compactMap { slot -> Int? in
            guard let task = slot.task, let now = slot.outputTokens,
                let before = earlier.working.first(where: { $0.slot == slot.slot && $0.task == task }),
                let then = before.phase == .writing ? before.outputTokens : 0, now >= then
            else { return nil }
            return now - then
        }
        return amounts.isEmpty ? nil : amounts.reduce(0, +)
    }

    // A sum of which a part is unknown is unknown.
    private static func sum(_ amounts: [Int?]) -> Int? {
        let known = amounts.compactMap { $0 }
        return known.isEmpty || known.count < amounts.count ? nil : known.reduce(0, +)
    }
}

/// Measures how fast answers are written, between two readings of the same server.
struct SlotRates<Server: Hashable & Sendable>: Sendable {
    private struct Sample {
        var reading: SlotReading
        var time: Double
        var rate: Double?
    }

    private var samples: [Server: Sample] = [:]
    /// The shortest time between two readings that a rate is measured over, in seconds.
    private let shortestSpan: Double

    init(shortestSpan: Double = 0.3) {
        self.shortestSpan = shortestSpan
    }

    /// Takes a reading and gives the tokens a second since the one before, of all requests together; `nil` when there is
    /// none, or nothing was written.
    /// - Parameter now: when the reading was made, in seconds of any clock.
    mutating func rate(of server: Server, _ reading: SlotReading, now: Double) -> Double? {
        guard let last = samples[server] else {
            samples[server] = Sample(reading: reading, time: now)
            return nil
        }
        let span = now - last.time
        guard span >= shortestSpan else { return reading.working.isEmpty ? nil : last.rate }
        let rate = reading.written(since: last.reading).map { Double($0) / span }
        samples[server] = Sample(reading: reading, time: now, rate: rate)
        return rate
    }

    /// Forgets all other servers.
    mutating func keep(_ servers: Set<Server>) { samples = samples.filter { servers.contains($0.key) } }
}
