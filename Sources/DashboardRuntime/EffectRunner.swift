import ChainEngine
import Dashboard
import Foundation
import ModelManagement
import PromptChainCore
import Synchronization

/// Carries out what the dashboard asks for: every effect becomes a task, every outcome a message. No call waits.
public final class EffectRunner: Sendable {
    let services: RuntimeServices
    let tasks = RunningTasks()
    let post: @Sendable (DashboardMessage) -> Void
    let pollers: [String: ServerPoller]
    let themeWatch: ThemeWatch
    /// Where the log's older lines are; `nil` keeps none.
    let logStore: LogStore?
    /// The files that were made for pagers.
    let paged = PagedFiles()
    /// The tool servers of the chains that were run, for as long as the dashboard lives.
    let tools: ToolShelf
    /// The recorded run that is looked at.
    let visited = Mutex<(any RunFeed)?>(nil)
    let currentRun = Mutex<CurrentRun?>(nil)
    let failure = Mutex<ModelManagementError?>(nil)
    let result = Mutex<ChainEvent.RunResult?>(nil)

    /// A runner.
    /// - Parameters:
    ///   - services: what it works with.
    ///   - post: takes the messages; must not wait.
    public init(services: RuntimeServices, post: @escaping @Sendable (DashboardMessage) -> Void) {
        self.services = services
        self.post = post
        logStore = services.logFolder.map { folder in LogStore(folder: folder) { post(.logAnswer($0)) } }
        themeWatch = ThemeWatch(files: services.themeFiles)
        tools = ToolShelf { server, line in
            services.log.write(
                LogLine(time: Date(), level: .info, component: "promptchain.tools.\(server)", message: line))
        }
        pollers = Dictionary(
            services.connections.map { connection in
                let poller = ServerPoller(
                    connection: connection, interval: services.interval, clock: services.clock,
                    post: { snapshot in
                        // Only a server that has answered tells what it is and what can be done with it.
                        if snapshot.state == .ready { post(.serverFound(connection.description)) }
                        post(.snapshot(snapshot))
                    })
                return (connection.name, poller)
            }, uniquingKeysWith: { first, _ in first })
    }

    /// Begins to watch the servers and the log.
    public func start() {
        let post = post
        services.log.addListener { post(.log($0)) }
        post(.themes(services.themeNames))
        for (name, poller) in pollers {
            tasks.start("poll/\(name)") { await poller.run() }
        }
        followServerLogs()
        services.feed?.start(post: post)
        watchTheme()
    }

    // Servers have log files of their own: their lines go to the pane, and not to ours.
    private func followServerLogs() {
        let names = services.connections.map(\.name)
        for connection in services.connections {
            guard let log = connection.log else { continue }
            let hub = services.log
            let feed = ServerLogFeed(
                log: log, component: LogLine.component(ofServer: connection.name, among: names),
                clock: services.clock,
                post: { [post] line in
                    if line.level >= hub.level(of: line.component) { post(.log(line)) }
                })
            tasks.start("log/\(connection.name)") { await feed.run() }
        }
    }

    /// Takes an effect.
    public func perform(_ effect: DashboardEffect) {
        switch effect {
        case .loadModel(let server, let model, let context, let keepAlive):
            load(model, context: context, keepAlive: keepAlive, on: server)
        case .describeModel(let server, let model): describe(model, on: server)
        case .unloadModel(let server, let model): unload(model, on: server)
        case .unloadAll(let server): unloadAll(on: server)
        case .listInstalled(let server): listInstalled(on: server)
        case .refresh(let server): pollers[server]?.kick()
        case .pullModel(let server, let model): pull(model, on: server)
        case .deleteModel(let server, let model): delete(model, on: server)
        case .setKeepAlive(let server, let model, let seconds): setKeepAlive(seconds, of: model, on: server)
        case .listChainFiles: listChainFiles()
        case .startRun(let path, let input): startRun(path: path, input: input)
        case .stopRun: if let feed = shownFeed { feed.stopRun() } else { stopRun() }
        case .listRuns: listRuns()
        case .openRun(let id): openRun(id)
        case .leaveRun: leaveRun()
        case .resumeRun(let id): resumeRun(id)
        case .readStep(let step): shownFeed?.readStep(step, post: post)
        case .setInterval(let seconds): for poller in pollers.values { poller.setInterval(seconds) }
        case .pausePolling(let isPaused): for poller in pollers.values { poller.setPaused(isPaused) }
        case .selectTheme(let name): selectTheme(name)
        case .saveLayout(let layout): save(layout)
        case .listThemes: listThemes()
        case .startNotifier(let alert): tell(alert)
        case .log(let request): logStore?.take(request)
        case .setLogLevel(let component, let level): services.log.wish(level, of: component)
        case .saveText(let saving): save(saving)
        case .writePaged(let text, let fromEnd): writePaged(text, fromEnd: fromEnd)
        case .forgetPaged(let path): paged.remove(path)
        case .quit(let stopRun): quit(stopRun: stopRun)
        case .copy, .mouse, .suspend, .page, .redraw, .ring, .showOnDesktop: break
        }
    }

    /// What failed on a server in the last run, if anything did.
    public var lastFailure: ModelManagementError? { failure.withLock { $0 } }

    /// How the last run ended that was started here; `nil` when none has.
    public var lastResult: ChainEvent.RunResult? { result.withLock { $0 } }

    /// Lets a run go on that nobody looks at any more: servers are not asked for it.
    public func goOnUnseen() { perform(.pausePolling(true)) }

    /// Whether a chain is running, or cleaning up.
    public var isRunning: Bool { tasks.isRunning("run") }

    /// Ends everything that is under way and waits for it; a running chain is stopped and cleans up first.
    public func close() async {
        // Again and again: a run whose file is still being read begins later.
        while tasks.isRunning("run") {
            stopRunOnce()
            try? await Task.sleep(for: .milliseconds(20))
        }
        services.feed?.close()
        leaveRun()
        await tasks.close()
        paged.removeAll()
        await tools.close()
        for connection in services.connections {
            await (connection.manager as? any ServerInspector)?.shutdown()
        }
    }

    private func quit(stopRun: Bool) {
        if stopRun { stopRunOnce() }
        let post = post
        Task { [self] in
            await close()
            post(.shutdownComplete)
        }
    }

    private func save(_ layout: PaneLayout) {
        guard let file = services.layoutFile else { return }
        let post = post
        tasks.start("layout") {
            do {
                try await BlockingWork.run { Result { try file.save(layout) } }.get()
            } catch {
                post(
                    .notice(
                        severity: .warning,
                        text: "the layout cannot be kept in \(file.path): \(error.localizedDescription)",
                        hint: "it holds until the dashboard is closed"))
            }
        }
    }

    private func listChainFiles() {
        let library = services.library
        let post = post
        tasks.start("chainFiles") { post(.chainFiles(await BlockingWork.run { library.summaries() })) }
    }

    func connection(_ name: String) -> WatchedServer? {
        services.connections.first { $0.name == name }
    }

    /// The outcome of a failure, for people.
    static func outcome(of error: any Error) -> OperationOutcome {
        switch error {
        case let error as ModelManagementError: .failed(sentence: error.sentence, hint: error.hint)
        case is CancellationError: .failed(sentence: "cancelled", hint: nil)
        default: .failed(sentence: "\(error)", hint: nil)
        }
    }
}
