import PromptChainCore

/// What rules can know about a step that has ended.
struct BreakerFacts: Equatable, Sendable {
    /// What Swift closures and programs are told.
    var info: StepInfo
    /// The step's name in the run.
    var name: String
    /// The item that it was done for, from 1; `nil` where there is but one.
    var item: Int?
    /// How long it took once its model was ready, in seconds.
    var seconds: Double?
    /// What its model wrote, in tokens, reasoning included.
    var tokens: Int?
    /// Whether its model could not be made ready.
    var isLoadFailure = false

    var output: String { info.output }

    /// What a program is given on its standard input.
    var json: JSONValue {
        var members: [String: JSONValue] = [
            "step": .integer(Int64(info.step)), "name": .string(name), "input": .string(info.input),
            "output": .string(info.output), "type": .string(info.type),
            "model": info.model.map { .string($0.text) } ?? .null, "model_params": .object(info.modelParams),
            "model_management_failed": .bool(isLoadFailure),
        ]
        members["item"] = item.map { .integer(Int64($0)) }
        members["seconds"] = seconds.map { .number($0) }
        members["tokens"] = tokens.map { .integer(Int64($0)) }
        return .object(members)
    }
}
