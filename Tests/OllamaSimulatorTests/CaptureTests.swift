import Foundation
import SimulatorTestSupport
import Testing

@testable import OllamaSimulator

/// Replays every recorded exchange and compares status, type and shape of the answers.
@Suite struct CaptureTests {
    /// What a replay needs besides the request.
    struct Setting: Sendable {
        var catalogue = SimulatedCatalogue.recorded
        var faults: [String] = []
        var headers: [String: String] = [:]
        /// Requests that come before: path and body.
        var before: [(path: String, body: String)] = []
        /// Whether an error may be worded differently, and why.
        var ownWords: String?
    }

    /// Files that no replay can cover, with the reason.
    static let notApplicable = ["README.md": "describes the folder and is no exchange"]

    static let exchanges = CapturedExchange.names.filter {
        notApplicable[$0] == nil && TimelineTests.timelines[$0] == nil
    }

    private static func load(_ model: String, _ extra: String = "") -> (path: String, body: String) {
        ("/api/generate", "{\"model\":\"\(model)\"\(extra)}")
    }

    private static let two = [load("smol-b", ",\"keep_alive\":-1"), load("smol-a")]

    static let settings: [String: Setting] = [
        "tags_empty.txt": Setting(catalogue: SimulatedCatalogue(models: [])),
        "tags_missing_blob.txt": Setting(catalogue: .withBad(.missing)),
        "origin_forbidden.txt": Setting(headers: ["Origin": "http://example.com"]),
        "origin_localhost.txt": Setting(
            catalogue: SimulatedCatalogue(models: []), headers: ["Origin": "http://localhost:8080"]),
        "delete_ok.txt": Setting(before: [("/api/create", #"{"model":"smol-tmp","from":"smol-b"}"#)]),
        "delete_bad.txt": Setting(catalogue: .withBad(.missing)),
        "load_fail_chat.txt": Setting(catalogue: .withBad(.truncated)),
        "load_fail_truncated_weights.txt": Setting(catalogue: .withBad(.truncated)),
        "load_fail_truncated_weights_stream.txt": Setting(catalogue: .withBad(.truncated)),
        "load_fail_garbage_weights.txt": Setting(catalogue: .withBad(.garbage)),
        "load_fail_missing_blob.txt": Setting(catalogue: .withBad(.missing)),
        "show_garbage_weights.txt": Setting(catalogue: .withBad(.garbage)),
        "show_missing_blob.txt": Setting(catalogue: .withBad(.missing)),
        "startup_gpu_discovery_hang.txt": Setting(faults: ["slow-start:seconds=1"]),
        "chat_unload.txt": Setting(before: [load("smol-a")]),
        "unload_keepalive_0_idle.txt": Setting(before: [load("smol-a")]),
        "unload_embed_model_via_generate.txt": Setting(before: [("/api/embed", #"{"model":"smol-embed"}"#)]),
        "name_variant_ps.txt": Setting(before: [load("SMOL-A"), load("library/smol-a")]),
        "ps_one_loaded.txt": Setting(before: [load("smol-a")]),
        "ps_two_loaded_one_forever.txt": Setting(before: two),
        "ps_after_10s.txt": Setting(before: two + [load("smol-a", ",\"keep_alive\":\"10s\"")]),
        "ps_after_300.txt": Setting(before: two + [load("smol-a", ",\"keep_alive\":300")]),
        "ps_after_keepalive_half_second.txt": Setting(before: [load("smol-a", ",\"keep_alive\":30.5")]),
        "ps_right_after_unload.txt": Setting(before: [load("smol-b", ",\"keep_alive\":-1")]),
        "ps_after_unload_not_loaded.txt": Setting(before: [load("smol-c", ",\"keep_alive\":0")]),
        "ps_after_num_ctx_2048.txt": Setting(before: [load("smol-a", ",\"options\":{\"num_ctx\":2048}")]),
        "ps_after_num_ctx_over_max.txt": Setting(before: [load("smol-a", ",\"options\":{\"num_ctx\":100000}")]),
        "ps_after_num_ctx_negative.txt": Setting(before: [load("smol-a", ",\"options\":{\"num_ctx\":-5}")]),
        "ps_after_load_fail.txt": Setting(
            catalogue: .withBad(nil), before: [load("smol-a", ",\"keep_alive\":100"), load("smol-bad")]),
        "ps_with_embed.txt": Setting(before: [load("smol-a", ",\"keep_alive\":100"), load("smol-tools")]),
        "pull_nonexistent_stream.txt": Setting(ownWords: "the registry of the recording was out of reach"),
        "pull_nonexistent_nostream.txt": Setting(ownWords: "the registry of the recording was out of reach"),
        "create_error_no_quantize.txt": Setting(ownWords: "a program was missing where it was recorded"),
        "openai_models.txt": Setting(),
    ]

    @Test(arguments: exchanges)
    func answersAsRecorded(_ name: String) async throws {
        let capture = try CapturedExchange(file: name)
        let setting = Self.settings[name] ?? Setting()
        let configuration = SimulatorConfiguration.test(catalogue: setting.catalogue, faults: setting.faults)
        // Shorter than the shortest time that a model is to stay for here.
        try await withServer(configuration, time: SteppedTime(longestStep: 9)) { (client, server) async throws in
            // The file that the recorded models were made from.
            await server.addBlob(
                "sha256:721fe11683e97a8cbea426254e517ec6f6b2ee33d49643a47206087c6429ec7f", size: 98_362_745)
            for step in setting.before {
                let answer = try await client.send("POST", step.path, step.body)
                #expect(answer.status == 200, "\(step.body)")
            }
            let answer = try await client.send(
                capture.method, capture.path, capture.requestBody, headers: setting.headers)
            #expect(answer.status == capture.status)
            #expect(answer.contentType == capture.contentType)
            try compare(answer, capture, setting, name)
        }
    }

    @Test func everyFileIsReplayedOrListed() {
        #expect(CapturedExchange.names.count > 120, "the recordings are there")
        for name in Self.settings.keys.filter({ !CapturedExchange.names.contains($0) }) {
            Issue.record("\(name) has a setting and is no recording")
        }
        for name in TimelineTests.timelines.keys.filter({ !CapturedExchange.names.contains($0) }) {
            Issue.record("\(name) has a timeline and is no recording")
        }
        for name in CapturedExchange.names where name.hasPrefix("tl_") {
            #expect(TimelineTests.timelines[name] != nil, "\(name) is not replayed")
        }
    }

    private func compare(
        _ answer: TestAnswer, _ capture: CapturedExchange, _ setting: Setting, _ name: String
    ) throws {
        switch capture.contentType {
        case "application/x-ndjson":
            try compareStream(answer.lines, capture.body.split(separator: "\n").map { try JSONReader.read($0.utf8) })
        case "text/event-stream":
            #expect(answer.body.hasSuffix("data: [DONE]\n\n"))
            func events(_ text: String) throws -> [JSONValue] {
                try text.components(separatedBy: "data: ").filter { $0.hasPrefix("{") }.map {
                    try JSONReader.read($0.utf8)
                }
            }
            try compareStream(try events(answer.body), try events(capture.body))
        case .some(let type) where type.hasPrefix("application/json"):
            let expected = try JSONReader.read(capture.body.utf8)
            #expect(JSONShape.differences(expected, answer.json) == [], "\(name)")
            if setting.ownWords == nil { #expect(answer.json["error"] == expected["error"]) }
            for key in ["model", "done", "done_reason", "status", "capabilities"] {
                #expect(answer.json[key] == expected[key], "\(name): \(key)")
            }
            comparePs(answer.json, expected, name)
        default:
            #expect(answer.body.trimmingWhitespace == capture.body)
        }
    }

    private func compareStream(_ actual: [JSONValue], _ expected: [JSONValue]) throws {
        #expect(actual.isEmpty == expected.isEmpty)
        guard let first = expected.first, let last = expected.last, let end = actual.last else { return }
        #expect(JSONShape.differences(first, actual.first ?? .null) == [])
        #expect(JSONShape.differences(last, end) == [])
        #expect(end["done_reason"] == last["done_reason"])
        #expect(end["done"] == last["done"])
        // Between them only what the recording has between its ends.
        for line in actual.dropLast() {
            #expect(expected.contains { JSONShape.differences($0, line).isEmpty }, "\(line.serialized)")
        }
        // Words of a status come in the recorded order; digests differ.
        func statuses(_ lines: [JSONValue]) -> [String] {
            lines.compactMap { $0["status"]?.text?.components(separatedBy: " sha256:")[0] }
        }
        if expected.contains(where: { $0["status"] != nil }), expected.last?["error"] == nil {
            #expect(statuses(actual) == statuses(expected).filter { !$0.hasPrefix("using autodetected") })
        }
    }

    /// Sizes and contexts of loaded models are near the recorded ones, and the order is the same.
    private func comparePs(_ actual: JSONValue, _ expected: JSONValue, _ name: String) {
        guard name.hasPrefix("ps_") || name == "name_variant_ps.txt" else { return }
        let models = actual["models"]?.elements ?? []
        let recorded = expected["models"]?.elements ?? []
        #expect(models.map { $0["name"] } == recorded.map { $0["name"] })
        for (model, other) in zip(models, recorded) {
            #expect(model["context_length"] == other["context_length"])
            #expect(model["size_vram"] == other["size_vram"])
            let ratio = (model["size"]?.double ?? 0) / (other["size"]?.double ?? 1)
            #expect((0.8...1.2).contains(ratio), "\(name): \(ratio)")
            let isForever = other["expires_at"]?.text?.hasPrefix("23") == true
            #expect(model["expires_at"]?.text?.hasPrefix("23") == isForever)
        }
    }
}
