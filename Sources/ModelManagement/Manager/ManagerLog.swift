import Logging
import PromptChainCore

/// What a manager tells the log. Loads and unloads stand at level info when the server's configuration is `verbose`,
/// else at level debug.
public struct ManagerLog: Sendable {
    private let management: Logger
    private let provider: Logger
    private let level: Logger.Level

    /// A log through loggers of your own.
    /// - Parameters:
    ///   - management: for loads and unloads; its label is `promptchain.model_management` by custom.
    ///   - provider: for what the provider notices; `promptchain.ollama_model_manager` by custom.
    public init(management: Logger, provider: Logger, verbose: Bool) {
        self.management = management
        self.provider = provider
        level = verbose ? .info : .debug
    }

    /// A log through loggers that are made by their labels.
    public init(
        provider: ModelProvider, verbose: Bool,
        logger: (String) -> Logger = { Logger(label: $0) }
    ) {
        self.init(
            management: logger("promptchain.model_management"),
            provider: logger("promptchain.\(provider.rawValue)_model_manager"), verbose: verbose)
    }

    func loading(_ model: ModelName) {
        management.log(level: level, "🔄 Model Management: Loading \(model.short)")
    }

    func loaded(_ model: ModelName, seconds: Double, vramBytes: Int64?) {
        let vram = vramBytes.map { "VRAM: \($0 / 1_000_000)MB" } ?? "VRAM: unknown"
        management.log(
            level: level, "✓ Successfully loaded \(model.short) in \(ByteCount.fixed(seconds, digits: 2))s (\(vram))")
    }

    func contextMaximum(_ model: ModelName, _ tokens: Int) {
        provider.log(level: level, "🔄 Model \(model.short) max context length: \(tokens)")
    }

    func contextLength(_ tokens: Int, maximum: Int?) {
        let value = tokens == maximum ? "maximum: \(tokens)" : "\(tokens)"
        provider.log(level: level, "🔄 Setting model context length to \(value)")
    }

    func unloading(_ model: ModelName) {
        management.log(level: level, "🔄 Model Management: Unloading \(model.short)")
    }

    func unloaded(_ model: ModelName) {
        management.log(level: level, "✓ Successfully unloaded \(model.short)")
    }

    func warning(_ message: String) {
        provider.warning("\(message)")
    }

    func note(_ message: String) {
        provider.log(level: level, "\(message)")
    }
}
