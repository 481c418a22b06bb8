import Foundation
import PromptChainCore

/// Reads the configuration file. Every fault comes at once, with its place; what is right beside it is used.
public enum ConfigurationFile {
    /// Reads a file. One that is not there is an empty configuration without faults.
    public static func load(path: String, environment: [String: String]) -> (AppConfiguration, [FileFault]) {
        guard let data = FileManager.default.contents(atPath: path) else {
            guard FileManager.default.fileExists(atPath: path) else { return (AppConfiguration(), []) }
            return (
                AppConfiguration(),
                [FileFault(file: path, message: "the file cannot be read", hint: "Check its permissions.")]
            )
        }
        return parse(text: String(decoding: data, as: UTF8.self), file: path, environment: environment)
    }

    /// The sections that a configuration may have.
    public static let sections = [
        "model_management", "servers", "theme", "on_hangup", "history", "layout", "keys", "notifications",
    ]

    /// Reads a configuration from text.
    /// - Parameters:
    ///   - file: the name that faults give.
    ///   - environment: the variables that `${NAME}` in values stands for.
    public static func parse(
        text: String, file: String, environment: [String: String]
    ) -> (AppConfiguration, [FileFault]) {
        let faults = FaultCollector(file: file, environment: environment)
        var configuration = AppConfiguration()
        guard let root = YAMLDocument.parse(text, faults: faults), !root.isNull,
            let mapping = root.mapping(keys: sections)
        else { return (configuration, faults.faults) }
        if let value = mapping["model_management"], let management = management(value) {
            configuration.modelManagement = management
        }
        configuration.theme = mapping["theme"]?.text()
        configuration.onHangUp = mapping["on_hangup"].flatMap(hangUpRule) ?? configuration.onHangUp
        configuration.layout = mapping["layout"].flatMap(layout)
        if let value = mapping["history"], let history = history(value) { configuration.history = history }
        if let value = mapping["keys"] { configuration.keys = keyChoices(value) }
        if let value = mapping["notifications"], let notifications = notifications(value) {
            configuration.notifications = notifications
        }
        for value in mapping["servers"]?.list() ?? [] {
            guard let server = server(value) else { continue }
            let twin = configuration.servers.first { $0.url.description == server.url.description }
            if configuration.servers.contains(where: { $0.name == server.name }) {
                value.fault("there is a server “\(server.name)” already", hint: "Give each server a name of its own.")
            } else if let twin {
                value.fault(
                    "“\(server.name)” has the address of “\(twin.name)”: \(twin.url)", hint: "Remove one of them.")
            } else {
                configuration.servers.append(server)
            }
        }
        return (configuration, faults.faults)
    }

    /// Reads the section `model_management`, which chain files have as well.
    public static func management(_ value: YAMLValue) -> ModelManagementConfig? {
        let keys = [
            "enabled", "default_provider", "auto_unload", "max_loaded_models", "health_check_interval", "providers",
        ]
        guard let mapping = value.mapping(keys: keys) else { return nil }
        var config = ModelManagementConfig()
        config.enabled = mapping["enabled"]?.bool() ?? config.enabled
        config.defaultProvider = mapping["default_provider"].flatMap(provider) ?? config.defaultProvider
        config.autoUnload = mapping["auto_unload"]?.bool() ?? config.autoUnload
        config.healthCheckInterval = mapping["health_check_interval"]?.seconds() ?? config.healthCheckInterval
        if let value = mapping["max_loaded_models"], value.isScalar, value.rawText() != "auto" {
            config.maxLoadedModels = value.integer(in: 1...1000)
        }
        for entry in mapping["providers"]?.mapping()?.entries ?? [] {
            guard let provider = provider(entry), let settings = providerConfiguration(entry.value) else { continue }
            config.providerConfigs[provider] = settings
        }
        return config
    }

