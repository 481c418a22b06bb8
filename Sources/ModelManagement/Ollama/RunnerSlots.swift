import Foundation
import PromptChainCore

/// What a runner's `/slots` tells: a slot for each request that it can work on at a time.
///
/// The counters as llama.cpp's server means them: `n_prompt_tokens` are the tokens in the slot's context until now,
/// those of the answer included; `n_prompt_tokens_processed` those of the prompt that were computed, and
/// `n_prompt_tokens_cache` those that were there already. How long the prompt is as a whole is not told.
struct RunnerSlots: Equatable, Sendable {
    struct Slot: Equatable, Sendable {
        var number: Int
        var task: Int?
        var isWorking: Bool
        var contextLength: Int?
        var contextTokens: Int?
        var promptTokens: Int?
        var outputTokens: Int?
        /// Whether the answer has begun.
        var isGenerating: Bool
    }

    var slots: [Slot]

    /// Reads an answer; `nil` when it is none of `/slots`.
    init?(_ body: Data) {
        guard let list = (try? JSONDecoder().decode(JSONValue.self, from: body))?.arrayValue, !list.isEmpty,
            list.count <= 4096
        else { return nil }
        slots = list.enumerated().compactMap { Slot($1, position: $0) }
        guard slots.count == list.count else { return nil }
    }

    var working: [Slot] { slots.filter(\.isWorking) }

    /// What the model is doing. The rate is measured by the caller, who knows earlier answers.
    func activity(of model: ModelName, tokensPerSecond: Double?) -> ModelActivity {
        let working = working
        let generating = working.filter(\.isGenerating)
        let fullest = working.max { ($0.contextTokens ?? -1) < ($1.contextTokens ?? -1) }
        return ModelActivity(
            model: model, phase: working.isEmpty ? .idle : generating.isEmpty ? .reading : .generating,
            requests: working.count, promptTokens: Self.sum(working.map(\.promptTokens)),
            outputTokens: Self.sum(generating.map(\.outputTokens)), contextTokens: fullest?.contextTokens,
            contextLength: fullest?.contextLength, tokensPerSecond: tokensPerSecond)
    }

    /// Tokens that were written since an earlier answer, in requests that were under way then and now; `nil` when there
    /// is none.
    func written(since earlier: RunnerSlots) -> Int? {
        let amounts = working.filter(\.isGenerating).compactMap { slot -> Int? in
            guard let task = slot.task, let now = slot.outputTokens,
                let before = earlier.working.first(where: { $0.number == slot.number && $0.task == task }),
                let then = before.isGenerating ? before.outputTokens : 0, now >= then
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

extension RunnerSlots.Slot {
    /// More tokens than any context holds: figures beyond it are not believed, so that sums cannot overflow.
    private static let most = 1 << 40

    init?(_ value: JSONValue, position: Int) {
        guard case .bool(let isWorking) = value["is_processing"] else { return nil }
        func count(_ value: JSONValue?) -> Int? {
            guard let number = value?.integerValue, (0...Int64(Self.most)).contains(Int64(number)) else { return nil }
            return Int(number)
        }
        self.isWorking = isWorking
        number = count(value["id"]) ?? position
        task = count(value["id_task"])
        contextLength = count(value["n_ctx"])
        contextTokens = count(value["n_prompt_tokens"])
        let read = count(value["n_prompt_tokens_processed"])
        let cached = count(value["n_prompt_tokens_cache"])
        promptTokens = read.map { $0 + (cached ?? 0) }
        // A list of one in newer versions.
        let next = value["next_token"]?.arrayValue?.first ?? value["next_token"]
        let decoded = count(next?["n_decoded"])
        // Until a prompt is read the counter may still be that of the request before: then all that is in the context
        // comes from the prompt.
        isGenerating = (decoded ?? 0) > 0 && !(cached != nil && contextTokens == promptTokens)
        outputTokens = isGenerating ? decoded : nil
    }
}
