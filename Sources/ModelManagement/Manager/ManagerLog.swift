import Logging
import PromptChainCore

/// What a manager tells the log. Loads and unloads stand at level info when the server's configuration is `verbose`,
/// else at level debug.
public struct ManagerLog: Sendable {
    /// The component that tells of loads and unloads.
    public static let management = "promptchain.model_management"

    /// Whether whoever calls the manager tells of loads, unloads and warnings itself, as a run of a chain does by its
    /// events; the manager then keeps quiet, so that nothing stands in the log twice.
    @TaskLocal public static var callerTells = false

    private let provider: String
    private let level: LogLine.Level
    private let write: @Sendable (LogLine.Level, String, String) -> Void

    /// A log into a sink of your own.
    /// - Parameter write: takes the level, the component (`promptchain.model_management`, or
    ///   `promptchain.ollama_model_manager` and the like for what a provider notices) and the message.
    public init(
        provider: ModelProvider, verbose: Bool,
        write: @escaping @Sendable (_ level: LogLine.Level, _ component: String, _ message: String) -> Void
    ) {
        self.provider = "promptchain.\(provider.rawValue)_model_manager"
        level = verbose ? .info : .debug
        self.write = write
    }

    /// A log through loggers that are made by their labels, which are the components' names.
    public init(
        provider: ModelProvider, verbose: Bool, logger: (String) -> Logger = { Logger(label: $0) }
    ) {
        let component = "promptchain.\(provider.rawValue)_model_manager"
        let loggers = [Self.management: logger(Self.management), component: logger(component)]
        self.init(provider: provider, verbose: verbose) { level, component, message in
            loggers[component]?.log(level: level.loggerLevel, "\(message)")
        }
    }

    func loading(_ model: ModelName) {
        tell(level, Self.management, "🔄 Model Management: Loading \(model.short)")
    }

    func loaded(_ model: ModelName, seconds: Double, vramBytes: Int64?) {
        let vram = vramBytes.map { "VRAM: \($0 / 1_000_000)MB" } ?? "VRAM: unknown"
        let time = ByteCount.fixed(seconds, digits: 2)
        tell(level, Self.management, "✓ Successfully loaded \(model.short) in \(time)s (\(vram))")
    }

    func contextMaximum(_ model: ModelName, _ tokens: Int) {
        tell(level, provider, "🔄 Model \(model.short) max context length: \(tokens)")
    }

    func contextLength(_ tokens: Int, maximum: Int?) {
        let value = tokens == maximum ? "maximum: \(tokens)" : "\(tokens)"
        tell(level, provider, "🔄 Setting model context length to \(value)")
    }

    func unloading(_ model: ModelName) {
        tell(level, Self.management, "🔄 Model Management: Unloading \(model.short)")
    }

    func unloaded(_ model: ModelName) {
        tell(level, Self.management, "✓ Successfully unloaded \(model.short)")
    }

    func warning(_ message: String) {
        tell(.warning, provider, message)
    }

    private func tell(_ level: LogLine.Level, _ component: String, _ message: String) {
        if !Self.callerTells { write(level, component, message) }
    }
}

extension LogLine.Level {
    fileprivate var loggerLevel: Logger.Level {
        switch self {
        case .trace: .trace
        case .debug: .debug
        case .info: .info
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        case .critical: .critical
        }
    }
}
