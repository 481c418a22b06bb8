import PromptChainCore

/// A manager whose server tells by itself what its models are doing right now.
public protocol ActivityTeller: ModelManager {
    /// What the models are doing, for whomever and not only for this program, sorted by name; without those of which the
    /// server tells nothing. Asked again and again it measures how fast they write.
    /// - Parameter loaded: the models that the server lists as loaded.
    func activities(of loaded: [ModelInfo]) async -> [ModelActivity]
}

/// A manager whose server holds a number of models at a time, whatever their size, and makes room by itself when that is
/// reached: whoever plans unloads before.
public protocol ModelLimitTeller: ModelManager {
    /// The most models that the server holds at a time, anybody's; `nil` for any number.
    /// - Throws: `ModelManagementError`.
    func maxLoadedModels() async throws -> Int?
}
