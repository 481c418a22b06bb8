import Foundation
import PromptChainCore
import Testing

/// `promptchain check` with files of every kind, and the configuration as other commands read it.
struct CheckCommandTests {
    private static let configuration = """
        servers: [{name: a, url: "http://a", vram: 3Q}, {name: a, url: "http://b"}]
        them: midnight
        """

    @Test
    func goodFiles() async throws {
        let folder = TestFolder()
        let chain = try folder.write(Chains.research, to: "chain.yaml")
        let one = try await ProgramRun.result("check", chain)
        #expect(one.status == 0)
        #expect(one.output == "\(chain): fine\n")
        #expect(one.errors.isEmpty)
        let config = try folder.write("model_management: {enabled: true}\n", to: "mine.yaml")
        #expect(try await ProgramRun.result("check", chain, config).output == "2 files: fine\n")
        #expect(try await ProgramRun.result("check", chain, "--json").json() == ["faults": []])
    }

    @Test
    func unusableFiles() async throws {
        let folder = TestFolder()
        let faults = [
            (try folder.write("", to: "empty.yaml"), "the file is empty"),
            (try folder.write(Data([0, 1, 255, 254, 0, 7]), to: "binary.yaml"), "the file is binary"),
            (folder.path("none.yaml"), "there is no such file"),
            (folder.path("."), "this is a folder"),
        ]
        for (path, message) in faults {
            let result = try await ProgramRun.result("check", path)
            #expect(result.status == 1)
            #expect(result.output.isEmpty)
            #expect(result.errors.hasPrefix("\(path): error: \(message)"), "\(result)")
        }
    }

    @Test
    func everyFaultOfEveryFile() async throws {
        let folder = TestFolder()
        let good = try folder.write(Chains.research, to: "good.yaml")
        let bad = try folder.write(
            """
            name: x
            steps:
              - {name: a, model: m, instruction: "{Input}", foo: 1}
              - {name: a, model: m, instruction: "x {input}"}
            """, to: "bad.yaml")
        let config = try folder.write(Self.configuration, to: "config.yaml")
        let result = try await ProgramRun.result("check", good, bad, config)
        #expect(result.status == 1)
        for line in [
            "\(bad):3:39: error: {Input} is no placeholder", "\(bad):3:49: error: unknown key “foo”",
            "\(bad):4:12: error: two steps are called “a”", "\(config):1:44: error: “server 1, vram”",
            "\(config):2:1: error: unknown key “them”", "Did you mean “theme”?", "2 of 3 files cannot be used",
        ] {
            #expect(result.errors.contains(line), "\(result)")
        }
        let json = try await ProgramRun.result("check", good, bad, config, "--json")
        #expect(json.status == 1)
        let faults = try #require(try json.json()["faults"]?.arrayValue)
        #expect(faults.count >= 5)
        for fault in faults {
            guard case .object(let members) = fault else { continue }
            #expect(Set(members.keys) == ["file", "line", "column", "severity", "message", "hint"])
        }
    }

    @Test
    func themes() async throws {
        let folder = TestFolder()
        let theme = try folder.write("name: x\nroles: {foo: bar}\n", to: "theme.yaml")
        let result = try await ProgramRun.result("check", theme)
        #expect(result.status == 1)
        #expect(result.errors.contains("unknown role `foo`"))
    }

    @Test
    func configurationWithFaultsStopsACommand() async throws {
        let folder = TestFolder()
        let path = try folder.write(Self.configuration, to: "config/promptchain/config.yaml")
        let result = try await ProgramRun.result("ps", in: folder)
        #expect(result.status == 1)
        #expect(result.errors.hasPrefix("\(path):1:44: error: "))
        #expect(result.errors.contains("promptchain: the configuration has faults\n"))
        for other in ["none.yaml", "."] {
            let result = try await ProgramRun.result("ps", "--config", folder.path(other))
            #expect(result.status == 1)
            #expect(result.errors.hasPrefix("promptchain: "))
        }
        let log = try await ProgramRun.result("ps", "--log-file", folder.path("no/such"))
        #expect(log.status == 1)
        #expect(log.errors.hasPrefix("promptchain: cannot write the log file "))
    }

    @Test
    func documentedExample() async throws {
        let page = #filePath.components(separatedBy: "/Tests/")[0] + "/docs/configuration.md"
        let text = try String(contentsOfFile: page, encoding: .utf8)
        let example = try #require(text.components(separatedBy: "```yaml\n").dropFirst().first)
        let yaml = try #require(example.components(separatedBy: "```").first)
        let folder = TestFolder()
        let path = try folder.write(yaml, to: "config.yaml")
        let result = try await ProgramRun.result("check", path, environment: ["LLM_TOKEN": "secret"])
        #expect(result.status == 0)
        #expect(result.output == "\(path): fine\n", "\(result)")
        let without = try await ProgramRun.result("check", path)
        #expect(without.status == 1)
        #expect(without.errors.contains("the environment has no variable LLM_TOKEN"))
    }
}