    /// Reads one server of the list `servers`.
    public static func server(_ value: YAMLValue) -> ServerConfiguration? {
        let keys = [
            "name", "provider", "url", "headers", "ca_file", "interval", "vram", "timeout", "max_retries", "verbose",
            "log",
        ]
        guard let mapping = value.mapping(keys: keys) else { return nil }
        let name = mapping.required("name")?.text()
        let url = mapping.required("url").flatMap(address)
        guard let name, let url else { return nil }
        var server = ServerConfiguration(name: name, url: url)
        server.provider = mapping["provider"].flatMap(provider) ?? .ollama
        for entry in mapping["headers"]?.mapping()?.entries ?? [] {
            guard let header = entry.value.text() else { continue }
            guard !header.contains(where: \.isNewline), !entry.key.contains(where: { $0.isWhitespace || $0 == ":" })
            else {
                entry.value.fault("the header “\(entry.key)” cannot be sent", hint: "It must be one line.")
                continue
            }
            server.headers[entry.key] = header
        }
        if let value = mapping["ca_file"], let path = value.text() {
            server.caFile = path
            if !FileManager.default.isReadableFile(atPath: path) {
                value.fault("the file “\(path)” cannot be read", hint: "Give its full path.")
            }
        }
        server.interval = mapping["interval"]?.seconds()
        server.vramBytes = mapping["vram"]?.bytes()
        server.timeout = mapping["timeout"].flatMap(timeLimit) ?? server.timeout
        server.maxRetries = mapping["max_retries"]?.integer(in: 0...100) ?? server.maxRetries
        server.verbose = mapping["verbose"]?.bool() ?? server.verbose
        server.log = mapping["log"].flatMap(logSetting) ?? server.log
        return server
    }

    private static func logSetting(_ value: YAMLValue) -> ServerLogSetting? {
        guard let text = value.text() else { return nil }
        let home = ProcessInfo.processInfo.environment["HOME"]
        if let setting = ServerLogSetting(text, home: home) { return setting }
        value.fault(
            "“\(value.path)” is no place of a log",
            hint: "Write a full path, journal:UNIT, docker:NAME, auto or none.")
        return nil
    }

    private static func providerConfiguration(_ value: YAMLValue) -> ProviderConfiguration? {
        guard let mapping = value.mapping(keys: ["base_url", "timeout", "max_retries", "verbose"]) else { return nil }
        var settings = ProviderConfiguration()
        if let value = mapping["base_url"], address(value) != nil { settings.baseURL = value.text() }
        settings.timeout = mapping["timeout"].flatMap(timeLimit) ?? settings.timeout
        settings.maxRetries = mapping["max_retries"]?.integer(in: 0...100) ?? settings.maxRetries
        settings.verbose = mapping["verbose"]?.bool() ?? settings.verbose
        return settings
    }

    private static func address(_ value: YAMLValue) -> ServerAddress? {
        guard let text = value.text() else { return nil }
        if let address = ServerAddress(text) { return address }
        value.fault("“\(value.path)” is no address", hint: "Write it as http://HOST:PORT.")
        return nil
    }

    private static func hangUpRule(_ value: YAMLValue) -> HangUpRule? {
        guard let text = value.text() else { return nil }
        if let rule = HangUpRule(rawValue: text) { return rule }
        value.fault("“\(value.path)” cannot be “\(text)”", hint: "Write continue or stop.")
        return nil
    }

    private static func timeLimit(_ value: YAMLValue) -> Double? {
        guard let seconds = value.seconds() else { return nil }
        if seconds > 0 { return seconds }
        value.fault("“\(value.path)” must be more than 0")
        return nil
    }
}

extension ConfigurationFile {
    /// The kinds of servers that files may name.
    static let providerNames = ["ollama", "llamacpp", "localai", "vllm", "llamaswap", "lmstudio", "custom"]

    private static func provider(_ value: YAMLValue) -> ModelProvider? {
        guard let name = value.text() else { return nil }
        return provider(name) { value.fault($0, hint: $1) }
    }

    private static func provider(_ entry: YAMLMapping.Entry) -> ModelProvider? {
        provider(entry.key) {
            entry.value.faults.add(line: entry.line, column: entry.column, message: $0, hint: $1)
        }
    }

    private static func provider(_ name: String, fault: (String, String) -> Void) -> ModelProvider? {
        let provider = ModelProvider(rawValue: name)
        let known = providerNames + ModelManagerFactory.providers.map(\.rawValue)
        if known.contains(provider.rawValue) { return provider }
        let near = Nearest.match(name, in: known).map { "Did you mean “\($0)”?" }
        fault("there is no provider “\(name)”", near ?? "Known are \(providerNames.joined(separator: ", ")).")
        return nil
    }
}
