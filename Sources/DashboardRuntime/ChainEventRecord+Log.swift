import PromptChainCore

extension ChainEventRecord {
    /// The line of the log that this event is; `nil` for every other event.
    public var logLine: LogLine? {
        switch event {
        case .log(let level, let component, let message):
            LogLine(time: time, level: .init(rawValue: level) ?? .info, component: component, message: message)
        case .warning(let message, _):
            LogLine(time: time, level: .warning, component: "promptchain.chain", message: message)
        case .contextCut(let cut):
            LogLine(time: time, level: .warning, component: "promptchain.chain", message: cut.message)
        default: nil
        }
    }
}
