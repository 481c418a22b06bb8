import Foundation
import OllamaSimulator
import PromptChainCore
import Testing

/// Several programs on one server: none takes a model away from another, and none leaves a lock behind.
struct SharingTests {
    private static let slow = """
        name: Slow
        model_management: {enabled: true}
        steps:
          - {name: Only, model: "mistral:7b", instruction: "Say: {input}"}

        """

    /// Runs a chain in a process of its own until its model generates, and does something meanwhile.
    private func whileAChainRuns(
        _ work: (Simulation, TestFolder, ProgramRun) async throws -> Void
    ) async throws {
        // Not so fast that the lease of five simulated minutes ends while the test runs.
        try await Simulation.run(speed: 5, faults: "hang:path=/api/chat") { server in
            let folder = TestFolder()
            let chain = try folder.write(Self.slow, to: "slow.yaml")
            let run = try ProgramRun(
                ["run", chain, "--input", "x", "--json", "--server", server.url], in: folder)
            #expect(await run.prints("\"model_loaded\""))
            do {
                try await work(server, folder, run)
            } catch {
                run.signal(SIGKILL)
                _ = await run.end()
                throw error
            }
            run.signal(SIGKILL)
            _ = await run.end()
        }
    }

    @Test
    func aModelInUseIsNotUnloaded() async throws {
        try await whileAChainRuns { server, folder, _ in
            let one = try await ProgramRun.result("unload", "mistral:7b", "--server", server.url, in: folder)
            #expect(one.status == 1, "\(one)")
            #expect(one.errors.hasPrefix("promptchain: mistral:7b was not unloaded: it is used by promptchain run "))
            #expect(one.errors.contains("slow.yaml (process "))
            #expect(one.errors.contains("--force unloads it all the same"))
            let all = try await ProgramRun.result(
                "unload", "--all", "--yes", "--json", "--server", server.url, in: folder)
            #expect(all.status == 1)
            let model = try all.json()["models"]?.arrayValue?.first
            #expect(model?["unloaded"] == false)
            #expect(model?["used_by"]?.stringValue?.hasPrefix("promptchain run ") == true)
            #expect(try await server.loaded() == ["mistral:7b"])
        }
    }

    @Test
    func aChainThatIsKilledLeavesNoLockAndIsReported() async throws {
        try await whileAChainRuns { server, folder, run in
            run.signal(SIGKILL)
            #expect(await run.end().status == 128 + SIGKILL)
            let doctor = try await ProgramRun.result("doctor", "--json", "--server", server.url, in: folder)
            #expect(doctor.status == 1, "\(doctor)")
            let left = try doctor.json()["leftovers"]?.arrayValue
            #expect(left?.map { $0["name"] } == ["mistral:7b"])
            let unload = try await ProgramRun.result("unload", "mistral:7b", "--server", server.url, in: folder)
            #expect(unload.status == 0, "\(unload)")
            let after = try await ProgramRun.result("doctor", "--json", "--server", server.url, in: folder)
            #expect(try after.json()["leftovers"] == [])
        }
    }

    @Test
    func theSecondChainUsesTheModelOnAndTheFirstDoesNotTakeItAway() async throws {
        try await whileAChainRuns { server, folder, run in
            let second = try ProgramRun(
                ["run", folder.path("slow.yaml"), "--input", "x", "--json", "--server", server.url], in: folder)
            #expect(await second.prints("\"step_started\""))
            // The first one is asked to stop and cleans up: the model stays, since the second one uses it.
            run.signal(SIGTERM)
            #expect(await run.end().status == 143)
            #expect(try await server.loaded() == ["mistral:7b"])
            second.signal(SIGTERM)
            #expect(await second.end().status == 143)
            let doctor = try await ProgramRun.result("doctor", "--json", "--server", server.url, in: folder)
            #expect(try doctor.json()["leftovers"] == [])
        }
    }
}
