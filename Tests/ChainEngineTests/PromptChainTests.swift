import Foundation
import ModelManagement
import PromptChainCore
import Synchronization
import Testing

@testable import ChainEngine

@Suite struct PromptChainTests {
    private let clock = ManualClock()

    private func make(
        _ server: FakeServer, instructions: [String] = ["one {input}", "two {input}"],
        management: ChainManagement? = ChainManagement(enabled: true, provider: .ollama), autoUnload: Bool = true,
        chainbreakers: [Chainbreaker] = [], storeSteps: Bool = false
    ) throws -> PromptChain {
        try PromptChain(
            models: ["ollama/mistral-small:22b", ChainModel("ollama/deepseek-r1:70b", params: ["timeout": 1800])],
            instructions: instructions, modelManagement: management, autoUnloadModels: autoUnload,
            chainbreakers: chainbreakers, storeSteps: storeSteps, servers: FakeServers(standard: server),
            locks: InProcessModelLocks())
    }

    @Test func runsLikeTheOriginal() async throws {
        let server = gpuBox(clock)
        let chain = try make(server, storeSteps: true)
        #expect(try await chain.processPrompt("hi") == "answer 2")
        #expect(
            server.state.withLock { $0.requests.map { $0.messages.map(\.content) } } == [["one hi"], ["two answer 1"]])
        #expect(server.state.withLock { $0.requests.map(\.timeout) } == [1800, 1800])
        #expect(chain.stepOutput(0) == PromptChain.StepOutput(type: "initial", output: "hi"))
        #expect(chain.stepOutput(2) == PromptChain.StepOutput(type: "model", output: "answer 2", modelParams: [:]))
        #expect(chain.stepOutput(3) == nil)
        #expect(server.loadedNames == [])
    }

    @Test func statusAsInTheOriginal() throws {
        let on = try make(gpuBox(clock))
        #expect(
            on.modelManagerStatus()
                == PromptChain.ManagerStatus(enabled: true, autoUnload: true, managerType: "ollama", available: true))
        on.setAutoUnload(false)
        #expect(on.modelManagerStatus().autoUnload == false)
        let off = try make(gpuBox(clock), management: nil)
        #expect(
            off.modelManagerStatus()
                == PromptChain.ManagerStatus(enabled: false, autoUnload: true, managerType: nil, available: false))
    }

    @Test func withoutManagementNothingIsDone() async throws {
        let server = gpuBox(clock)
        let chain = try make(server, management: nil)
        #expect(try await chain.loadModel("mistral-small:22b") == nil)
        #expect(try await chain.unloadModel("mistral-small:22b") == false)
        #expect(try await chain.loadedModels() == [])
        _ = try await chain.processPrompt("hi")
        #expect(server.calls == [])
    }

    @Test func manualControl() async throws {
        let server = gpuBox(clock)
        let chain = try make(server)
        let info = try await chain.loadModel("mistral-small:22b")
        #expect(info?.vramUsage == 13_000)
        #expect(try await chain.loadedModels().map(\.name) == [small])
        #expect(try await chain.cleanupModels())
        #expect(server.loadedNames == [])
        #expect(try await chain.cleanupModels())
        #expect(server.calls == ["load mistral-small:22b", "unload mistral-small:22b"])
    }

    @Test func statusHasTheKeysOfTheOriginal() throws {
        let status = try make(gpuBox(clock)).modelManagerStatus()
        let json = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(status))
        #expect(json == ["enabled": true, "auto_unload": true, "manager_type": "ollama", "available": true])
    }

    @Test func whatAnotherChainUsesStays() async throws {
        let server = gpuBox(clock)
        let locks = InProcessModelLocks()
        func make() throws -> PromptChain {
            try PromptChain(
                models: ["ollama/mistral-small:22b"], instructions: ["{input}"],
                modelManagement: ChainManagement(enabled: true), servers: FakeServers(standard: server), locks: locks)
        }
        let (first, second) = (try make(), try make())
        _ = try await first.loadModel("mistral-small:22b")
        #expect(try await second.unloadModel("mistral-small:22b") == false)
        _ = try await second.processPrompt("hi")
        #expect(server.loadedNames == ["mistral-small:22b"])
        #expect(try await first.unloadModel("mistral-small:22b"))
        #expect(server.loadedNames == [])
        #expect(try await second.unloadModel("mistral-small:22b"))
    }

    @Test func keptModelsLeaveByCleanup() async throws {
        let server = gpuBox(clock)
        let chain = try make(server, autoUnload: false)
        _ = try await chain.processPrompt("hi")
        #expect(server.loadedNames == ["deepseek-r1:70b", "mistral-small:22b"])
        #expect(try await chain.cleanupModels())
        #expect(server.loadedNames == [])
    }

    @Test func failureIsThrownWithTheTextSoFar() async throws {
        let server = gpuBox(clock)
        let crash = ModelManagementError(
            kind: .interrupted, action: "generate", server: "gpu-box", reason: "crashed", hint: "Look at its log.")
        server.set { $0.acts[large] = [.text("half"), .fail(crash)] }
        let chain = try make(server)
        await #expect(throws: PromptChainError.failed(crash.sentence, output: "half", cause: crash)) {
            try await chain.processPrompt("hi")
        }
    }

    @Test func breakersGiveTheOutput() async throws {
        let breaker = Chainbreaker { step, output, info in
            (info.input == "hi" && step == 1, "enough", output.uppercased())
        }
        let chain = try make(gpuBox(clock), chainbreakers: [breaker])
        #expect(try await chain.processPrompt("hi") == "ANSWER 1")
    }

    @Test func whatDoesNotFitTogetherIsRefused() {
        let server = gpuBox(clock)
        #expect(throws: PromptChainError.self) { try make(server, instructions: ["one"]).chain.steps.count > 3 }
        #expect(
            throws: PromptChainError.invalid(
                "instruction 2: {Input} is no placeholder: Write {input}.")
        ) {
            try make(server, instructions: ["one {input}", "two {Input}"])
        }
        #expect(throws: PromptChainError.self) {
            try PromptChain(models: ["a"], instructions: ["{input}"], mcpServers: [["id": "deeplake_server"]])
        }
    }
}
