import Foundation
import Logging
import PromptChainCore
import Synchronization
import Testing

@testable import DashboardRuntime

@Suite struct LogHubTests {
    private func line(_ level: LogLine.Level, _ component: String, _ message: String = "x") -> LogLine {
        LogLine(time: Date(timeIntervalSince1970: 0), level: level, component: component, message: message)
    }

    @Test func theLevelOfTheNearestComponentCounts() {
        let hub = LogHub(defaultLevel: .warning, levels: ["promptchain": .info, "promptchain.ollama": .debug])
        #expect(hub.level(of: "promptchain.ollama.http") == .debug)
        #expect(hub.level(of: "promptchain.chain") == .info)
        #expect(hub.level(of: "other") == .warning)
    }

    @Test func aWishLetsMoreThroughAndNeverLess() {
        let hub = LogHub(defaultLevel: .info, levels: ["promptchain.http": .error])
        hub.wish(.debug, of: "ollama")
        #expect(hub.level(of: "promptchain.ollama_model_manager") == .debug)
        #expect(hub.level(of: "promptchain.chain") == .info)
        hub.wish(.error, of: "ollama")
        #expect(hub.level(of: "promptchain.ollama_model_manager") == .info)
        hub.wish(.trace, of: nil)
        #expect(hub.level(of: "promptchain.http.pool") == .trace)
        #expect(hub.level(of: "promptchain.ollama_model_manager") == .info)
    }

    @Test func listenersGetWhatIsKept() {
        let seen = Mutex<[String]>([])
        let hub = LogHub(defaultLevel: .info)
        let token = hub.addListener { line in seen.withLock { $0.append(line.message) } }
        hub.write(line(.debug, "a", "hidden"))
        hub.write(line(.info, "a", "shown"))
        hub.logger("promptchain.x").error("through swift-log")
        hub.removeListener(token)
        hub.write(line(.error, "a", "too late"))
        #expect(seen.withLock { $0 } == ["shown", "through swift-log"])
    }

    @Test func aLineInTheFileStaysOneLineAndHoldsNoEscapes() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = LogFile(path: folder.appendingPathComponent("log/p.log").path)
        file.write(line(.info, "c", "one\ntwo \u{1B}[31mred"))
        file.flush()
        let text = try String(contentsOfFile: file.path, encoding: .utf8)
        #expect(text == "1970-01-01T00:00:00.000Z info c: one⏎two \u{FFFD}[31mred\n")
    }

    @Test func aFullFileIsSetAside() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = LogFile(path: folder.appendingPathComponent("p.log").path, limit: 60)
        for index in 0..<4 { file.write(line(.info, "c", "line \(index)")) }
        file.flush()
        #expect(try String(contentsOfFile: file.path, encoding: .utf8).contains("line 3"))
        #expect(FileManager.default.fileExists(atPath: file.path + ".1"))
    }

    @Test func aFileThatCannotBeWrittenIsGivenUp() {
        let file = LogFile(path: "/proc/nowhere/p.log")
        file.write(line(.info, "c"))
        file.flush()
    }
}
