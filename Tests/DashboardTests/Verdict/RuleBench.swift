import DashboardTestSupport
import Foundation
import PromptChainCore
import Testing

@testable import Dashboard

/// A dashboard that is given readings, and asked what one rule makes of them.
struct RuleBench {
    var journey = JourneyDriver()
    private var usual: [ModelName: Double] = [:]

    /// A reading after some seconds.
    mutating func read(
        after seconds: Double = 1, _ models: [ModelInfo] = [], doing activities: [ModelActivity] = [],
        gpus: [GPUReading] = [], clients: [ServerClient]? = nil, missing: [ModelName]? = nil,
        state: ServerState = .ready, capacity: Int64? = .gib(48)
    ) {
        journey.wait(seconds)
        var snapshot = ServerSnapshot.gpuBox(models, at: journey.clock, state: state, capacity: capacity, gpus: gpus)
        snapshot.activities = activities
        snapshot.clients = clients
        snapshot.missingModels = missing
        snapshot.usualLoadSeconds = usual
        journey.send(.snapshot(snapshot))
    }

    /// A line of the server's own log.
    mutating func serverLog(_ message: String, component: String = "server") {
        let time = Date(timeIntervalSince1970: journey.clock)
        journey.send(.log(LogLine(time: time, level: .warning, component: component, message: message)))
    }

    /// What loads took before.
    mutating func usually(_ seconds: Double, _ model: ModelName = "qwen3:32b") { usual[model] = seconds }

    /// What the rule says now, whether it has held for a while or not.
    func sentences(_ rule: String) -> [String] { findings(rule).map(\.sentence) }

    func findings(_ rule: String) -> [Finding] {
        VerdictRules.findings(in: VerdictFacts(journey.state)).filter { $0.rule == rule }
    }

    /// The line under the header.
    var line: String { journey.lines[1].trimmingCharacters(in: .whitespaces) }
}

/// Something that happens, and what a rule makes of it; no sentences where it stays quiet.
struct RuleCase: Sendable, CustomTestStringConvertible {
    var rule: String
    var name: String
    var sentences: [String]
    var play: @Sendable (inout RuleBench) -> Void

    init(
        _ rule: String, _ name: String, _ sentences: [String] = [],
        _ play: @escaping @Sendable (inout RuleBench) -> Void
    ) {
        self.rule = rule
        self.name = name
        self.sentences = sentences
        self.play = play
    }

    var testDescription: String { "\(rule): \(name)" }
}

extension ModelActivity {
    static func loading(
        _ seconds: Double?, read: Int64? = nil, resident: Int64? = nil, _ state: RunnerProcess.State? = nil,
        model: ModelName = "qwen3:32b"
    ) -> ModelActivity {
        ModelActivity(
            model: model, phase: .loading, loadingSeconds: seconds,
            process: RunnerProcess(
                processID: 61, parentID: 50, state: state, ageSeconds: seconds, residentBytes: resident, readBytes: read
            ))
    }

    static func writing(_ tokens: Int?, model: ModelName = "llama3.1:8b", waiting: Int? = nil) -> ModelActivity {
        ModelActivity(model: model, phase: .generating, requests: 1, outputTokens: tokens, waitingRequests: waiting)
    }
}

extension GPUReading {
    static func card(_ used: Double, _ processes: [GPUProcess]? = nil, fault: String? = nil) -> GPUReading {
        GPUReading(
            index: 0, name: "RTX", usedBytes: fault == nil ? .gib(used) : nil, totalBytes: .gib(48),
            processes: processes, fault: fault)
    }
}

extension ModelInfo {
    /// A model that is wholly in VRAM.
    static func whole(_ name: ModelName, _ size: Double = 5, context: Int = 4096, expires: Double? = 3600) -> ModelInfo
    {
        .sample(name, size: size, context: context, expires: expires)
    }
}
