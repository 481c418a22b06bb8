/// A manager whose capabilities depend on the server's version or on how it was started. They are empty until the
/// server has answered.
public protocol CapabilityLearner: ServerInspector {
    /// Asks the server what can be done with it, so that `capabilities` tells the truth.
    /// - Throws: `ModelManagementError` when it does not answer.
    func learnCapabilities() async throws
}
