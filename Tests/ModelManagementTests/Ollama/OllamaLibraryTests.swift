import Foundation
import ModelManagement
import PromptChainCore
import ProviderStubs
import Testing

@Suite struct OllamaLibraryTests {
    @Test func describesAModelWithItsSizeOnDisk() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on("GET", "/api/tags", try Capture("ollama/tags_models").answer)
        fixture.server.on("POST", "/api/show", try Capture("ollama/show_alias_params").answer)
        let description = try await fixture.manager.describe("smol-a-alias")
        #expect(description.model.sizeBytes == 98_362_809)
        #expect(description.defaultContext == 2048)
        #expect(description.geometry?.layers == 30)
        #expect(fixture.asked.filter { $0 == "POST /api/show" }.count == 1)
        await fixture.close()
    }

    @Test func asksForEverythingWhenAListWasLeftOut() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on("POST", "/api/show") { request in
            let heads = request.body.contains(#""verbose":true"#) ? "[0,8]" : "null"
            return .json(
                #"{"model_info":{"general.architecture":"lfm2","lfm2.block_count":2,"lfm2.embedding_length":64,"#
                    + #""lfm2.attention.head_count":4,"lfm2.attention.head_count_kv":\#(heads),"#
                    + #""tokenizer.ggml.tokens":["a","b"]}}"#)
        }
        let description = try await fixture.manager.describe("lfm2")
        #expect(description.geometry?.keyValueHeads == [0, 8])
        #expect(fixture.server.requests.filter { $0.path == "/api/show" }.count == 2)
        await fixture.close()
    }

    @Test func aPullTellsHowFarItIs() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on(
            "POST", "/api/pull",
            .lines([
                #"{"status":"pulling manifest"}"#,
                #"{"status":"pulling dd301fa4996c","digest":"sha256:dd30","total":100,"completed":40}"#,
                #"{"status":"success"}"#,
            ]))
        var steps: [PullProgress] = []
        for try await step in fixture.manager.pull("smol") { steps.append(step) }
        #expect(
            steps == [
                PullProgress(status: "pulling manifest"),
                PullProgress(status: "pulling dd301fa4996c", completedBytes: 40, totalBytes: 100),
                PullProgress(status: "success"),
            ])
        await fixture.close()
    }

    @Test func anErrorInsideAPullIsAFailure() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on("POST", "/api/pull", try Capture("ollama/pull_nonexistent_stream").lines)
        let error = await #expect(throws: ModelManagementError.self) {
            for try await _ in fixture.manager.pull("no-such-model-xyz") {}
        }
        #expect(error?.reason.contains("no such host") == true)
        #expect(error?.hint == "The server cannot reach the registry: check its network.")
        fixture.server.on("POST", "/api/pull", .lines([#"{"status":"pulling manifest"}"#]))
        let cut = await #expect(throws: ModelManagementError.self) {
            for try await _ in fixture.manager.pull("m") {}
        }
        #expect(cut?.kind == .interrupted)
        fixture.server.on("POST", "/api/pull", try Capture("ollama/pull_bad_name").answer)
        let bad = await #expect(throws: ModelManagementError.self) {
            for try await _ in fixture.manager.pull("bad name!!") {}
        }
        #expect(bad?.kind == .badRequest)
        fixture.server.on("POST", "/api/pull", .lines(["rubbish"]))
        let rubbish = await #expect(throws: ModelManagementError.self) {
            for try await _ in fixture.manager.pull("m") {}
        }
        #expect(rubbish?.reason == "the server sent a line that is no JSON: “rubbish”")
        await fixture.close()
    }

    @Test func deletes() async throws {
        let fixture = try await OllamaFixture()
        fixture.server.on("DELETE", "/api/delete", try Capture("ollama/delete_ok").answer)
        try await fixture.manager.delete("smol-tmp")
        #expect(fixture.server.requests.last?.body == #"{"model":"smol-tmp:latest"}"#)
        fixture.server.on("DELETE", "/api/delete", try Capture("ollama/delete_unknown").answer)
        let error = await #expect(throws: ModelManagementError.self) { try await fixture.manager.delete("nope") }
        #expect(error?.kind == .modelNotFound)
        await fixture.close()
    }

    @Test func tellsWhatItIs() async throws {
        let fixture = try await OllamaFixture()
        #expect(try await fixture.manager.version() == "0.32.15")
        #expect(await fixture.manager.healthCheck())
        #expect(fixture.manager.capabilities.contains([.load, .unload, .pull, .reportsVRAM]))
        #expect(!fixture.manager.capabilities.contains(.loadProgress))
        #expect(fixture.manager.address == fixture.server.url)
        await fixture.close()
    }
}
