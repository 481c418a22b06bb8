import DashboardTestSupport
import Foundation
import PromptChainCore

@testable import Dashboard

extension RuleCase {
    private static let python = ServerClient(address: "127.0.0.1", processID: 4711, name: "python3")
    private static let web = ServerClient(address: "10.0.0.7")

    static let reloads: [RuleCase] = [
        RuleCase(
            "reload-options", "by a program of this host",
            ["llama3.1:8b was loaded anew for another context: 4k → 32k, by python3 (4711)"]
        ) {
            $0.read([.whole("llama3.1:8b", context: 4096)])
            $0.read(clients: [python])
            $0.read([.whole("llama3.1:8b", context: 32_768)], clients: [python])
        },
        RuleCase(
            "reload-options", "by one of several, again and again",
            [
                "llama3.1:8b was loaded anew 3 times in 3s: context 4k → 32k, "
                    + "by one of python3 (4711), 10.0.0.7"
            ]
        ) { bench in
            for context in [4096, 32_768, 4096, 32_768] {
                bench.read([.whole("llama3.1:8b", context: context)], clients: [python, web])
            }
            bench.read([.whole("llama3.1:8b", context: 32_768)], clients: [python, web])
        },
        RuleCase(
            "reload-options", "nobody can be seen",
            ["llama3.1:8b was loaded anew for another context: 4k → 32k, by another client"]
        ) {
            $0.read([.whole("llama3.1:8b", context: 4096)])
            $0.read([.whole("llama3.1:8b", context: 32_768)])
        },
        RuleCase("reload-options", "it was done here") {
            $0.read([.whole("llama3.1:8b", context: 4096)])
            $0.load("llama3.1:8b", anew: true)
            $0.read([.whole("llama3.1:8b", context: 32_768)])
        },
        RuleCase("reload-options", "long ago") {
            $0.read([.whole("llama3.1:8b", context: 4096)])
            $0.read([.whole("llama3.1:8b", context: 32_768)])
            $0.read(after: 70, [.whole("llama3.1:8b", context: 32_768)])
        },
        RuleCase(
            "evict-each-other", "four loads in turn",
            [
                "llama3.1:8b and qwen3:32b evict each other: 4 loads in 15s; they do not fit together: 52.0 GiB of 48.0 GiB"
            ]
        ) { bench in
            bench.read()
            for _ in 0..<2 {
                bench.read(after: 5, [.whole("llama3.1:8b", 30)])
                bench.read(after: 5, [.whole("qwen3:32b", 22)])
            }
        },
        RuleCase("evict-each-other", "a change of models") {
            $0.read([.whole("llama3.1:8b", 30)])
            $0.read([.whole("qwen3:32b", 22)])
            $0.read([.whole("llama3.1:8b", 30)])
        },
        RuleCase("evict-each-other", "both stay together") { bench in
            for turn in 0..<6 {
                bench.read(after: 5, [.whole("llama3.1:8b")] + (turn.isMultiple(of: 2) ? [.nomic] : []))
            }
        },
        RuleCase("evict-each-other", "a chain that loads them in turn") { bench in
            bench.journey.beginRun()
            for _ in 0..<3 {
                bench.read(after: 5, [.mistral()])
                bench.read(after: 5, [.deepseek()])
            }
        },
        RuleCase(
            "keep-alive-reset", "it was pinned",
            ["llama3.1:8b stays less long now: pinned → 5m00s, set by python3 (4711)"]
        ) {
            $0.read([.whole("llama3.1:8b", expires: nil)])
            $0.read([.whole("llama3.1:8b", expires: 302)], clients: [python])
        },
        RuleCase(
            "keep-alive-reset", "it is shorter",
            ["llama3.1:8b stays less long now: 59m58s → 5m00s, set by another client"]
        ) {
            $0.read([.whole("llama3.1:8b", expires: 3600)])
            $0.read([.whole("llama3.1:8b", expires: 302)])
        },
        RuleCase("keep-alive-reset", "it was used, and stays longer") {
            $0.read([.whole("llama3.1:8b", expires: 300)])
            $0.read([.whole("llama3.1:8b", expires: 600)])
        },
        RuleCase("keep-alive-reset", "an old time stands while it works") {
            $0.read([.whole("llama3.1:8b", expires: 300)])
            $0.read(after: 400, [.whole("llama3.1:8b", expires: 300)])
            $0.read([.whole("llama3.1:8b", expires: 200)])
        },
        RuleCase("keep-alive-reset", "it was set here") {
            $0.read([.whole("llama3.1:8b", expires: nil)])
            $0.journey.press("K Enter")
            $0.read([.whole("llama3.1:8b", expires: 300)])
        },
    ]

    static let models: [RuleCase] = [
        RuleCase("spill", "a part did not fit", ["llama3.1:8b runs 19 % on the CPU: 1.0 GiB did not fit"]) {
            $0.read([.llama])
        },
        RuleCase("spill", "all of it fits") { $0.read([.nomic]) },
        RuleCase("spill", "a small buffer is on the CPU") { $0.read([.sample("m", size: 5, vram: 4.96)]) },
        RuleCase("spill", "a host without a GPU") { $0.read([.sample("m", size: 5, vram: 0)], capacity: nil) },
        RuleCase(
            "gone-from-disk", "deleted while loaded",
            ["llama3.1:8b is gone from the disk and still in memory: 5.0 GiB; it leaves in 1m39s unless it is used"]
        ) { $0.read([.whole("llama3.1:8b", expires: 100)], missing: ["llama3.1:8b"]) },
        RuleCase(
            "gone-from-disk", "deleted while pinned",
            ["llama3.1:8b is gone from the disk and still in memory: 5.0 GiB; it stays until the server ends"]
        ) { $0.read([.whole("llama3.1:8b", expires: nil)], missing: ["llama3.1:8b"]) },
        RuleCase("gone-from-disk", "it is there") { $0.read([.whole("llama3.1:8b")], missing: []) },
        RuleCase("gone-from-disk", "nobody knows") { $0.read([.whole("llama3.1:8b")]) },
    ]
}
