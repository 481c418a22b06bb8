import ChainEngine
import Dashboard
import DashboardTestSupport
import Foundation
import ModelManagement
import OllamaSimulator
import PromptChainCore
import SimulatorTestSupport
import Synchronization

@testable import DashboardRuntime

/// A dashboard in front of a simulated Ollama, with everything between them as in the program: manager, reader, effects.
/// Time passes for the dashboard when a test says so.
final class SimulatedBench {
    private final class Shared: Sendable {
        let messages = Mutex<[DashboardMessage]>([])
        let passed = Mutex(0.0)

        func now() -> Date { Date().addingTimeInterval(passed.withLock { $0 }) }
    }

    private struct OneServer: ChainServers {
        var manager: any ChainServer
        func manager(for step: ServerRequest) async throws -> any ChainServer { manager }
    }

    let server: SimulatedServer
    let url: String
    /// Another client of the server.
    let stranger: OllamaManager
    private(set) var journey: JourneyDriver
    /// The newest reading.
    private(set) var last: ServerSnapshot?
    private let reader: SnapshotReader
    private let runner: EffectRunner
    private let shared = Shared()
    private let start = ProcessInfo.processInfo.systemUptime

    private init(
        vram: Int64, faults: [String], usualLoad: (model: ModelName, seconds: Double)?
    ) async throws {
        server = try SimulatedServer(
            configuration: SimulatorConfiguration(
                vramBytes: vram, speed: 1, faults: try faults.map { try SimulatedFault(parsing: $0) }),
            time: SteppedTime())
        try await server.start()
        url = await server.url
        guard let address = ServerAddress(url) else { throw CancellationError() }
        let manager = OllamaManager(configuration: ServerConfiguration(name: "box", url: address))
        stranger = OllamaManager(configuration: ServerConfiguration(name: "stranger", url: address))
        var measurements = Measurements()
        if let usualLoad {
            let weights = try await manager.describe(usualLoad.model).weights ?? ""
            measurements.add(
                .load(
                    MeasuredModel(
                        server: manager.address, weights: weights, serverVersion: try await manager.version()),
                    seconds: usualLoad.seconds, isWarm: false))
        }
        let (known, shared) = (measurements, shared)
        let connection = WatchedServer(
            name: "box", url: url, provider: .ollama, manager: manager, capacityBytes: vram > 0 ? vram : nil,
            libraryWatch: ServerLibraryWatch(
                address: manager.address, measurements: { known }, installed: { try await manager.installedModels() },
                describe: { try await manager.describe($0) }, now: { shared.now().timeIntervalSince1970 }))
        reader = SnapshotReader(connection: connection, now: { shared.now() })
        runner = EffectRunner(
            services: RuntimeServices(
                connections: [connection], chainServers: OneServer(manager: manager), runOptions: ChainRunOptions(),
                library: ChainLibrary(folders: []),
                loadTheme: { _ in .failure(FileFault(file: "x", message: "no theme")) }, themeNames: [],
                log: LogHub()), post: { message in shared.messages.withLock { $0.append(message) } })
        journey = JourneyDriver(servers: [connection.description])
    }

    /// Does something with a bench, and takes it down.
    static func with(
        vram: Int64 = 48 << 30, faults: String..., usualLoad: (model: ModelName, seconds: Double)? = nil,
        _ work: (SimulatedBench) async throws -> Void
    ) async throws {
        let bench = try await SimulatedBench(vram: vram, faults: faults, usualLoad: usualLoad)
        do {
            bench.pass(0)
            try await work(bench)
            await bench.close()
        } catch {
            await bench.close()
            throw error
        }
    }

    private func close() async {
        await server.stop()
        await runner.close()
    }

    /// Lets time pass for the dashboard.
    func pass(_ seconds: Double) {
        let passed = shared.passed.withLock { passed in
            passed += seconds
            return passed
        }
        let uptime = ProcessInfo.processInfo.systemUptime - start + passed
        journey.send(.tick(uptime: uptime, clock: shared.now().timeIntervalSince1970))
    }

    /// Asks the server, as the poller does, a second later.
    func read(after seconds: Double = 1) async {
        pass(seconds)
        let snapshot = await reader.read()
        last = snapshot
        journey.send(.snapshot(snapshot))
    }

    /// What the poller tells while an answer takes long.
    func wait() async {
        pass(1)
        journey.send(.snapshot(await reader.waiting()))
    }

    /// Presses keys, and does what they ask for.
    func press(_ keys: String) { for effect in journey.press(keys) { runner.perform(effect) } }

    func type(_ text: String) { journey.type(text) }

    func perform(_ effect: DashboardEffect) { runner.perform(effect) }

    /// Lets messages of the runner come until one fits; the test's own time limit ends a wait in vain.
    func messages(until fits: (DashboardMessage) -> Bool) async {
        while true {
            let new = shared.messages.withLock { messages in
                defer { messages = [] }
                return messages
            }
            for message in new {
                journey.send(message)
                if fits(message) { return }
            }
            // Not a yield: the server's time goes on when nobody has anything to do.
            try? await Task.sleep(for: .milliseconds(2))
        }
    }

    /// The line under the header.
    var line: String { journey.lines[1].trimmingCharacters(in: .whitespaces) }

    func shows(_ text: String) -> Bool { journey.shows(text) }
}
