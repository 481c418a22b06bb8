import CellScreen
import ChainEngine
import Dashboard
import DashboardRuntime
import Foundation
import ModelManagement
import PromptChainCore
import RunHistory
import Synchronization
import Terminal

/// The one place where the program is put together: configuration, log, servers, themes.
struct Composition: Sendable {
    private(set) var configuration: AppConfiguration
    /// What the dashboard's keys mean.
    let keys: KeyMap
    let log: LogHub
    let chainServers: ConfiguredServers
    let themes: ThemeLibrary
    let directories: RuntimeDirectories
    private let themeName: String?
    let keepsHistory: Bool
    private let tellsOnError: Bool

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
        let user =
            usesConfiguration
            ? try Self.configuration(common, directories: directories, environment: environment) : nil
        configuration = user?.settings ?? AppConfiguration()
        keys = user?.keys ?? .standard
        log = try Self.log(common, directories: directories)
        log.bootstrap()
        let hub = log
        Self.openLog.withLock { $0 = hub }
        if logsToError, common.verbose {
            log.addListener { Console.error(Console.safe("\($0.component): \($0.message)")) }
        }
        try Self.checkHost(usesConfiguration ? environment["OLLAMA_HOST"] : nil)
        chainServers = ConfiguredServers(
            configuration: configuration,
            environment: usesConfiguration ? environment : environment.filter { $0.key != "OLLAMA_HOST" },
            capacity: { await CapacityReader.host.capacity(of: $0, option: $1) },
            gpus: { await CapacityReader.host.gpus(of: $0) },
            logger: { [log] in log.logger($0) })
        themes = ThemeLibrary(folder: directories.configuration + "/themes")
        themeName = theme ?? configuration.theme
        keepsHistory = usesConfiguration
        tellsOnError = logsToError && !common.verbose
    }

    private static func configuration(
        _ common: CommonOptions, directories: RuntimeDirectories, environment: [String: String]
    ) throws -> UserConfiguration {
        let path = common.config ?? directories.configurationFile
        if let named = common.config {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: named, isDirectory: &isFolder), !isFolder.boolValue else {
                throw CommandFailure(
                    message: isFolder.boolValue
                        ? "the configuration \(named) is a folder" : "there is no configuration file \(named)",
                    hint: "Without --config it is \(directories.configurationFile), which need not exist.")
            }
        }
        let user = UserConfiguration(path: path, environment: environment)
        for fault in user.faults { Console.error(Console.safe(fault.description)) }
        if user.faults.contains(where: { $0.severity == .error }) {
            throw CommandFailure(
                message: "the configuration has faults",
                hint: "Mend them, or name another file with --config FILE.")
        }
        return user
    }

    // OLLAMA_HOST that cannot be read would silently mean another server.
    private static func checkHost(_ host: String?) throws {
        guard let host, !host.isEmpty, ServerAddress(host) == nil else { return }
        throw CommandFailure(
            message: "OLLAMA_HOST is “\(ServerAddress.shown(host))”, which is no address",
            hint: "Write it as HOST:PORT or http://HOST:PORT.",
            status: ExitStatus.usage)
    }

    private static func log(_ common: CommonOptions, directories: RuntimeDirectories) throws -> LogHub {
        var level: LogLine.Level = common.verbose ? .debug : .info
        var levels: [String: LogLine.Level] = [:]
        for option in common.logLevel {
            if let component = option.component { levels[component] = option.level } else { level = option.level }
        }
        let path = common.logFile ?? directories.state + "/promptchain.log"
        // The usual file is given up silently when it cannot be written; one that was asked for is not.
        if let named = common.logFile {
            guard let file = fopen(named, "a") else {
                throw CommandFailure(message: "cannot write the log file \(named): \(String(cString: strerror(errno)))")
            }
            fclose(file)
        }
        return LogHub(defaultLevel: level, levels: levels, file: LogFile(path: path))
    }

    private static let openLog = Mutex<LogHub?>(nil)

    /// Writes what is still on its way to the log file; the last thing before the program ends.
    static func flushLog() { openLog.withLock { $0 }?.flush() }

    /// The folder of the locks of models that chains use.
    var lockFolder: String { directories.locks }

    /// The history of this program, once something of it was asked for.
    private struct OpenHistory {
        var database: HistoryDatabase
        var measurements: MeasurementDatabase
        var isPruned = false
    }

    private static let openHistory = Mutex<OpenHistory?>(nil)

    /// The file of the history.
    var historyFile: String { directories.state + "/history.db" }

    /// Keeps runs; `nil` where the configuration switches that off, and for a program that leaves the user's files
    /// alone. Old runs are pruned when it is first asked for, behind the run.
    var journal: RunJournal? {
        guard keepsHistory, configuration.history.isEnabled else { return nil }
        let bounds = configuration.history
        return Self.openHistory.withLock { open in
            var history = open ?? beginHistory()
            if !history.isPruned {
                HistoryPruning(keepSeconds: bounds.keepSeconds, maximumBytes: bounds.maximumBytes)
                    .perform(in: history.database)
            }
            history.isPruned = true
            open = history
            return RunJournal(history.database)
        }
    }

    /// What was measured before, opened when it is first asked for; `nil` for a program that leaves the user's files
    /// alone. Asking may wait for a disk: not in a task.
    var measurements: (any MeasurementStore)? {
        guard keepsHistory else { return nil }
        let store = Self.openHistory.withLock { open in
            let history = open ?? beginHistory()
            open = history
            return history.measurements
        }
        return configuration.history.isEnabled ? store : UnwrittenMeasurements(store)
    }

    private func beginHistory() -> OpenHistory {
        let (log, tellsOnError) = (log, tellsOnError)
        let database = HistoryDatabase(path: historyFile) { message in
            log.write(LogLine(time: Date(), level: .warning, component: "promptchain.history", message: message))
            if tellsOnError { Console.error(Console.safe("warning: \(message)")) }
        }
        return OpenHistory(database: database, measurements: MeasurementDatabase(database))
    }

    /// Writes what is still on its way to the history, within a time limit, and closes its file.
    static func closeHistory() {
        let open = openHistory.withLock { open in
            defer { open = nil }
            return open
        }
        open?.measurements.close()
    }

    /// The same program, which leaves no trace of what it does.
    func keepingNothing() -> Composition {
        var copy = self
        copy.configuration.history.isEnabled = false
        return copy
    }

    /// What a run is asked for when nothing is said.
    var runOptions: ChainRunOptions {
        let management = configuration.modelManagement
        return ChainRunOptions(
            managesByDefault: management.enabled, keepLoaded: !management.autoUnload,
            maxLoadedModels: management.maxLoadedModels, healthCheckInterval: management.healthCheckInterval,
            samplesServers: true)
    }

    /// What the dashboard's runtime works with.
    /// - Parameters:
    ///   - servers: names and addresses; the standard ones when empty.
    ///   - vram: the GPU memory of all of them, in bytes, where a flag gives it.
    ///   - names: the names under which they are shown.
    func services(servers: [String], vram: Int64?, named names: [String] = []) throws -> RuntimeServices {
        var connections =
            servers.isEmpty
            ? try chainServers.standardServers()
            : try servers.enumerated().map { index, text in
                try chainServers.watched(text, named: index < names.count ? names[index] : nil)
            }
        let store = measurements
        for index in connections.indices {
            let url = connections[index].url
            connections[index].learnedCapacity = { version in
                store?.measurements.learnedCapacity(of: url, serverVersion: version)?.totalBytes
            }
            connections[index].libraryWatch = connections[index].watchingLibrary { store?.measurements }
        }
        if let vram {
            for index in connections.indices { connections[index].capacityBytes = vram }
        }
        // What is run from the dashboard goes to the server that is watched, where one was named.
        var services = services(watching: connections)
        services.runOptions.server = servers.first
        services.runOptions.capacityBytes = connections.first?.capacityBytes
        return services
    }

    /// What the dashboard's runtime works with, for servers that are known.
    func services(watching connections: [WatchedServer]) -> RuntimeServices {
        let themes = themes
        var services = RuntimeServices(
            connections: connections, chainServers: chainServers, runOptions: runOptions,
            library: ChainLibrary(
                folders: [".", "examples", "chains", directories.configuration + "/chains"],
                shipped: ShippedExamples.files),
            loadTheme: { themes.load($0) }, themeNames: themes.names,
            interval: configuration.servers.compactMap(\.interval).min() ?? 1, log: log,
            measurements: measurements, sockets: keepsHistory ? sockets : nil, locks: lockFolder, journal: journal,
            layoutFile: keepsHistory ? layoutFile : nil, history: runLibrary)
        services.listThemes = { themes.names }
        services.themeFiles = { themes.files(of: $0) }
        services.themeName = themeName
        services.notifier = configuration.notifications.command
        services.logFolder = keepsHistory ? directories.state : nil
        services.pager = (ProcessInfo.processInfo.environment["PAGER"] ?? "").split(separator: " ").map(String.init)
        return services
    }

    private var layoutFile: LayoutFile { LayoutFile(folder: directories.state) }

    /// The panes as they were chosen in the dashboard, else as the configuration has them.
    private var panes: PaneLayout {
        guard keepsHistory else { return PaneLayout() }
        let (saved, faults) = layoutFile.load()
        for fault in faults {
            log.write(
                LogLine(
                    time: Date(), level: .warning, component: "layout",
                    message: "\(fault), so the usual layout is shown; v, then Enter writes it anew"))
        }
        return saved ?? configuration.layout ?? PaneLayout()
    }

    /// How somebody who looks elsewhere is told.
    private var alertRules: AlertRules {
        let wishes = configuration.notifications
        return AlertRules(
            rings: wishes.ringsBell, showsOnDesktop: wishes.desktop != .off, startsProgram: !wishes.command.isEmpty,
            leastSeconds: wishes.leastSeconds)
    }

    /// How this terminal is asked to show a message; `nil` asks for nothing.
    var desktopNotice: DesktopSequence? {
        switch configuration.notifications.desktop {
        case .off: nil
        case .osc9: .osc9
        case .osc777: .osc777
        case .auto: DesktopSequence.known(in: ProcessInfo.processInfo.environment)
        }
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
            servers: services.connections, theme: theme, themeNames: services.themeNames, interval: services.interval,
            outlivesTerminal: configuration.onHangUp == .goOn, keys: keys, alertRules: alertRules,
            panes: panes, saveFolder: access(".", W_OK) == 0 ? "" : directories.state)
    }
}
