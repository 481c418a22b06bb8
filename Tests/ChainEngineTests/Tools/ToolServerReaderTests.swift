import Foundation
import PromptChainCore
import Testing

@testable import ChainEngine

@Suite struct ToolServerReaderTests {
    private let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures")
        .standardized

    private func servers(_ text: String, file: String = "/chains/a.yaml") throws -> [ToolServer] {
        let steps = #"steps: [{name: A, model: m, instruction: "{input}"}]"#
        let result = ChainFile.parse("\(text)\n\(steps)\n", file: file)
        #expect(result.faults.filter { $0.severity == .error } == [])
        return try #require(result.chain).toolServers
    }

    @Test func programsCountFromTheFolderOfTheChain() throws {
        let read = try servers(
            """
            mcp_servers:
              - {id: a, type: stdio, command: python3, args: [s.py, --port, 80], env: {KEY: "${HOME}", N: 1}, timeout: 5m}
              - {id: b, command: [./serve, -v], cwd: tools}
              - {id: c, command: ~/bin/serve, cwd: /srv}
            """)
        #expect(
            read == [
                ToolServer(
                    id: "a",
                    transport: .stdio(
                        command: "python3", arguments: ["s.py", "--port", "80"],
                        environment: ["KEY": "${HOME}", "N": "1"], folder: "/chains/"), timeout: 300),
                ToolServer(
                    id: "b",
                    transport: .stdio(
                        command: "/chains/tools/serve", arguments: ["-v"], environment: [:], folder: "/chains/tools")),
                ToolServer(
                    id: "c",
                    transport: .stdio(command: "~/bin/serve", arguments: [], environment: [:], folder: "/srv")),
            ])
    }

    @Test func addressesAndTheFormOfOtherPrograms() throws {
        #expect(
            try servers(
                """
                mcp_servers:
                  - {id: web, type: http, url: "https://example.com/mcp", headers: {Authorization: "Bearer ${HOME}"}}
                  - {id: own, url: "https://h/mcp", ca_file: "${HOME}/ca.pem"}
                  - {id: known, url: "https://h/mcp", ca_file: ~/ca.pem}
                """) == [
                    ToolServer(
                        id: "web",
                        transport: .http(
                            url: "https://example.com/mcp", headers: ["Authorization": "Bearer ${HOME}"])),
                    ToolServer(
                        id: "own", transport: .http(url: "https://h/mcp", headers: [:], caFile: "${HOME}/ca.pem")),
                    ToolServer(
                        id: "known", transport: .http(url: "https://h/mcp", headers: [:], caFile: "~/ca.pem")),
                ])
        let beside = fixtures.appending(path: "valid/chain.yaml").path()
        let own = try servers(
            "mcp_servers: [{id: a, url: \"https://h/mcp\", ca_file: tool-servers.yaml}]", file: beside)
        #expect(
            own.first?.transport
                == .http(
                    url: "https://h/mcp", headers: [:],
                    caFile: fixtures.appending(path: "valid/tool-servers.yaml").path()))
        let direct = try servers(
            "mcp_servers: {search: {command: x, alwaysAllow: []}, off: {command: y, disabled: true}}")
        #expect(direct.map(\.id) == ["search"])
        let nested = try servers("mcp_servers: {mcpServers: {web: {url: \"http://h/mcp\"}}}")
        #expect(nested == [ToolServer(id: "web", transport: .http(url: "http://h/mcp", headers: [:]))])
    }

    @Test func aFileOfAnotherProgramIsRead() throws {
        let result = ChainFile.read(path: fixtures.appending(path: "valid/tool-servers.yaml").path())
        let chain = try #require(result.chain)
        #expect(chain.toolServers.map(\.id) == ["search", "web"])
        guard case .stdio(_, _, _, let folder) = chain.toolServers[0].transport else {
            Issue.record("a program was expected")
            return
        }
        #expect(folder == fixtures.appending(path: "tools/").path())
        #expect(chain.steps.map(\.tools) == [["search"], [], nil])
        #expect(chain.steps.map(\.maxToolRounds) == [3, 20, 3])
    }

    @Test func aVariableThatIsNotSetIsAWarning() throws {
        let text = """
            mcp_servers: [{id: a, command: x, args: ["${PROMPTCHAIN_NO_SUCH_VARIABLE}"]}]
            steps: [{name: A, model: m, instruction: "{input}"}]
            """
        let result = ChainFile.parse(text, file: "a.yaml")
        #expect(result.chain != nil)
        #expect(result.faults.map(\.message) == ["the environment has no variable PROMPTCHAIN_NO_SUCH_VARIABLE"])
        #expect(result.faults.map(\.severity) == [.warning])
    }

    @Test func valuesOfPrograms() throws {
        #expect(
            try [ToolServer](values: [
                [
                    "id": "deeplake_server", "type": "stdio", "command": "/path/to/python",
                    "args": ["/path/to/server.py"],
                ]
            ]) == [
                ToolServer(
                    id: "deeplake_server",
                    transport: .stdio(
                        command: "/path/to/python", arguments: ["/path/to/server.py"], environment: [:], folder: nil))
            ])
        #expect(try [ToolServer](values: []).isEmpty)
        #expect(
            throws: PromptChainError.invalid(
                "mcpServers: “server 1” has neither command nor url. Write command: for a program that is started, url: "
                    + "for a server at an address.; two tool servers are called “b”. The other stands in line 6. Rename one of them."
            )
        ) {
            try [ToolServer](values: [["id": "a"], ["id": "b", "command": "x"], ["id": "b", "command": "x"]])
        }
    }
}
