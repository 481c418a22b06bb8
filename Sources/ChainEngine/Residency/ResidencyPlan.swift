import PromptChainCore

/// Decides which models leave memory, and why. It knows the whole chain and does nothing itself.
struct ResidencyPlan: Equatable, Sendable {
    /// A model that should leave, and the reason in words.
    struct Departure: Equatable, Sendable {
        var slot: ModelSlot
        var reason: String
    }

    /// What one step uses.
    struct Use: Equatable, Sendable {
        var slot: ModelSlot
        var model: ModelName
    }

    /// What decides.
    var policy: ResidencyPolicy
    /// What each step uses, in order; `nil` for a step without a model.
    var uses: [Use?]
    /// Whether nothing is unloaded, also not at the end.
    var keepsLoaded: Bool

    /// What leaves before a step's model is loaded: what stayed behind from earlier steps and is not what it needs.
    func departures(before index: Int, residents: [Resident]) -> [Departure] {
        guard !keepsLoaded, uses.indices.contains(index), let needed = uses[index] else { return [] }
        return residents.filter { $0.isOurs && !$0.isStuck && $0.slot != needed.slot }
            .map { Departure(slot: $0.slot, reason: "step \(index + 1) needs \(needed.model)") }
    }

    /// What leaves after a step, while others follow. What is left after the last step is for the end.
    /// - Parameter target: the step that comes next, where it is not the one after.
    func departures(after index: Int, to target: Int? = nil, residents: [Resident]) -> [Departure] {
        let target = target ?? index + 1
        guard !keepsLoaded, uses.indices.contains(index), uses[index] != nil, uses.indices.contains(target) else {
            return []
        }
        let place = uses.indices.first { $0 >= target && uses[$0] != nil }
        let next = place.flatMap { place in uses[place].map { (number: place + 1, use: $0) } }
        return residents.filter { $0.isOurs && !$0.isStuck }
            .compactMap { resident in
                guard let next else { return Departure(slot: resident.slot, reason: "no later step needs a model") }
                if resident.slot != next.use.slot {
                    return Departure(slot: resident.slot, reason: "step \(next.number) needs \(next.use.model)")
                }
                guard policy == .strict else { return nil }
                return Departure(slot: resident.slot, reason: "policy strict: a model leaves after every step")
            }
    }

    /// What leaves at the end of the run.
    func departuresAtEnd(residents: [Resident], ending: String) -> [Departure] {
        guard !keepsLoaded else { return [] }
        return residents.filter(\.isOurs).map { Departure(slot: $0.slot, reason: ending) }
    }

    /// Whether no step after this one uses the slot.
    func isLastUse(of slot: ModelSlot, at index: Int) -> Bool {
        !uses.dropFirst(index + 1).contains { $0?.slot == slot }
    }
}
