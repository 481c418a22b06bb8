import PromptChainCore

/// A process that Ollama began to run one model: since 0.30 a `llama-server` on a port of its own.
struct OllamaRunner: Hashable, Sendable {
    /// Its number.
    var processID: Int32
    /// The port on the loop that it listens on.
    var port: Int
    /// The digest of the weights that it runs.
    var weights: String
    /// What else it was started with.
    var settings: RunnerSettings?

    /// Reads what the process was started with; `nil` when it is no runner.
    init?(processID: Int32, arguments: [String]) {
        func value(_ name: String) -> String? {
            for (index, argument) in arguments.enumerated() {
                if argument == name { return index + 1 < arguments.count ? arguments[index + 1] : nil }
                if argument.hasPrefix(name + "=") { return String(argument.dropFirst(name.count + 1)) }
            }
            return nil
        }
        guard let port = value("--port").flatMap({ Int($0) }), (1...65_535).contains(port),
            let file = value("--model"), let mark = file.range(of: "sha256-", options: .backwards)
        else { return nil }
        let digest = file[mark.upperBound...].prefix { $0.isHexDigit }
        guard digest.count >= 12 else { return nil }
        self.processID = processID
        self.port = port
        weights = String(digest)
        settings = RunnerSettings(arguments: arguments)
    }
}
