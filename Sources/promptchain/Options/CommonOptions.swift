import ArgumentParser
import PromptChainCore

/// What every command takes.
struct CommonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config: String?

    @Flag(name: .shortAndLong, help: "Tell more: the life of models, requests and decisions.")
    var verbose = false

    @Option(
        name: .customLong("log-level"), parsing: .singleValue,
        help: ArgumentHelp(
            "The least grave level to log: trace, debug, info, notice, warning, error. May be given for one component.",
            valueName: "[component=]level"))
    var logLevel: [LogLevelOption] = []

    @Option(name: .customLong("log-file"), help: ArgumentHelp("Where to write the log.", valueName: "file"))
    var logFile: String?
}

/// `LEVEL` or `COMPONENT=LEVEL`.
struct LogLevelOption: ExpressibleByArgument {
    var component: String?
    var level: LogLine.Level

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
        guard let word = parts.last, let level = LogLine.Level(rawValue: word.lowercased()) else { return nil }
        self.level = level
        component = parts.count == 2 ? parts[0] : nil
    }
}

/// Which server a command means.
struct ServerOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A server of the configuration, or an address. Default: OLLAMA_HOST, then the configuration.",
            valueName: "name|url"))
    var server: String?
}

/// How a command prints.
struct JSONOption: ParsableArguments {
    @Flag(help: "Print JSON.")
    var json = false
}

/// An amount of memory: `24GiB`, `24GB`.
struct MemoryOption: ExpressibleByArgument {
    var bytes: Int64

    init(bytes: Int64) {
        self.bytes = bytes
    }

    init?(argument: String) {
        guard let bytes = ByteCount.parse(argument), bytes > 0 else { return nil }
        self.bytes = bytes
    }

    var defaultValueDescription: String { "\(bytes >> 30)GiB" }
}

/// A length of time: `5m`, `90`, `-1`.
struct DurationOption: ExpressibleByArgument {
    var seconds: Double

    init?(argument: String) {
        guard let seconds = Seconds.parse(argument) else { return nil }
        self.seconds = seconds
    }
}

/// A speed: `4x`, `4`.
struct SpeedOption: ExpressibleByArgument {
    var factor: Double

    init(factor: Double) {
        self.factor = factor
    }

    init?(argument: String) {
        let digits = argument.lowercased().hasSuffix("x") ? String(argument.dropLast()) : argument
        guard let factor = Double(digits), factor > 0, factor <= 10_000 else { return nil }
        self.factor = factor
    }

    var defaultValueDescription: String { "\(ByteCount.fixed(factor, digits: factor == factor.rounded() ? 0 : 1))x" }
}

/// A size of a screen: `110x32`.
struct ScreenSizeOption: ExpressibleByArgument {
    var width: Int
    var height: Int

    init?(argument: String) {
        let parts = argument.lowercased().split(separator: "x").compactMap { Int($0) }
        guard parts.count == 2, (1...1000).contains(parts[0]), (1...1000).contains(parts[1]) else { return nil }
        width = parts[0]
        height = parts[1]
    }
}
