import Foundation
import PromptChainCore
import RunHistory

/// A history with runs in it, written as the program writes it.
struct RecordedHistory {
    let folder = TestFolder()
    /// 2026-11-24 08:12:00 UTC.
    static let morning = Date(timeIntervalSince1970: 1_795_507_920)
    /// Times are shown in this zone.
    static let environment = ["TZ": "UTC", "COLUMNS": "80"]

    var file: String { folder.path("state") + "/promptchain/history.db" }

    /// A run that has ended, or whose process is gone.
    func run(_ id: String, chain: String = "Research", minutes: Double = 0) -> RecordedRun {
        RecordedRun(
            id: id, chain: chain, file: "/chains/research.yaml", input: "Why?", options: ["policy": "strict"],
            host: RunProcess.host, processID: .max, startedAt: Self.morning.addingTimeInterval(minutes * 60), steps: 3)
    }

    /// Writes a run: events with the seconds from its beginning at which they happened.
    /// - Parameter before: how many events it had before it went on.
    func record(_ run: RecordedRun, _ events: [(Double, ChainEvent)], after before: Int = 0) {
        let database = HistoryDatabase(path: file) { _ in }
        let recorder = RunRecorder(in: database) { run }
        for (index, event) in events.enumerated() {
            recorder.record(
                ChainEventRecord(
                    sequence: before + index + 1, time: run.startedAt.addingTimeInterval(event.0), run: run.id,
                    event: event.1))
        }
        recorder.flush(within: 20)
        database.close(within: 20)
    }

    /// The program, asked something.
    func ask(_ arguments: String...) async throws -> ProgramRun.Result {
        try await ProgramRun.result(arguments, in: folder, environment: Self.environment)
    }

    private static let small = ModelName("mistral-small:22b")
    private static let large = ModelName("deepseek-r1:70b")

    /// A run of three steps that fails in the last.
    static let failing: [(Double, ChainEvent)] = [
        (
            0,
            .runStarted(
                .init(
                    chain: "Research", steps: ["Quick", "Deep", "Final"], models: [small, large, nil],
                    policy: "strict", capacityBytes: 48 << 30))
        ),
        (0, .stepStarted(step: 1, name: "Quick", model: small, prompt: "Secret prompt")),
        (0, .modelLoadStarted(model: small, step: 1, prefetch: false, expectedSeconds: nil)),
        (4, .modelLoaded(model: small, loadSeconds: 4, vramBytes: 13 << 30, contextLength: 4096)),
        (5, .token(step: 1, text: "Secret ", thinking: false)),
        (9.9, .token(step: 1, text: "answer", thinking: false)),
        (
            10,
            .stepFinished(
                .init(
                    step: 1, queueSeconds: 0, loadSeconds: 4, firstTokenSeconds: 1, generateSeconds: 5,
                    promptTokens: 12, outputTokens: 210, tokensPerSecond: 42, output: "Secret answer"))
        ),
        (10, .modelUnloadStarted(model: small, reason: "step 2 needs deepseek-r1:70b")),
        (11, .modelUnloaded(model: small, unloadSeconds: 1, verified: true)),
        (11, .stepStarted(step: 2, name: "Deep", model: large, prompt: "Secret answer, for Why?")),
        (11, .modelLoadStarted(model: large, step: 2, prefetch: false, expectedSeconds: 12)),
        (23, .modelLoaded(model: large, loadSeconds: 12, vramBytes: 42 << 30, contextLength: 4096)),
        (
            23,
            .promptSent(
                .init(
                    step: 2, round: 1, server: "gpu-box", model: large,
                    messages: [
                        .init(role: "system", content: "Keep the secret."),
                        .init(
                            role: "user", content: nil,
                            pictures: [.init(name: "secret.png", kind: "image/png", byteCount: 70)]),
                        .init(
                            role: "assistant", content: "secretly",
                            calls: [.init(tool: "read", arguments: ["path": "/secret/file"])]),
                    ], tools: ["read"],
                    parameters: [
                        "stream": true, "options": ["num_ctx": 4096, "stop": ["secret word"]],
                        "format": ["type": "object", "properties": ["secret": ["type": "string"]]],
                    ]))
        ),
        (
            24,
            .toolCalled(
                step: 2, .init(call: "1", server: "files", tool: "read", arguments: ["path": "/secret/file"]))
        ),
        (
            40,
            .stepFinished(
                .init(
                    step: 2, queueSeconds: 0.2, loadSeconds: 12, firstTokenSeconds: 2, generateSeconds: 15,
                    outputTokens: 141, tokensPerSecond: 9.4, output: "Deep secret"))
        ),
        (40, .warning(message: "half of the prompt was lost", hint: "Raise the context.")),
        (40, .stepStarted(step: 3, name: "Final", model: nil, prompt: nil)),
        (41, .stepFailed(step: 3, reason: "wc ended with status 1: secret words", output: "")),
        (
            42,
            .runFinished(
                .init(
                    status: .failed, output: "Deep secret", error: "wc ended with status 1: secret words",
                    peakVRAMBytes: 42 << 30, finalVRAMBytes: 0, stallSeconds: 16, seconds: 42))
        ),
    ]
}
