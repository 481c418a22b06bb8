import ChainEngine
import Dashboard
import Foundation
import ModelManagement
import PromptChainCore
import Testing

@testable import DashboardRuntime

/// What the keys of an operator do behind the screen.
@Suite struct OperatorEffectTests {
    private let server = FakeServer()
    private let other = FakeServer()
    private let inbox = Inbox()

    private func runner(locks: String? = nil) -> EffectRunner {
        let services = RuntimeServices(
            connections: [
                WatchedServer(name: "box", url: "http://box", provider: .ollama, manager: server),
                WatchedServer(name: "other", url: "http://other", provider: .ollama, manager: other),
            ],
            chainServers: OneServer(server: server), runOptions: ChainRunOptions(), library: ChainLibrary(folders: []),
            loadTheme: { _ in .failure(FileFault(file: "x", message: "there is no theme")) }, themeNames: [],
            log: LogHub(), locks: locks, clock: ManualPollClock())
        return EffectRunner(services: services, post: { [inbox] in inbox.take($0) })
    }

    @Test(.timeLimit(.minutes(5))) func whatAModelTakesIsAskedForAndTold() async {
        let runner = runner()
        runner.perform(.describeModel(server: "box", model: "m"))
        let outlook = await inbox.first { message -> ModelOutlook? in
            if case .modelOutlook("box", let outlook) = message { outlook } else { nil }
        }
        await runner.close()
        #expect(outlook == ModelOutlook("m", outlook.description, basis: .init(server: "http://box:11434")))
        #expect(outlook.description?.model.name == "m")
    }

    @Test(.timeLimit(.minutes(5))) func aServerThatHangsHoldsUpNoOther() async {
        let gate = FakeServer.Gate()
        server.set { $0.gate = gate }
        let runner = runner()
        runner.start()
        let ready = await inbox.first { message -> ServerSnapshot? in
            if case .snapshot(let snapshot) = message, snapshot.state == .ready { snapshot } else { nil }
        }
        #expect(ready.name == "other")
        // And what is asked of the other one is done.
        runner.perform(.loadModel(server: "other", model: "m", context: nil, keepAlive: .seconds(60)))
        let outcome = await inbox.first { message -> OperationOutcome? in
            if case .operationFinished(.load("other", _), let outcome) = message { outcome } else { nil }
        }
        #expect(outcome == .succeeded("m loaded in 2.0s"))
        gate.open()
        await runner.close()
    }

    @Test(.timeLimit(.minutes(5))) func aModelThatAnotherChainUsesIsLeftAloneAndItsUserNamed() async throws {
        try await withLock(on: "m") { folder, process in
            let runner = runner(locks: folder)
            runner.perform(.unloadModel(server: "box", model: "m"))
            let (sentence, hint) = try #require(await failure())
            await runner.close()
            #expect(
                sentence.hasPrefix("cannot unload m on box: python3") && sentence.hasSuffix("uses it"), "\(sentence)")
            #expect(sentence.contains("process \(process)"))
            #expect(hint?.contains("promptchain unload --force m") == true)
            #expect(!server.calls.contains("unload m"))
        }
    }

    @Test(.timeLimit(.minutes(5))) func unloadingAllLeavesAloneWhatAnotherChainUsesAndNamesItsUser() async throws {
        try await withLock(on: "m") { folder, process in
            let runner = runner(locks: folder)
            runner.perform(.unloadAll(server: "box"))
            let (sentence, hint) = try #require(await failure())
            await runner.close()
            #expect(
                sentence.hasPrefix("cannot unload m on box: python3") && sentence.hasSuffix("uses it"), "\(sentence)")
            #expect(sentence.contains("process \(process)"))
            #expect(hint?.hasPrefix("the other one is unloaded; ") == true)
            #expect(server.calls.contains("unload n") && !server.calls.contains("unload m"))
        }
    }

    /// The sentence and hint of what was asked for and failed; `nil` when it did not fail.
    private func failure() async -> (sentence: String, hint: String?)? {
        let outcome = await inbox.first { message -> OperationOutcome? in
            if case .operationFinished(_, let outcome) = message { outcome } else { nil }
        }
        guard case .failed(let sentence, let hint) = outcome else { return nil }
        return (sentence, hint)
    }

    /// Two models are in memory, `m` and `n`, of which another process uses one.
    private func withLock(
        on model: String, _ body: (_ folder: String, _ process: Int32) async throws -> Void
    ) async throws {
        #if os(Linux)
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("locks-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let lock = ModelLock(folder: folder.path, server: "http://box", weights: "\(model):latest")
            // The file is there once somebody has held it.
            try lock.claim()?.release()
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = [
                "python3", "-c",
                "import fcntl,sys; f=open(sys.argv[1]); fcntl.flock(f, fcntl.LOCK_SH); print(1, flush=True); input()",
                lock.path,
            ]
            let (input, output) = (Pipe(), Pipe())
            (process.standardInput, process.standardOutput) = (input, output)
            try process.run()
            defer {
                try? input.fileHandleForWriting.close()
                process.waitUntilExit()
            }
            _ = output.fileHandleForReading.availableData
            server.set {
                $0.models = ["m", "n"].map {
                    ModelInfo(name: ModelName($0), provider: .ollama, server: "box", isLoaded: true)
                }
            }
            try await body(folder.path, process.processIdentifier)
        #endif
    }
}
