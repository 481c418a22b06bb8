import Foundation
import ModelManagement
import PromptChainCore
import ProviderStubs
import Synchronization

/// A clock that stands still until somebody waits on it.
final class TestClock: Sendable {
    private let state = Mutex<(now: Double, waits: [Double])>((0, []))

    /// The waits until now, in seconds.
    var waits: [Double] { state.withLock { $0.waits } }

    /// The time at which it starts.
    static let start = Date(timeIntervalSince1970: 1_795_503_600)

    var timekeeper: Timekeeper {
        Timekeeper(
            now: { Self.start.addingTimeInterval(self.state.withLock { $0.now }) },
            elapsed: { self.state.withLock { $0.now } },
            sleep: { seconds in
                try Task.checkCancellation()
                self.state.withLock {
                    $0.now += seconds
                    $0.waits.append(seconds)
                }
            },
            random: { 0.5 })
    }
}

/// Keeps the lines of a log.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    /// `level label: message`, in order.
    var all: [String] { lines.withLock { $0 } }

    func log(_ provider: ModelProvider, verbose: Bool) -> ManagerLog {
        ManagerLog(provider: provider, verbose: verbose) { level, component, message in
            self.lines.withLock { $0.append("\(level.rawValue) \(component): \(message)") }
        }
    }
}

/// A manager of an Ollama that a stub plays.
struct OllamaFixture {
    let server: StubServer
    let manager: OllamaManager
    let clock: TestClock
    let lines: LogLines

    /// - Parameter timeout: seconds for control calls.
    init(timeout: Double = 10, maxRetries: Int = 3, verbose: Bool = true) async throws {
        server = try await StubServer.start()
        clock = TestClock()
        lines = LogLines()
        let address = ServerAddress(scheme: "http", host: "127.0.0.1", port: server.port)
        manager = OllamaManager(
            configuration: ServerConfiguration(
                name: "box", url: address, timeout: timeout, maxRetries: maxRetries, verbose: verbose),
            log: lines.log(.ollama, verbose: verbose), timekeeper: clock.timekeeper)
        server.on("GET", "/api/version", .json(#"{"version":"0.32.15"}"#))
        server.on("GET", "/api/tags", .json(#"{"models":[]}"#))
        server.on("POST", "/api/show", .json(#"{"model_info":{}}"#))
        server.on("GET", "/api/ps", .json(#"{"models":[]}"#))
    }

    func close() async {
        await manager.shutdown()
        await server.stop()
    }

    /// The paths that were asked for, with their methods, without the readings of loaded models.
    var asked: [String] {
        server.requests.filter { $0.path != "/api/ps" }.map { "\($0.method) \($0.target)" }
    }
}

/// Entries of `/api/ps`.
func loaded(_ entries: String...) -> StubAnswer { .json(#"{"models":[\#(entries.joined(separator: ","))]}"#) }

/// One entry of `/api/ps`.
func entry(
    _ name: String, size: Int = 5_000_000_000, vram: Int = 5_000_000_000, context: Int? = 4096,
    expires: String = "2026-11-24T07:05:00Z", digest: String = "d1"
) -> String {
    let context = context.map { #","context_length":\#($0)"# } ?? ""
    return #"{"name":"\#(name)","model":"\#(name)","size":\#(size),"digest":"\#(digest)","size_vram":\#(vram),"#
        + #""expires_at":"\#(expires)"\#(context)}"#
}
