import ArgumentParser
import PromptChainCore

/// What every command takes.
struct CommonOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The configuration file (default: $XDG_CONFIG_HOME/promptchain/config.yaml, which need not exist).",
            valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"]))
    var config: String?

    @Flag(name: .shortAndLong, help: "Tell more on standard error: the life of models, requests and decisions.")
    var verbose = false

    @Option(
        name: .customLong("log-level"), parsing: .singleValue,
        help: ArgumentHelp(
            "The least grave level to log: trace, debug, info, notice, warning, error, critical. May be given for one component, "
                + "such as promptchain.ollama_model_manager=debug, and several times.",
            valueName: "[component=]level"), transform: LogLevelOption.init(parsing:))
    var logLevel: [LogLevelOption] = []

    @Option(
        name: .customLong("log-file"),
        help: ArgumentHelp(
            "Where to write the log (default: $XDG_STATE_HOME/promptchain/promptchain.log).", valueName: "file"),
        completion: .file())
    var logFile: String?
}

/// `LEVEL` or `COMPONENT=LEVEL`.
struct LogLevelOption {
    var component: String?
    var level: LogLine.Level

    init(parsing text: String) throws {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let word = (parts.last ?? "").lowercased()
        let levels = LogLine.Level.allCases.map(\.rawValue)
        guard let level = LogLine.Level(rawValue: word), parts.first?.isEmpty == false else {
            let near = Nearest.match(word, in: levels).map { "; did you mean \($0)?" } ?? ""
            throw ValidationError(
                "write LEVEL or COMPONENT=LEVEL, with a level of \(levels.joined(separator: ", "))\(near)")
        }
        self.level = level
        component = parts.count == 2 ? parts[0] : nil
    }
}

/// Which server a command means.
struct ServerOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The name of a server of the configuration, or an address such as http://gpu-box:11434. "
                + "Default: OLLAMA_HOST, then the configuration, then http://127.0.0.1:11434.",
            valueName: "name|url"))
    var server: String?
}

/// How a command prints.
struct JSONOption: ParsableArguments {
    @Flag(help: "Print JSON.")
    var json = false
}
