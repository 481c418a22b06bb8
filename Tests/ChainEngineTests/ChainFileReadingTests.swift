import Foundation
import PromptChainCore
import Testing

@testable import ChainEngine

@Suite struct ChainFileReadingTests {
    private let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/valid")
    private let examples = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../examples")

    private func chain(_ name: String) throws -> Chain {
        try #require(ChainFile.read(path: fixtures.appending(path: name).path()).chain)
    }

    @Test func everyExampleIsValidAndNamesNoServer() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: examples.path()).filter {
            $0.hasSuffix(".yaml")
        }
        #expect(names.count >= 2)
        for name in names {
            let path = examples.appending(path: name).path()
            let result = ChainFile.read(path: path)
            #expect(result.faults == [])
            #expect(result.chain?.management.baseURL == nil)
            #expect(result.chain?.steps.allSatisfy { $0.call?.server == nil && $0.call?.apiBase == nil } == true)
        }
    }

    @Test func stepsAreRead() throws {
        let chain = try chain("steps.yaml")
        #expect(chain.name == "Research brief")
        #expect(chain.policy == .sameModel)
        #expect(chain.context == .tokens(4096))
        #expect(chain.isManaged)
        #expect(chain.steps.map(\.name) == ["Quick analysis", "Deep reasoning", "Final summary"])
        #expect(chain.models == ["mistral-small:22b", "deepseek-r1:70b"])
        #expect(chain.steps[0].model?.provider == .ollama)
        #expect(chain.steps[0].timeout == 1800)
        #expect(chain.steps[0].call?.options == ["temperature": 0.2])
        #expect(chain.steps[1].call?.instruction.parts.contains(.step("Quick analysis")) == true)
        #expect(chain.steps[1].call?.instruction.parts.contains(.initial) == true)
    }

    @Test func listsAreRead() throws {
        let chain = try chain("lists.yaml")
        #expect(chain.steps.map(\.name) == ["Step 1", "Step 2", "Step 3"])
        #expect(chain.steps.map(\.timeout) == [nil, 1800, nil])
        #expect(chain.management.timeout == 30)
        #expect(chain.management.maxRetries == 3)
        #expect(chain.management.verbose)
        #expect(chain.management.autoUnload)
        #expect(chain.policy == nil)
    }

    @Test func oneModelServesAllInstructions() throws {
        let chain = try chain("one-model.yaml")
        #expect(chain.name == "one-model")
        #expect(chain.steps.map(\.model) == ["mistral", "mistral", "mistral"])
        #expect(!chain.isManaged)
    }

    @Test func whatLooksLikeSomethingElseIsText() throws {
        let chain = try chain("odd-scalars.yaml")
        #expect(chain.name == "on")
        #expect(chain.steps.map(\.name) == ["22:30", "007"])
        #expect(chain.steps[1].timeout == 5400)
        #expect(chain.steps[1].call?.think == false)
        #expect(chain.steps[1].call?.system == "no")
    }

    @Test func otherBracesAreText() throws {
        let step = try chain("literal-braces.yaml").steps[0]
        let prompt = try #require(step.call).instruction.render(input: "IN", initial: "", steps: [:])
        #expect(prompt.contains(#"{"title": "", "tags": ["a", "b"], "nested": {"n": 1}}"#))
        #expect(prompt.contains("{IN} has its braces left"))
        #expect(prompt.contains(#""text": "IN""#))
        #expect(step.call?.format == "json")
        #expect(step.call?.options == ["seed": 7, "stop": ["###", "END"]])
    }

    @Test func anchorsAndSwitches() throws {
        let chain = try chain("anchors.yaml")
        #expect(chain.calls.map(\.server) == ["gpu-box", "gpu-box"])
        #expect(chain.calls.map(\.runnerOptions) == [["num_gpu": 20], ["num_gpu": 20]])
        #expect(chain.context == .maximum)
        #expect(!chain.management.autoUnload)
        #expect(chain.management.evictForeign)
    }

    @Test func filesThatAreNone() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "chains-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func message(_ path: String) -> String? { ChainFile.read(path: path).faults.first?.message }
        #expect(message(folder.path()) == "this is a folder, no file")
        #expect(message(folder.appending(path: "missing.yaml").path()) == "there is no such file")
        let large = folder.appending(path: "large.yaml")
        try Data(repeating: 97, count: ChainFile.byteLimit + 1).write(to: large)
        #expect(message(large.path()) == "the file is larger than 4 MiB: this is no chain file")
        #expect(message("/dev/zero") == "the file is larger than 4 MiB: this is no chain file")
        #expect(message("/dev/null") == "the file is empty")
    }

    @Test func aFileThatBlowsUpIsRefused() {
        var text = "a: &a [x, x, x, x, x]\n"
        for (one, next) in zip("abcdefgh", "bcdefghi") {
            text += "\(next): &\(next) [" + Array(repeating: "*\(one)", count: 9).joined(separator: ", ") + "]\n"
        }
        let result = ChainFile.parse(text, file: "bomb.yaml")
        #expect(result.faults.map(\.message) == ["the file repeats itself by too many anchors (&) and aliases (*)"])
    }

    @Test func noTextMakesItTrap() throws {
        // Every prefix of a good file, and the file with each byte changed, is read to some end.
        let text = try String(contentsOf: fixtures.appending(path: "steps.yaml"), encoding: .utf8)
        let bytes = Array(text.utf8)
        for end in stride(from: 0, to: bytes.count, by: 3) {
            _ = ChainFile.parse(String(decoding: bytes[..<end], as: UTF8.self), file: "cut.yaml")
        }
        let marks = Array("{}[]:-*&!|>'\"%@`#,?\t\n\r".utf8)
        for index in stride(from: 0, to: bytes.count, by: 5) {
            var changed = bytes
            changed[index] = marks[index / 5 % marks.count]
            _ = ChainFile.parse(String(decoding: changed, as: UTF8.self), file: "changed.yaml")
        }
    }
}

@Suite struct BreakerReadingTests {
    @Test func rulesAreRead() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "Fixtures/valid/chainbreakers.yaml"
        ).path()
        let rules = try #require(ChainFile.read(path: path).chain).breakers
        let folder = URL(filePath: path).deletingLastPathComponent().appending(path: "checks").path()
        let call = CommandCall(
            [PromptTemplate(literal: "python3"), PromptTemplate(literal: "check.py")], environment: ["LEVEL": "high"],
            folder: folder)
        #expect(
            rules == [
                BreakerRule(
                    name: "output_contains", condition: .outputContains("cannot answer", caseSensitive: false),
                    reason: "no answer"),
                BreakerRule(
                    name: "refusal", condition: .outputMatches("(?i)as an ai", caseSensitive: false),
                    action: .stop(isFailure: true)),
                BreakerRule(name: "output_is_empty", condition: .outputIsEmpty, action: .retry(limit: 1)),
                BreakerRule(
                    name: "invalid_json", condition: .invalidJSON, action: .retry(limit: 2), steps: ["Plan"]),
                BreakerRule(
                    name: "tokens_over", condition: .tokensOver(4000), action: .replace("too long: {input}")),
                BreakerRule(name: "seconds_over", condition: .secondsOver(600)),
                BreakerRule(name: "repeats", condition: .repeats, action: .retry(limit: 1)),
                BreakerRule(
                    name: "model_management_failed", condition: .modelManagementFailed,
                    action: .replace("Process stopped due to VRAM issues")),
                BreakerRule(
                    name: "command", condition: .command(call, timeout: 5), action: .jump(step: "Plan", limit: 2),
                    steps: ["Draft"]),
            ])
    }
}
