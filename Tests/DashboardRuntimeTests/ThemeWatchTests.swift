import ChainEngine
import Dashboard
import Foundation
import PromptChainCore
import Synchronization
import Testing

@testable import DashboardRuntime

/// A theme of the user's own, and what becomes of it when its file changes.
@Suite struct ThemeWatchTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("themes-\(UUID().uuidString)")

    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private func write(_ text: String, _ name: String) throws {
        try text.write(to: folder.appendingPathComponent(name + ".yaml"), atomically: true, encoding: .utf8)
    }

    @Test func aChangeIsSeenOnce() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try write("name: base\ninherits: midnight\nroles:\n  text: white\n", "base")
        try write("name: mine\ninherits: base # mine\nroles:\n  accent: red\n", "mine")
        let library = ThemeLibrary(folder: folder.path)
        #expect(library.files(of: "mine").count == 2)
        #expect(library.files(of: "midnight").isEmpty)
        let watch = ThemeWatch(files: { library.files(of: $0) })
        watch.use("mine")
        #expect(watch.isNeeded && watch.changed() == nil)
        try write("name: base\ninherits: midnight\nroles:\n  text: green\n", "base")
        #expect(watch.changed() == "mine")
        #expect(watch.changed() == nil)
        try FileManager.default.removeItem(at: folder.appendingPathComponent("mine.yaml"))
        #expect(watch.changed() == nil)
        try write("name: mine\ninherits: base\nroles:\n  accent: blue\n", "mine")
        #expect(watch.changed() == "mine")
        watch.use("midnight")
        #expect(!watch.isNeeded && watch.changed() == nil)
    }

    @Test(.timeLimit(.minutes(5))) func theDashboardGetsTheNewThemeAndKeepsTheOldOneOverAFault() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try write("name: mine\ninherits: midnight\nroles:\n  accent: red\n", "mine")
        let library = ThemeLibrary(folder: folder.path)
        let heard = Mutex<[DashboardMessage]>([])
        func first(_ fits: (DashboardMessage) -> Bool) async -> DashboardMessage {
            while true {
                if let found = heard.withLock({ $0.first(where: fits) }) { return found }
                await Task.yield()
            }
        }
        var services = RuntimeServices(
            connections: [], chainServers: NoServers(), runOptions: ChainRunOptions(),
            library: ChainLibrary(folders: []), loadTheme: { library.load($0) }, themeNames: [], log: LogHub())
        services.themeFiles = { library.files(of: $0) }
        services.listThemes = { library.names }
        let runner = EffectRunner(services: services, post: { message in heard.withLock { $0.append(message) } })
        runner.perform(.selectTheme("mine"))
        _ = await first { if case .themeLoaded = $0 { true } else { false } }
        heard.withLock { $0 = [] }
        while !runner.tasks.isRunning("themeWatch") { await Task.yield() }
        try write("name: mine\ninherits: midnight\nroles:\n  acent: red\n", "mine")
        let notice = await first { if case .notice = $0 { true } else { false } }
        #expect(
            notice
                == .notice(
                    severity: .warning,
                    text: "the theme stays as it was: \(folder.path)/mine.yaml:4:3: unknown role `acent`",
                    hint: "did you mean `accent`?"))
        #expect(!heard.withLock { $0.contains { if case .themeLoaded = $0 { true } else { false } } })
        try write("name: mine\ninherits: midnight\nroles:\n  accent: blue bold\n", "mine")
        _ = await first { if case .themeLoaded = $0 { true } else { false } }
        runner.perform(.listThemes)
        let themes = await first { if case .themes = $0 { true } else { false } }
        #expect(themes == .themes(library.names))
        await runner.close()
    }

    private struct NoServers: ChainServers {
        func manager(for step: ServerRequest) async throws -> any ChainServer { throw CancellationError() }
    }
}
