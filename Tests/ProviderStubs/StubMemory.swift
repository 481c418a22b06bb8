import Foundation
import PromptChainCore
import Synchronization

/// What a stub that plays a model server has in memory, and how it behaves.
public final class StubMemory: Sendable {
    /// All of it.
    public struct State: Sendable {
        /// The models in memory; for a vLLM, whether it is awake.
        public var loaded: Set<String>
        /// Whether an unload is answered well and frees nothing.
        public var isStuck = false
        /// How many more readings show a request under way.
        public var busyReadings = 0
        /// How many more readings of readiness say 503.
        public var startingReadings = 0
    }

    private let state: Mutex<State>

    /// A memory with these models in it.
    public init(_ loaded: String...) {
        state = Mutex(State(loaded: Set(loaded)))
    }

    /// The models in memory, sorted.
    public var loaded: [String] { state.withLock { $0.loaded.sorted() } }

    /// Changes something.
    public func change(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }

    func load(_ model: String) { change { $0.loaded.insert(model) } }

    func unload(_ model: String) { change { if !$0.isStuck { $0.loaded.remove(model) } } }

    /// Whether this reading shows a request under way.
    func isBusy() -> Bool { count(\.busyReadings) }

    /// Whether this reading says that the server is not ready.
    func isStarting() -> Bool { count(\.startingReadings) }

    private func count(_ counter: any WritableKeyPath<State, Int> & Sendable) -> Bool {
        state.withLock { state in
            guard state[keyPath: counter] > 0 else { return false }
            state[keyPath: counter] -= 1
            return true
        }
    }
}

extension StubRequest {
    /// A member of the JSON body, where it is text.
    public func text(_ key: String) -> String {
        (try? JSONDecoder().decode(JSONValue.self, from: Data(body.utf8)))?[key]?.stringValue ?? ""
    }
}

extension StubAnswer {
    /// A streamed chat by OpenAI's API, with its usage at the end.
    public static func chat(_ words: [String], isCut: Bool = false) -> StubAnswer {
        var events = words.map { #"{"choices":[{"index":0,"delta":{"content":"\#($0)"}}]}"# }
        if !isCut {
            events += [
                #"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
                #"{"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2,"total_tokens":9}}"#, "[DONE]",
            ]
        }
        return .lines(events.flatMap { ["data: \($0)", ""] }, type: "text/event-stream", isCut: isCut)
    }
}
