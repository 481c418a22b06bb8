import Foundation
import PromptChainCore
import Synchronization

/// One event of a router's stream `GET /models/sse` about the state of a model. The router sends `model_status` when a
/// load begins and `status_change` for everything after.
struct RouterEvent: Equatable {
    var model: String
    var state: RouterModel.State
    /// How far a load has come, 0…1.
    var share: Double?
    /// What the model's server ended with.
    var exitCode: Int64?

    /// - Returns: `nil` for an event that tells no state.
    init?(_ data: String) {
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(data.utf8)),
            let event = value["event"]?.stringValue, ["model_status", "status_change"].contains(event),
            let model = value["model"]?.filledString, let body = value["data"],
            let state = body["status"]?.stringValue.flatMap(RouterModel.State.init)
        else { return nil }
        self.model = model
        self.state = state
        share = body["progress"].flatMap(Self.share)
        exitCode = body["exit_code"]?.integerValue
    }

    /// How far all stages of a load have come together, 0…1: the text model, and a projector for images where there is
    /// one. Stages count alike, since their sizes are not told.
    static func share(_ progress: JSONValue) -> Double? {
        guard let value = progress["value"]?.doubleValue, value.isFinite else { return nil }
        let stages = progress["stages"]?.arrayValue?.compactMap(\.stringValue) ?? []
        let part = min(1, max(0, value))
        guard let current = progress["current"]?.stringValue, let index = stages.firstIndex(of: current) else {
            return part
        }
        return (Double(index) + part) / Double(stages.count)
    }
}

/// Passes on how far a load has come, and never a smaller share after a larger one: what the stream tells and what is
/// read beside it cross.
final class RisingShare: Sendable {
    private let last = Mutex(-1.0)
    private let give: @Sendable (Double) -> Void

    init(_ give: @escaping @Sendable (Double) -> Void) {
        self.give = give
    }

    func report(_ share: Double?) {
        guard let share else { return }
        // Given under the lock, so that two shares keep their order.
        last.withLock { last in
            guard share > last else { return }
            last = share
            give(share)
        }
    }
}
