import Foundation
import PromptChainCore
import Testing

/// A chain during which something breaks: it says what, keeps the text so far, and leaves no model loaded.
struct RunFaultTests {
    /// Something that breaks in the second step.
    struct Break: Sendable, CustomTestStringConvertible {
        var fault: String
        var says: String
        var keepsText = true

        var testDescription: String { fault }
    }

    static let breaks = [
        Break(fault: "cut-stream:after=5", says: "the connection broke off in the middle of the answer"),
        Break(fault: "error-line:after=5", says: "an error was encountered while running the model"),
        Break(fault: "malformed-line:after=5", says: "the server sent a line that is no JSON"),
        Break(fault: "load-fails:message=out of memory", says: "out of memory", keepsText: false),
        Break(fault: "500", says: "internal server error", keepsText: false),
    ]

    @Test(arguments: breaks)
    func secondStep(_ broken: Break) async throws {
        let separator = broken.fault.contains(":") ? "," : ":"
        try await Simulation.run(faults: broken.fault + separator + "model=qwen2.5:32b") { server in
            let folder = TestFolder()
            let chain = try folder.write(Chains.plainResearch, to: "chain.yaml")
            let arguments = ["run", chain, "--input", "Why?", "--server", server.url]
            let result = try await ProgramRun.result(arguments, in: folder)
            #expect(result.status == 1)
            #expect(result.output.isEmpty)
            #expect(result.errors.contains(broken.says), "\(result)")
            #expect(result.errors.contains("its text so far:") == broken.keepsText)
            #expect(result.errors.contains("Research: failed in step 2 after "))
            #expect(result.errors.contains("nothing that this chain loaded is left in VRAM"))
            let last = try #require(try await ProgramRun.result(arguments + ["--json"], in: folder).jsonLines().last)
            #expect(last["status"] == "failed")
            #expect(last["error"]?.stringValue?.contains(broken.says) == true)
            #expect(last["final_vram_bytes"] == 0)
            #expect(try await server.loaded().isEmpty)
        }
    }

    @Test(arguments: [(15, 143), (2, 130), (1, 129)] as [(Int32, Int32)])
    func signalInTheSecondStep(number: Int32, status: Int32) async throws {
        try await Simulation.run(faults: "hang:after=3,model=deepseek-r1:70b") { server in
            let folder = TestFolder()
            let chain = try folder.write(Chains.research, to: "chain.yaml")
            let run = try ProgramRun(["run", chain, "--input", "Why?", "--server", server.url], in: folder)
            #expect(await run.says("loaded deepseek-r1:70b"))
            run.signal(number)
            let result = await run.end()
            #expect(result.status == status, "\(result)")
            #expect(result.output.isEmpty)
            #expect(
                result.errors.contains(": stopping, and unloading what the chain loaded; once more ends it at once\n"))
            #expect(result.errors.contains("Research: cancelled after "))
            #expect(try await server.loaded().isEmpty)
        }
    }

    @Test
    func secondSignalEndsAtOnce() async throws {
        try await Simulation.run(faults: "hang:after=3", "unload-never-frees") { server in
            let folder = TestFolder()
            let chain = try folder.write(Chains.oneStep(isManaged: true), to: "chain.yaml")
            let run = try ProgramRun(["run", chain, "--input", "Why?", "--server", server.url], in: folder)
            #expect(await run.says("loaded mistral:7b"))
            run.signal(15)
            #expect(await run.says("once more ends it at once"))
            // Signals of one moment count as one: the second one is the first of these that comes later.
            let insisting = Task {
                while !Task.isCancelled {
                    run.signal(2)
                    try await Task.sleep(for: .milliseconds(100))
                }
            }
            let result = await run.end()
            insisting.cancel()
            #expect(result.status == 130, "\(result)")
            #expect(result.errors.hasSuffix("ended at once: what the chain loaded stays until its keep-alive ends\n"))
        }
    }

    @Test(.timeLimit(.minutes(3)))
    func leaseEndsAfterACrash() async throws {
        try await Simulation.run(speed: 1000, faults: "hang:after=3") { server in
            let folder = TestFolder()
            let chain = try folder.write(Chains.oneStep(isManaged: true), to: "chain.yaml")
            let run = try ProgramRun(["run", chain, "--input", "Why?", "--server", server.url], in: folder)
            #expect(await run.says("loaded mistral:7b"))
            run.signal(9)
            #expect(await run.end().status == 137)
            // Asked again until the model is gone; were it pinned, it would never be, and the test's time would end.
            while try await !server.loaded().isEmpty {}
        }
    }

    @Test
    func signalWhileWatching() async throws {
        let run = try ProgramRun(["simulate", "--port", "0"])
        #expect(await run.prints("listening on http://127.0.0.1:"))
        run.signal(1)
        #expect(await run.end().status == 129)
    }
}
