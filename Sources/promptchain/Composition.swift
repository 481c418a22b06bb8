import CellScreen
import ChainEngine
import Dashboard
import DashboardRuntime
import Foundation
import ModelManagement
import PromptChainCore

/// The one place where the program is put together: configuration, log, servers, themes.
struct Composition: Sendable {
    let configuration: AppConfiguration
    let log: LogHub
    let chainServers: ConfiguredServers
    let themes: ThemeLibrary
    private let directories: RuntimeDirectories
    private let themeName: String?

    /// Reads the configuration and opens the log.
    /// - Parameters:
    ///   - common: what every command takes.
    ///   - theme: the theme that goes before the configuration's.
    ///   - usesConfiguration: `false` leaves the user's files alone.
    ///   - logsToError: whether log lines go to standard error as well when `--verbose` asks for more.
    init(
        common: CommonOptions, theme: String? = nil, usesConfiguration: Bool = true, logsToError: Bool = true
    ) throws {
        let environment = ProcessInfo.processInfo.environment
        directories = RuntimeDirectories(environment: environment)
        configuration =
            usesConfiguration
            ? try Self.configuration(common, directories: directories, environment: environment) : AppConfiguration()
        log = Self.log(common, directories: directories)
        log.bootstrap()
        if logsToError, common.verbose {
            log.addListener { Console.error(Console.safe("\($0.level.rawValue) \($0.component): \($0.message)")) }
        }
        chainServers = ConfiguredServers(
            configuration: configuration,
            environment: usesConfiguration ? environment : environment.filter { $0.key != "OLLAMA_HOST" },
            logger: { [log] in log.logger($0) })
        themes = ThemeLibrary(folder: directories.configuration + "/themes")
        themeName = theme ?? configuration.theme
    }

    private static func configuration(
        _ common: CommonOptions, directories: RuntimeDirectories, environment: [String: String]
    ) throws -> AppConfiguration {
        let path = common.config ?? directories.configurationFile
        if let named = common.config, !FileManager.default.fileExists(atPath: named) {
            throw CommandFailure(message: "there is no configuration file \(named)")
        }
        let (configuration, faults) = ConfigurationFile.load(path: path, environment: environment)
        for fault in faults { Console.error(Console.safe(fault.description)) }
        if faults.contains(where: { $0.severity == .error }) {
            throw CommandFailure(
                message: "the configuration has faults", hint: "promptchain check \(path) shows them; mend them first")
        }
        return configuration
    }

    private static func log(_ common: CommonOptions, directories: RuntimeDirectories) -> LogHub {
        var level: LogLine.Level = common.verbose ? .debug : .info
        var levels: [String: LogLine.Level] = [:]
        for option in common.logLevel {
            if let component = option.component { levels[component] = option.level } else { level = option.level }
        }
        let path = common.logFile ?? directories.state + "/promptchain.log"
        return LogHub(defaultLevel: level, levels: levels, file: LogFile(path: path))
    }

    /// What a run is asked for when nothing is said.
    var runOptions: ChainRunOptions {
        ChainRunOptions(managesByDefault: configuration.modelManagement.enabled)
    }

    /// What the dashboard's runtime works with.
    /// - Parameters:
    ///   - servers: names and addresses; the standard ones when empty.
    ///   - vram: the GPU memory of all of them, in bytes, where a flag gives it.
    ///   - names: the names under which they are shown.
    func services(servers: [String], vram: Int64?, named names: [String] = []) throws -> RuntimeServices {
        var connections: [WatchedServer]
        do {
            connections =
                servers.isEmpty
                ? try chainServers.standardServers()
                : try servers.enumerated().map { index, text in
                    try chainServers.watched(text, named: index < names.count ? names[index] : nil)
                }
        } catch let error as ModelManagementError {
            throw CommandFailure(error)
        }
        if let vram {
            for index in connections.indices { connections[index].capacityBytes = vram }
        }
        let themes = themes
        return RuntimeServices(
            connections: connections, chainServers: chainServers, runOptions: runOptions,
            library: ChainLibrary(
                folders: [".", "examples", "chains", directories.configuration + "/chains"],
                shipped: ShippedExamples.files),
            loadTheme: { themes.load($0) }, themeNames: themes.names,
            interval: configuration.servers.compactMap(\.interval).min() ?? 1, log: log)
    }

    /// How the dashboard begins.
    func dashboardSettings(_ services: RuntimeServices) throws -> DashboardSettings {
        let theme: Theme
        if let themeName {
            switch themes.load(themeName) {
            case .success(let found): theme = found
            case .failure(let fault): throw CommandFailure(message: fault.message, hint: fault.hint)
            }
        } else {
            theme = themes.standard
        }
        return DashboardSettings(
            servers: services.connections, theme: theme, themeNames: services.themeNames, interval: services.interval)
    }

    /// Does something with one server and ends its connections; failures become sentences and an exit status.
    func withServer<Value: Sendable>(
        _ text: String?, _ work: @escaping @Sendable (WatchedServer) async throws -> Value
    ) throws -> Value {
        do {
            let server = try chainServers.watched(text)
            let directory = chainServers
            return try waitFor {
                do {
                    let value = try await work(server)
                    await directory.shutdown()
                    return value
                } catch {
                    await directory.shutdown()
                    throw error
                }
            }
        } catch let error as ModelManagementError {
            throw CommandFailure(error)
        }
    }
}

extension CommandFailure {
    init(_ error: ModelManagementError) {
        let isUnreachable = [.unreachable, .notAnswering].contains(error.kind)
        self.init(
            message: error.sentence, hint: error.hint,
            status: isUnreachable ? ExitStatus.unreachable : ExitStatus.failed)
    }
}
