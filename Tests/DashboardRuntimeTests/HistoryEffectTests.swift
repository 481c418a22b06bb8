import ChainEngine
import Dashboard
import Foundation
import ModelManagement
import PromptChainCore
import Synchronization
import Testing

@testable import DashboardRuntime

/// What the keys behind `R` ask for: runs are listed, opened, left and gone on with.
@Suite(.timeLimit(.minutes(5))) struct HistoryEffectTests {
    /// A feed that says what becomes of it.
    private final class Tape: RunFeed {
        let number: Int
        private let acts = Mutex<[String]>([])
        var all: [String] { acts.withLock { $0 } }

        init(_ number: Int) { self.number = number }

        func start(post: @escaping @Sendable (DashboardMessage) -> Void) {
            acts.withLock { $0.append("start") }
            post(.feed(.waiting("tape \(number)")))
        }
        func stopRun() {}
        func close() { acts.withLock { $0.append("close") } }
        func readStep(_ step: Int, post: @escaping @Sendable (DashboardMessage) -> Void) {
            acts.withLock { $0.append("read \(step)") }
        }
    }

    private static let gone = RunLibrary.Fault(message: "there is no run 9", hint: "R lists them")

    private let inbox = Inbox()
    private let server = FakeServer()
    private let tapes = (0..<3).map { Tape($0) }

    private func summary(_ number: Int, _ state: RecordedRunSummary.State = .completed) -> RecordedRunSummary {
        RecordedRunSummary(
            id: "\(number)", number: number, chain: "Brief", startedAt: 0, state: state, steps: 2, stepsDone: 1)
    }

    private func runner(
        list: @escaping @Sendable () throws(RunLibrary.Fault) -> [RecordedRunSummary] = { [] },
        resume: @escaping @Sendable (String) throws(RunLibrary.Fault) -> RunLibrary.Resumable = {
            (_) throws(RunLibrary.Fault) in throw Self.gone
        }
    ) -> EffectRunner {
        let tapes = tapes
        let summaries = (0..<3).map { summary($0) }
        let library = RunLibrary(
            list: list,
            open: { (id) throws(RunLibrary.Fault) in
                guard let number = Int(id), tapes.indices.contains(number) else { throw Self.gone }
                return RunLibrary.Opened(
                    run: summaries[number],
                    description: FeedDescription(kind: .replay(ReplayStart()), name: "run \(id)"), feed: tapes[number])
            }, resume: resume)
        let services = RuntimeServices(
            connections: [WatchedServer(name: "box", url: "http://box", provider: .ollama, manager: server)],
            chainServers: OneServer(server: server), runOptions: ChainRunOptions(), library: ChainLibrary(folders: []),
            loadTheme: { _ in .failure(FileFault(file: "x", message: "there is no theme")) }, themeNames: [],
            log: LogHub(), history: library, clock: ManualPollClock())
        return EffectRunner(services: services, post: { [inbox] in inbox.take($0) })
    }

    @Test func runsAreListed() async {
        let runs = [summary(2, .died), summary(1)]
        let runner = runner(list: { runs })
        runner.perform(.listRuns)
        let message = await inbox.first { if case .recordedRuns = $0 { true } else { false } }
        await runner.close()
        #expect(message == .recordedRuns(runs))
    }

    @Test func whyTheyCannotBeListedIsSaid() async {
        let runner = runner(list: { () throws(RunLibrary.Fault) in
            throw RunLibrary.Fault(message: "the history cannot be read", hint: "it may be locked")
        })
        runner.perform(.listRuns)
        let message = await inbox.first { if case .recordedRunsFailed = $0 { true } else { false } }
        await runner.close()
        #expect(message == .recordedRunsFailed(reason: "the history cannot be read", hint: "it may be locked"))
    }

    @Test func oneThatIsOpenedEndsTheOneBeforeAndIsReadFromThenOn() async {
        let runner = runner()
        runner.perform(.openRun(id: "0"))
        _ = await inbox.first { $0 == .feed(.waiting("tape 0")) }
        runner.perform(.readStep(2))
        runner.perform(.openRun(id: "1"))
        _ = await inbox.first { $0 == .feed(.waiting("tape 1")) }
        #expect(tapes[0].all == ["start", "read 2", "close"])
        #expect(tapes[1].all == ["start"])
        // The run is said before anything of it is.
        let opened = inbox.all.compactMap { message -> String? in
            switch message {
            case .runOpened(let run, let description): "\(run.id) as \(description.name)"
            case .feed(.waiting(let text)): text
            default: nil
            }
        }
        #expect(opened == ["0 as run 0", "tape 0", "1 as run 1", "tape 1"])
        runner.perform(.leaveRun)
        #expect(tapes[1].all == ["start", "close"])
        #expect(runner.shownFeed == nil)
        await runner.close()
    }

    @Test func oneThatCannotBeOpenedLeavesWhatIsShown() async {
        let runner = runner()
        runner.perform(.openRun(id: "0"))
        _ = await inbox.first { $0 == .feed(.waiting("tape 0")) }
        runner.perform(.openRun(id: "9"))
        let notice = await inbox.first { if case .notice = $0 { true } else { false } }
        #expect(notice == .notice(severity: .warning, text: "there is no run 9", hint: "R lists them"))
        #expect(tapes[0].all == ["start"])
        await runner.close()
    }

    @Test func oneThatGoesOnRunsFromWhereItWas() async throws {
        let file = ChainFile.parse(
            """
            name: Brief
            steps:
              - {name: First, model: m, instruction: "Say {input}"}
              - {name: Second, model: m, instruction: "Then {input}"}
            """, file: "brief.yaml")
        let chain = try #require(file.chain)
        let run = RunLibrary.Resumable(
            chain: chain, input: "hello", options: ChainRunOptions(),
            resumed: ResumedRun(
                id: "abc", point: ResumePoint(fromStep: 2, outputs: [1: "what was"], sequence: 7)))
        let runner = runner(resume: { _ in run })
        runner.perform(.openRun(id: "0"))
        _ = await inbox.first { $0 == .feed(.waiting("tape 0")) }
        runner.perform(.resumeRun(id: "abc"))
        _ = await inbox.first { if case .runEnded = $0 { true } else { false } }
        await runner.close()
        #expect(tapes[0].all == ["start", "close"])
        #expect(inbox.all.contains(.runLeft))
        let records = inbox.records
        #expect(records.first?.sequence == 8)
        #expect(records.allSatisfy { $0.run == "abc" })
        let steps = records.compactMap { record in
            if case .stepStarted(let step, _, _, _, _) = record.event { step } else { nil }
        }
        #expect(steps == [2])
    }

    @Test func whyOneCannotGoOnIsSaidAndNothingIsLeft() async {
        let runner = runner()
        runner.perform(.openRun(id: "0"))
        _ = await inbox.first { $0 == .feed(.waiting("tape 0")) }
        runner.perform(.resumeRun(id: "9"))
        let message = await inbox.first { if case .operationFinished = $0 { true } else { false } }
        #expect(
            message
                == .operationFinished(
                    .startRun(path: "9"), .failed(sentence: "there is no run 9", hint: "R lists them")))
        #expect(tapes[0].all == ["start"] && !inbox.all.contains(.runLeft))
        await runner.close()
    }
}
