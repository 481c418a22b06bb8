import ChainEngine
import Foundation
import ModelManagement
import PromptChainCore
import Synchronization
import Testing

/// The managers of the example, as a program that registers them uses them.
@Suite struct CustomManagerTests {
    private func servers(_ provider: ModelProvider) -> ConfiguredServers {
        let url = ServerAddress(scheme: "http", host: "library", port: 7000)
        return ConfiguredServers(
            configuration: AppConfiguration(
                servers: [ServerConfiguration(name: "desk", provider: provider, url: url, timeout: 7)]),
            environment: [:])
    }

    @Test func aChainRunsOnOneThatGenerates() async throws {
        #expect(try await askTheShelf("Ithaca") == "novel says: Retell atlas says: Where is Ithaca?")
    }

    @Test func fiveCallsAreEnoughToManage() async throws {
        ModelManagerFactory.registerManager("five-calls") { ShelfManager(configuration: $0) }
        let (configuration, manager) = try servers("five-calls").server("desk")
        #expect(configuration.name == "desk")
        #expect(try await manager.loadModel("atlas", params: LoadParameters()).server == "desk")
        #expect(try await manager.loadedModels().map(\.name) == ["atlas"])
        #expect(try await manager.unloadModel("atlas"))
        #expect(try await manager.loadedModels().isEmpty)
        let error = await #expect(throws: ModelManagementError.self) {
            try await manager.loadModel("comic", params: LoadParameters())
        }
        #expect(error?.sentence == "cannot load comic on desk: there is no such book")
    }

    /// A model says for itself how often it is tried; all others share one manager of the server.
    @Test func aModelsOwnRetriesCount() async throws {
        let servers = servers(.ollama)
        var chain = Chain(name: "c", steps: [], management: ChainManagement(maxRetries: 5))
        func retries(_ own: Int?, _ chain: Chain) async throws -> (id: ObjectIdentifier, asked: Int?) {
            let call = ModelCall(model: "m", instruction: PromptTemplate("{input}"), maxRetries: own)
            let request = ServerRequest(call: call, of: chain, options: ChainRunOptions(server: "desk"))
            let manager = try await servers.manager(for: request)
            return (ObjectIdentifier(manager as AnyObject), request.maxRetries)
        }
        let (first, second) = (try await retries(nil, chain), try await retries(nil, chain))
        let own = try await retries(0, chain)
        #expect([first.asked, second.asked, own.asked] == [5, 5, 0])
        #expect(first.id == second.id)
        #expect(own.id != first.id)
        // What the configuration has is as good as said.
        chain.management.maxRetries = nil
        let (usual, said) = (try await retries(nil, chain), try await retries(3, chain))
        #expect(usual.asked == nil)
        #expect(usual.id == said.id)
        await servers.shutdown()
    }

    @Test func aChainSaysThatItCannotGenerate() async throws {
        ModelManagerFactory.registerManager("silent") { ShelfManager(configuration: $0) }
        let error = await #expect(throws: ModelManagementError.self) {
            try await servers("silent").manager(for: ServerRequest(optionServer: "desk"))
        }
        #expect(
            error?.sentence
                == "cannot run a chain on desk: the manager for servers of kind “silent” cannot generate text")
        #expect(error?.hint == "Let it conform to TextGenerator.")
    }

    @Test func theConfigurationReachesTheBuilder() async throws {
        let seen = Mutex<ServerConfiguration?>(nil)
        ModelManagerFactory.registerManager("curious") { configuration in
            seen.withLock { $0 = configuration }
            return ReaderManager(shelf: ShelfManager(configuration: configuration))
        }
        _ = try await servers("curious").manager(for: ServerRequest(optionServer: "desk", maxRetries: 9, verbose: true))
        let configuration = try #require(seen.withLock { $0 })
        #expect(configuration.url.description == "http://library:7000")
        #expect(configuration.timeout == 7)
        #expect(configuration.maxRetries == 9)
        #expect(configuration.verbose)
        _ = try ModelManagerFactory.createManager("curious", baseURL: "attic:1", timeout: 3, verbose: false)
        #expect(seen.withLock { $0?.url.description } == "http://attic:1")
        #expect(seen.withLock { $0?.timeout } == 3)
    }

    /// What the manual shows is the example that is compiled here.
    @Test func theManualShowsTheExample() throws {
        let here = URL(filePath: #filePath).deletingLastPathComponent()
        let example = try String(contentsOf: here.appending(path: "CustomManagerExample.swift"), encoding: .utf8)
        let manual = try String(contentsOf: here.appending(path: "../../docs/providers.md"), encoding: .utf8)
        let blocks = manual.components(separatedBy: "```swift\n").dropFirst().compactMap {
            $0.components(separatedBy: "```").first
        }
        #expect(blocks.contains(example), "copy Tests/ChainEngineTests/CustomManagerExample.swift into the manual")
    }
}
