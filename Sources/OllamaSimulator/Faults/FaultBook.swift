/// The faults that are still to happen, with how often each may.
struct FaultBook: Sendable {
    private var entries: [SimulatedFault]

    /// A book with these faults.
    init(_ faults: [SimulatedFault]) { entries = faults }

    /// Whether a fault of a kind is there at all.
    func contains(_ kind: SimulatedFault.Kind) -> Bool { entries.contains { $0.kind == kind } }

    /// The first fault of a kind, whatever it is limited to.
    func first(_ kind: SimulatedFault.Kind) -> SimulatedFault? { entries.first { $0.kind == kind } }

    /// The first fault of a kind that applies, if any, and counts it.
    ///
    /// - Parameters:
    ///   - path: the request's path; `nil` where there is no request.
    ///   - model: the model's name in any spelling; `nil` where no model is named.
    ///   - matching: a further condition.
    mutating func take(
        _ kind: SimulatedFault.Kind, path: String?, model: String?,
        where matching: (SimulatedFault) -> Bool = { _ in true }
    ) -> SimulatedFault? {
        guard
            let index = entries.firstIndex(where: { fault in
                fault.kind == kind && fault.times != 0 && Self.applies(fault, path, model) && matching(fault)
            })
        else { return nil }
        if let times = entries[index].times { entries[index].times = times - 1 }
        return entries[index]
    }

    private static func applies(_ fault: SimulatedFault, _ path: String?, _ model: String?) -> Bool {
        if let wanted = fault.path, let path, wanted != path { return false }
        guard let wanted = fault.model else { return true }
        guard let model else { return false }
        return ModelName(wanted).key == ModelName(model).key
    }
}
