import ChainEngine
import Dashboard
import Foundation
import ModelManagement
import PromptChainCore
import Testing

@testable import DashboardRuntime

/// Effects in, messages out.
@Suite struct EffectRunnerTests {
    private let server = FakeServer()
    private let inbox = Inbox()

    private func runner(library: ChainLibrary = ChainLibrary(folders: [])) -> EffectRunner {
        let services = RuntimeServices(
            connections: [WatchedServer(name: "box", url: "http://box", provider: .ollama, manager: server)],
            chainServers: OneServer(server: server), runOptions: ChainRunOptions(), library: library,
            loadTheme: { _ in .failure(FileFault(file: "x", message: "there is no theme “x”")) }, themeNames: [],
            log: LogHub(), clock: ManualPollClock())
        return EffectRunner(services: services, post: { [inbox] in inbox.take($0) })
    }

    private func outcome(of effect: DashboardEffect, _ runner: EffectRunner) async -> OperationOutcome? {
        runner.perform(effect)
        let message = await inbox.first {
            if case .operationFinished = $0 { true } else { false }
        }
        await runner.close()
        guard case .operationFinished(_, let outcome) = message else { return nil }
        return outcome
    }

    @Test(.timeLimit(.minutes(5))) func aLoadIsToldWhenItIsDone() async {
        let outcome = await outcome(of: .loadModel(server: "box", model: "m", context: 8192), runner())
        #expect(outcome == .succeeded("m loaded in 2.0s"))
        #expect(server.calls.contains("load m 8192"))
    }

    @Test(.timeLimit(.minutes(5))) func anUnloadThatDoesNotHappenSaysSo() async {
        server.set { $0.staysLoaded = true }
        let outcome = await outcome(of: .unloadModel(server: "box", model: "m"), runner())
        #expect(
            outcome
                == .failed(
                    sentence: "cannot unload m on box: it may still be loaded",
                    hint: "a request to it is probably still running; it leaves when that ends"))
    }

    @Test(.timeLimit(.minutes(5))) func aFailureCarriesItsSentenceAndHint() async {
        server.set {
            $0.failure = ModelManagementError(
                kind: .modelNotFound, action: "load m", server: "box", reason: "not there", hint: "pull it")
        }
        let outcome = await outcome(of: .loadModel(server: "box", model: "m", context: nil), runner())
        #expect(outcome == .failed(sentence: "cannot load m on box: not there", hint: "pull it"))
    }

    @Test(.timeLimit(.minutes(5))) func theSameOperationIsNotStartedTwice() async {
        let runner = runner()
        for _ in 0..<5 { runner.perform(.deleteModel(server: "box", model: "m")) }
        _ = await inbox.first { if case .operationFinished = $0 { true } else { false } }
        await runner.close()
        let started = inbox.all.count { if case .operationStarted = $0 { true } else { false } }
        #expect(started == server.calls.count { $0 == "delete m" })
    }

    @Test(.timeLimit(.minutes(5))) func aChainRunsAndItsEventsArriveInOrder() async {
        let chain = "name: One\nsteps:\n  - {name: Only, model: m, instruction: \"Say {input}\"}\n"
        let runner = runner(library: ChainLibrary(folders: [], shipped: [(name: "one.yaml", text: chain)]))
        runner.perform(.startRun(path: "shipped:one.yaml", input: "hello"))
        _ = await inbox.first { if case .runEnded = $0 { true } else { false } }
        await runner.close()
        let records = inbox.records
        #expect(records.map(\.sequence) == Array(1...records.count))
        guard case .runFinished(let result)? = records.last?.event else {
            Issue.record("the last event is \(String(describing: records.last))")
            return
        }
        #expect(result.status == .completed && result.output == "answer of m")
    }

    @Test(.timeLimit(.minutes(5))) func aFileWithoutAChainIsRefusedWithItsFault() async {
        let library = ChainLibrary(folders: [], shipped: [(name: "bad.yaml", text: "steps: 3\n")])
        let outcome = await outcome(of: .startRun(path: "shipped:bad.yaml", input: ""), runner(library: library))
        guard case .failed(let sentence, _)? = outcome else {
            Issue.record("it was started: \(String(describing: outcome))")
            return
        }
        #expect(sentence.hasPrefix("shipped:bad.yaml:1:"))
    }

    @Test(.timeLimit(.minutes(5))) func whereNoHistoryIsKeptTheListSaysWhereThereIsOne() async throws {
        let runner = runner()
        runner.perform(.listRuns)
        let message = await inbox.first { if case .recordedRunsFailed = $0 { true } else { false } }
        await runner.close()
        guard case .recordedRunsFailed(let reason, let hint) = message else { return }
        #expect(reason == "no history is kept here")
        #expect(hint?.contains("promptchain history") == true && hint?.contains("promptchain replay RUN") == true)
    }

    @Test(.timeLimit(.minutes(5))) func quittingEndsWithTheLastMessage() async {
        let runner = runner()
        runner.start()
        runner.perform(.quit(stopRun: true))
        #expect(await inbox.first { $0 == .shutdownComplete } == .shutdownComplete)
    }
}
