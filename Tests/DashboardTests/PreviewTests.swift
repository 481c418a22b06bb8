import CellScreen
import DashboardTestSupport
import Foundation
import PromptChainCore
import Testing

@testable import Dashboard

struct PreviewTests {
    @Test func dump() throws {
        guard let path = ProcessInfo.processInfo.environment["PREVIEW"] else { return }
        var out = ""
        defer { try? out.write(toFile: "/tmp/dash-preview.txt", atomically: true, encoding: .utf8) }
        let parts = path.split(separator: ",")
        for size in parts[1...] {
            let wh = size.split(separator: "x").compactMap { Int($0) }
            let s = Size(width: wh[0], height: wh[1])
            for (name, make) in Scenes.all
            where parts[0] == "all" || parts[0].split(separator: "+").contains(Substring(name)) {
                var d = JourneyDriver(size: s)
                make(&d)
                out += "=== \(name) \(size)\n" + d.screen + "\n"
            }
        }
    }
}

enum Scenes {
    static let all: [(String, @Sendable (inout JourneyDriver) -> Void)] = [
        ("connecting", { _ in }),
        ("idle", { $0.poll([.llama, .nomic]) }),
        ("empty", { $0.poll([]) }),
        ("unknown", { $0.poll([.llama, .nomic], capacity: nil) }),
        (
            "loading",
            {
                $0.poll([.llama, .nomic]); $0.runToSecondLoad()
            }
        ),
        (
            "writing",
            {
                $0.poll([.llama, .nomic]); $0.runToSecondAnswer()
            }
        ),
        (
            "done",
            {
                $0.poll([.llama, .nomic]); $0.runToEnd()
            }
        ),
        (
            "down",
            { $0.poll([], state: .unreachable(reason: "connection refused", hint: "is `ollama serve` running?")) }
        ),
        (
            "stale",
            {
                $0.poll([.llama, .nomic]); $0.wait(12)
                $0.poll([.llama, .nomic], state: .stale(since: Date(timeIntervalSince1970: JourneyDriver.start)))
            }
        ),
        (
            "picker",
            {
                $0.poll([.llama, .nomic]); $0.press("l");
                $0.send(.installedModels(server: "gpu-box", JourneyDriver.installed))
            }
        ),
        (
            "chains",
            {
                $0.poll([.llama, .nomic]); $0.press("r");
                $0.send(
                    .chainFiles([
                        ChainFileSummary(
                            path: "examples/research-brief.yaml", name: "research brief", steps: ["a", "b", "c"],
                            models: ["mistral-small:22b", "deepseek-r1:70b"]),
                        ChainFileSummary(
                            path: "examples/broken.yaml", name: "broken", steps: [], models: [],
                            faults: [
                                FileFault(
                                    file: "examples/broken.yaml", line: 3, column: 5, message: "unknown key `modle`",
                                    hint: "did you mean `model`?")
                            ]),
                    ]))
            }
        ),
        (
            "input",
            {
                $0.poll([.llama, .nomic]); $0.press("r");
                $0.send(
                    .chainFiles([
                        ChainFileSummary(
                            path: "examples/research-brief.yaml", name: "research brief", steps: ["a", "b", "c"],
                            models: ["mistral-small:22b", "deepseek-r1:70b"])
                    ]));
                $0.press("Enter"); $0.input(.paste("Which of the three claims hold?\nThink of the second measurement."))
            }
        ),
        (
            "help",
            {
                $0.poll([.llama, .nomic]); $0.press("?")
            }
        ),
        (
            "filter",
            {
                $0.poll([.llama, .nomic, .mistral()]); $0.press("/"); $0.type("mis")
            }
        ),
        (
            "details",
            {
                $0.poll([.llama, .nomic]); $0.press("Enter")
            }
        ),
        (
            "unload",
            {
                $0.poll([.llama, .nomic, .mistral()]); $0.press("u u")
            }
        ),
        (
            "quit",
            {
                $0.runToSecondLoad(); $0.press("q")
            }
        ),
        (
            "gpus",
            {
                $0.poll(
                    [.llama, .nomic, .mistral()],
                    gpus: [
                        GPUReading(
                            index: 0, name: "NVIDIA RTX A6000", usedBytes: .gib(21.2), totalBytes: .gib(48),
                            utilizationPercent: 97)
                    ])
            }
        ),
    ]
}
