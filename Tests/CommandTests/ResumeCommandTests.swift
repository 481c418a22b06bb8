import Foundation
import PromptChainCore
import RunHistory
import Testing

/// A run that has ended goes on where it ended.
struct ResumeCommandTests {
    private let folder = TestFolder()

    private func resume(_ arguments: String..., on server: Simulation) async throws -> ProgramRun.Result {
        try await ProgramRun.result(["resume"] + arguments + ["--server", server.url], in: folder)
    }

    /// The second model says a few words and then nothing, the time that the run is killed.
    private static let hang = "hang:after=3,times=1,model=qwen2.5:32b"

    /// Kills a run of the research chain in its second step, without a warning.
    private func kill(_ chain: String, on server: Simulation) async throws {
        let run = try ProgramRun(["run", chain, "--server", server.url, "--plain", "--input", "Why?"], in: folder)
        #expect(await run.says("2/3 Deep"))
        // It is killed in the middle of the second step's text, which is written once a second.
        let archive = HistoryArchive(path: folder.path("state/promptchain/history.db"))
        func writesTheSecondStep() throws -> Bool {
            guard let run = try archive.run(matching: "latest") else { return false }
            return try archive.events(of: run.id, after: 0, limit: .max).contains {
                if case .token(2, _, _) = $0.event { true } else { false }
            }
        }
        while try !writesTheSecondStep() { try await Task.sleep(for: .milliseconds(5)) }
        #expect(try archive.run(matching: "latest")?.stepsDone == 1)
        run.signal(SIGKILL)
        #expect(await run.end().status == 128 + SIGKILL)
    }

    @Test(.timeLimit(.minutes(3)))
    func killedAndResumedGivesTheSameOutput() async throws {
        let chain = try folder.write(Chains.plainResearch, to: "chain.yaml")
        let whole = try await Simulation.run { server in
            try await ProgramRun.result(
                "run", chain, "--server", server.url, "--plain", "--input", "Why?", in: folder)
        }
        #expect(whole.status == 0, "\(whole)")
        try await Simulation.run(faults: Self.hang) { server in
            try await kill(chain, on: server)
            let listed = try await ProgramRun.result("history", "list", "--json", in: folder).json()
            #expect(listed["runs"]?.arrayValue?.map { $0["status"] } == ["died", "completed"])
            let resumed = try await resume("latest", "--plain", on: server)
            #expect(resumed.status == 0, "\(resumed)")
            #expect(resumed.output == whole.output)
            #expect(resumed.errors.contains("Research: going on with step 2 (run "))
            #expect(!resumed.errors.contains("1/3 Quick"))
            // It is the same run, and now completed.
            let archive = HistoryArchive(path: folder.path("state/promptchain/history.db"))
            let runs = try archive.runs(limit: 10)
            #expect(runs.map(\.status) == [.completed, .completed])
            let events = try archive.events(of: runs[0].id, after: 0, limit: 10_000)
            let beginnings = events.filter { if case .runStarted = $0.event { true } else { false } }
            let parts = events.compactMap { record -> Double? in
                if case .runResumed(2, let seconds?) = record.event { seconds } else { nil }
            }
            #expect(beginnings.count == 2 && parts.count == 1)
            // What it took is both parts, without the time between them.
            guard case .runFinished(let result)? = events.last?.event, let first = parts.first else { return }
            let second = try #require(beginnings.last).time
            let took = (events.last?.time.timeIntervalSince(second) ?? 0) + first
            let seconds = try #require(runs[0].seconds)
            #expect(seconds >= took - 0.01)
            #expect(seconds < runs[0].finishedAt?.timeIntervalSince(runs[0].startedAt) ?? 0)
            #expect(result.seconds > first)
            #expect(events.map(\.sequence) == events.map(\.sequence).sorted())
            #expect(Set(events.map(\.sequence)).count == events.count)
            // What the killed process had loaded stays until its keep-alive ends.
            while try await !server.loaded().isEmpty {}
            let again = try await resume("latest", on: server)
            #expect(again.status == 1)
            #expect(again.errors.contains("is completed: there is nothing to go on with"))
        }
    }

