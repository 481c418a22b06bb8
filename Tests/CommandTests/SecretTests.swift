import Foundation
import PromptChainCore
import ProviderStubs
import Testing

/// What is secret in the configuration stands in no output, no log and no file, whatever goes wrong.
struct SecretTests {
    private static let token = "t0ken-Zq81"
    private static let password = "pass-Wk77"

    /// A server that gives back what it was sent, as a careless proxy does.
    private func parrot(status: Int) async throws -> StubServer {
        let server = try await StubServer.start()
        server.otherwise(.body("404", status: 404, type: "text/plain"))
        for path in ["/api/version", "/api/ps", "/api/tags", "/api/show", "/api/generate", "/api/chat", "/api/delete"] {
            server.on(nil, path) { request in
                let headers = request.headers.values.sorted().joined(separator: " ")
                return .json("{\"error\":\"refused: \(headers)\"}", status: status)
            }
        }
        return server
    }

    @Test(arguments: [200, 401, 500])
    func noCommandTellsThem(status: Int) async throws {
        let server = try await parrot(status: status)
        let folder = TestFolder()
        _ = try folder.write(
            """
            servers:
              - name: box
                url: "http://me:\(Self.password)@127.0.0.1:\(server.port)"
                headers: {X-Api-Key: "Bearer ${TOKEN}"}
            model_management: {enabled: true}
            """, to: "config/promptchain/config.yaml")
        let chain = try folder.write(Chains.oneStep(isManaged: true), to: "chain.yaml")
        var told = ""
        for command in [
            ["ps"], ["ps", "--json"], ["models"], ["show", "m"], ["load", "m"], ["unload", "m"], ["rm", "m"],
            ["doctor"], ["doctor", "--json"], ["watch", "--once", "--json"],
            ["run", chain, "--input", "x", "--plain"], ["run", chain, "--input", "x", "--json"],
        ] {
            let result = try await ProgramRun.result(
                command + ["--verbose", "--log-level", "trace"], in: folder,
                environment: ["TOKEN": Self.token, "OLLAMA_HOST": ""])
            told += result.output + result.errors
        }
        #expect(server.requests.contains { $0.headers["x-api-key"] == "Bearer \(Self.token)" })
        #expect(server.requests.contains { $0.headers["authorization"]?.hasPrefix("Basic ") == true })
        #expect(told.contains("refused: ") || status == 200)
        for (name, data) in try folder.written(besides: "config") { told += "\(name) " + data }
        for secret in [Self.token, Self.password, Data("me:\(Self.password)".utf8).base64EncodedString()] {
            #expect(!told.contains(secret), "\(secret) was told")
        }
        await server.stop()
    }

    @Test(arguments: ["http://me:pass-Wk77@127.0.0.1:1", "ftp://me:pass-Wk77@gpu", "http://me:pass-Wk77@a b"])
    func anAddressIsShownWithoutItsPassword(address: String) async throws {
        for command in [["ps"], ["doctor"], ["models"]] {
            let option = try await ProgramRun.result(command + ["--server", address])
            let variable = try await ProgramRun.result(command, environment: ["OLLAMA_HOST": address])
            for result in [option, variable] {
                #expect(result.status != 0)
                #expect(!"\(result)".contains(Self.password), "\(result)")
            }
        }
    }
}

extension TestFolder {
    /// What programs wrote into the folder: the paths of the files and what they hold.
    fileprivate func written(besides excluded: String) throws -> [(String, String)] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: path(""))
        return names.filter { !$0.hasPrefix(excluded) }.compactMap { name in
            FileManager.default.contents(atPath: path(name)).map { (name, String(decoding: $0, as: UTF8.self)) }
        }
    }
}