    @Test(.timeLimit(.minutes(3)))
    func aFailedRunGoesOnWhenTheFaultIsMended() async throws {
        try await Simulation.run { server in
            let chain = try folder.write(
                """
                name: Research
                steps:
                  - {name: Quick, model: "mistral:7b", instruction: "Analyse: {input}"}
                  - {name: Check, command: [cat, "\(folder.path("facts"))"]}
                """, to: "chain.yaml")
            let failed = try await ProgramRun.result(
                "run", chain, "--server", server.url, "--input", "Why?", in: folder)
            #expect(failed.status == 1, "\(failed)")
            _ = try folder.write("They are true.", to: "facts")
            let resumed = try await resume("1", "--json", on: server)
            #expect(resumed.status == 0, "\(resumed)")
            let events = try resumed.jsonLines()
            #expect(events.map { $0["event"] }.contains("run_resumed"))
            #expect((events.first?["seq"]?.integerValue ?? 0) > 3)
            #expect(events.last?["output"] == "They are true.")
            #expect(!events.contains { $0["event"] == "step_started" && $0["step"] == 1 })
        }
    }

    @Test(.timeLimit(.minutes(3)))
    func aChangedChainIsRefused() async throws {
        try await Simulation.run(faults: Self.hang) { server in
            let chain = try folder.write(Chains.plainResearch, to: "chain.yaml")
            try await kill(chain, on: server)
            _ = try folder.write(
                Chains.plainResearch.replacing("Sum up:", with: "In one word:").replacing(
                    "name: Deep", with: "name: Long"
                )
                .replacing("{steps.Quick}", with: "{input}"), to: "chain.yaml")
            let refused = try await resume("latest", on: server)
            #expect(refused.status == 1)
            #expect(
                refused.errors.contains(
                    "its chain has changed since\n  \(chain) is not what it was: "
                        + "step “Deep” is gone, step “Long” is new, step “Final” is another"))
            #expect(refused.errors.contains("--force goes on with the chain as it is now"))
            let forced = try await resume("latest", "--force", "--plain", on: server)
            #expect(forced.status == 0, "\(forced)")
            #expect(forced.errors.contains("going on with step 2"))
            #expect(forced.errors.contains("2/3 Long"))
            try FileManager.default.removeItem(atPath: chain)
        }
    }

    @Test
    func runsThatCannotGoOn() async throws {
        let history = RecordedHistory()
        var broken = history.run("broken")
        history.record(broken, [(0, .runFinished(.init(status: .broken, output: "enough")))])
        var alive = history.run("alive")
        alive.processID = ProcessInfo.processInfo.processIdentifier
        history.record(alive, [])
        var far = history.run("far")
        far.host = "gpu-box.example"
        history.record(far, [])
        broken = history.run("fileless")
        broken.file = nil
        history.record(broken, [])
        history.record(history.run("moved"), [])
        for (id, sentence) in [
            ("broken", "run broken was ended by a rule of its chain: there is nothing to go on with"),
            ("alive", "run alive still runs, in process \(alive.processID)"),
            ("far", "run far ran on gpu-box.example: whether it still does cannot be seen from here"),
            ("fileless", "run fileless cannot go on: its chain came from no file"),
            ("moved", "run moved cannot go on: /chains/research.yaml is gone"),
            ("nothing", "there is no run “nothing”"),
        ] {
            let result = try await history.ask("resume", id, "--plain")
            #expect(result.status == 1)
            #expect(result.errors.hasPrefix("promptchain: \(sentence)\n  "), "\(result)")
            #expect(result.output.isEmpty)
        }
    }

    @Test
    func aRunThatDiedAfterItsLastStepIsEnded() async throws {
        let history = RecordedHistory()
        let chain = try history.folder.write(Chains.oneStep(isManaged: false), to: "chain.yaml")
        var run = history.run("late")
        run.file = chain
        run.files = [
            RecordedFile(path: chain, digest: ContentDigest.sha256(Data(Chains.oneStep(isManaged: false).utf8)))
        ]
        history.record(
            run,
            [
                (0, .runStarted(.init(chain: "Short", steps: ["Only"], models: ["mistral:7b"]))),
                (1, .stepStarted(step: 1, name: "Only", model: "mistral:7b", prompt: "Say: Why?")),
                (2, .stepFinished(.init(step: 1, output: "Because."))),
            ])
        let result = try await history.ask("resume", "late", "--plain")
        #expect(result.status == 0, "\(result)")
        #expect(result.output == "Because.\n")
        #expect(result.errors == "every step of run late was done when its process ended: this is its output\n")
        #expect(try HistoryArchive(path: history.file).run(matching: "late")?.status == .completed)
    }
}
