import Foundation
import PromptChainCore
import Synchronization
import Testing

@testable import ChainEngine

/// A tool server in Python that behaves as its modes say.
struct HostileServer {
    let server: ToolServer
    let lines = LoggedLines()

    init(
        _ modes: [String] = [], id: String = "bad", timeout: Double = 20, environment: [String: String] = [:]
    ) {
        let script = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../Fixtures/tools/hostile.py").standardized.path()
        server = ToolServer(
            id: id,
            transport: .stdio(
                command: "python3", arguments: [script] + modes, environment: environment,
                folder: FileManager.default.temporaryDirectory.path()), timeout: timeout)
    }

    var launch: ToolProcess.Launch {
        guard case .stdio(let command, let arguments, let environment, let folder) = server.transport else {
            return ToolProcess.Launch(command: "", arguments: [], environment: [:])
        }
        return ToolProcess.Launch(
            command: command, arguments: arguments, environment: environment, folder: folder)
    }

    func box(functions: [ToolFunction] = []) -> ToolBox {
        ToolBox(servers: [server], functions: functions) { _, line in lines.add(line) }
    }

    /// Calls a tool of the server alone, and ends it.
    func answer(_ tool: String, _ arguments: JSONValue = [:]) async throws -> ToolAnswer {
        let box = box()
        try await box.start()
        let entry = try #require(try await box.entries(for: [tool]).first)
        let answer = try await entry.call(arguments)
        await box.close()
        return answer
    }

    /// Why the server cannot be used.
    func fault() async throws -> ToolFault {
        let box = box()
        let fault = await #expect(throws: ToolFault.self) { try await box.start() }
        await box.close()
        return try #require(fault)
    }
}

/// What was logged.
final class LoggedLines: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func add(_ line: String) { lines.withLock { $0.append(line) } }
}

@Suite(.timeLimit(.minutes(2))) struct ProgramServerTests {
    @Test(arguments: [[], ["modern"], ["strict"], ["noise"], ["wrong-ids"], ["flood"], ["paged"], ["loop"], ["late"]])
    func answersWhateverItsManners(modes: [String]) async throws {
        let answer = try await HostileServer(modes).answer("echo", ["text": "grüße\nund mehr"])
        #expect(answer == ToolAnswer(text: "grüße\nund mehr"))
    }

    @Test func theKindOfServerIsFoundOut() async throws {
        for (modes, era) in [
            ([], MCPEra.handshake(version: "2025-11-25")), (["modern"], .stateless(version: "2026-07-28")),
        ] {
            let hostile = HostileServer(modes)
            let connection = MCPConnection(
                server: "bad", transport: StdioTransport(server: "bad", launch: hostile.launch, log: { _ in }),
                timeout: 20, log: { _ in })
            try await connection.open()
            #expect(connection.era == era)
            #expect(
                try await connection.tools().first
                    == MCPTool(
                        name: "echo", summary: "echo",
                        parameters: [
                            "type": "object", "properties": [:],
                        ]))
            await connection.close()
        }
    }

    /// A server without handshake that is slow to start answers the question only when it has been greeted already.
    @Test func aSlowServerIsUnderstoodInTheEnd() async throws {
        let hostile = HostileServer(["modern", "late"])
        let connection = MCPConnection(
            server: "bad", transport: StdioTransport(server: "bad", launch: hostile.launch, log: { _ in }), timeout: 20,
            probeTimeout: 0.05, log: { _ in })
        try await connection.open()
        #expect(connection.era == .stateless(version: "2026-07-28"))
        await connection.close()
    }

    @Test(arguments: [
        ("fail", "it does not work", true), ("structured", #"{"answer":42}"#, false),
        ("picture", "[image, image/png, 5 bytes]\n\nnotes: file:///notes", false), ("progress", "done", false),
    ])
    func resultsOfEveryKind(tool: String, text: String, isError: Bool) async throws {
        let answer = try await HostileServer(timeout: tool == "progress" ? 0.4 : 20).answer(tool)
        #expect(answer.text == text)
        #expect(answer.isError == isError)
        #expect(
            answer.pictures == (tool == "picture" ? [ToolPicture(kind: "image/png", text: "aGVsbG8=")] : []))
    }

    @Test func aLongResultIsCutWithANote() async throws {
        let answer = try await HostileServer().answer("huge").cut(to: MessageLimit.characters)
        #expect(answer.text.hasSuffix("x\n[cut: the first 65536 of 300000 characters]"))
        #expect(answer.text.count < 66_000)
    }

    @Test func aResultWithoutEndIsRefusedAndTheServerStays() async throws {
        let box = HostileServer().box()
        try await box.start()
        let entries = try await box.entries(for: nil)
        let endless = try #require(entries.first { $0.tool == "endless" })
        #expect(
            try await endless.call([:])
                == ToolAnswer(text: "the tool server “bad” sent an answer of more than 16 MiB", isError: true))
        #expect(try await entries[0].call(["text": "still here"]).text == "still here")
        await box.close()
    }

    @Test func aServerThatDiesInACallIsStartedAgainForTheNext() async throws {
        let hostile = HostileServer()
        let box = hostile.box()
        try await box.start()
        let entries = try await box.entries(for: nil)
        let die = try #require(entries.first { $0.tool == "die" })
        #expect(
            try await die.call([:])
                == ToolAnswer(
                    text: "the tool server “bad” cannot be used: it ended with status 9: a bug in line 7", isError: true
                ))
        #expect(try await entries[0].call(["text": "again"]).text == "again")
        #expect(hostile.lines.all == ["a bug in line 7", "started again after it had ended"])
        await box.close()
    }

    /// A box that is kept: what ended between two runs is there again in the next.
    @Test func aKeptBoxStartsWhatHasEnded() async throws {
        let box = HostileServer().box()
        try await box.start()
        let die = try #require(try await box.entries(for: ["die"]).first)
        for _ in 0..<4 { _ = try await die.call([:]) }
        #expect(try await die.call([:]).isError)
        try await box.start()
        let echo = try #require(try await box.entries(for: ["echo"]).first)
        #expect(try await echo.call(["text": "there"]).text == "there")
        await box.close()
    }

    @Test func aServerThatCouldNotStartIsTriedAgain() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tools-\(UUID().uuidString)").path()
        let box = ToolBox(servers: [
            ToolServer(
                id: "x", transport: .stdio(command: "cat", arguments: [], environment: [:], folder: folder),
                timeout: 0.2)
        ])
        for _ in 0..<2 {
            let fault = await #expect(throws: ToolFault.self) { try await box.start() }
            #expect(fault?.sentence.contains("there is no folder") == true)
        }
        await box.close()
    }

    @Test func aCallWithoutAnswerEndsInTimeAndTheServerIsTold() async throws {
        let box = HostileServer(timeout: 0.5).box()
        try await box.start()
        let entries = try await box.entries(for: nil)
        let wait = try #require(entries.first { $0.tool == "wait" })
        let answer = try await wait.call([:])
        #expect(answer.isError)
        #expect(answer.text == "the tool server “bad” has not answered tools/call within 0.5s")
        let places = try #require(entries.first { $0.tool == "where" })
        #expect(try await places.call([:]).text.contains("notifications/cancelled"))
        await box.close()
    }

    @Test func aStoppedCallReturnsAtOnce() async throws {
        let box = HostileServer().box()
        try await box.start()
        let wait = try #require(try await box.entries(for: ["wait"]).first)
        let task = Task { try await wait.call([:]) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        await box.close()
    }

    @Test func whatCannotBeReadIsNoAnswer() async throws {
        let hostile = HostileServer(["bad-json"], timeout: 0.4)
        #expect(try await hostile.answer("echo").text.hasPrefix("the tool server “bad” has not answered"))
        #expect(hostile.lines.all.first?.hasPrefix("no message: {\"jsonrpc\"") == true)
    }

    @Test func requestsOfTheServerAreAnswered() async throws {
        #expect(try await HostileServer(["asks"]).answer("echo").text == "[{}, -32601]")
    }

    @Test func aServerThatWantsInputIsRefused() async throws {
        let answer = try await HostileServer(["modern", "wants-input"]).answer("echo")
        #expect(answer.text == "the tool server “bad” asks for input from a person, which a chain cannot give")
    }

    @Test func toolsThatChangeAreReadAnew() async throws {
        let box = HostileServer(["changed"]).box()
        try await box.start()
        let echo = try #require(try await box.entries(for: ["echo"]).first)
        _ = try await echo.call([:])
        #expect(try await box.entries(for: nil).map(\.definition.name) == ["mcp_bad_later"])
        await box.close()
    }

    @Test func itGetsFolderVariablesAndNothingElse() async throws {
        let hostile = HostileServer(environment: ["KEY": "${HOME}-$${HOME}"])
        let text = try await hostile.answer("where").text
        let value = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        #expect(value["group"] == true)
        #expect(value["key"]?.stringValue?.hasSuffix("-${HOME}") == true)
        // Three streams, and the one through which it looks.
        if let open = value["descriptors"]?.arrayValue, !open.isEmpty { #expect(open == ["0", "1", "2", "3"]) }
    }

    /// Its standard input is closed, then it is asked to go, then it and what it started are ended.
    @Test func whatClingsIsEndedWithItsChildren() async throws {
        let pids = FileManager.default.temporaryDirectory.appending(path: "pids-\(UUID().uuidString)").path()
        let box = HostileServer(["clings"], environment: ["PIDS": pids]).box()
        try await box.start()
        let numbers = try String(contentsOfFile: pids, encoding: .utf8).split(separator: " ").compactMap { pid_t($0) }
        #expect(numbers.count == 2)
        #expect(numbers.allSatisfy { kill($0, 0) == 0 })
        await box.close()
        #expect(numbers.first.map { kill($0, 0) } == -1)
        // The end of the server's child is told to nobody here, and takes a moment.
        while numbers.last.map(isRunning) == true { try await Task.sleep(for: .milliseconds(2)) }
        #expect(numbers.last.map(isRunning) == false)
        try? FileManager.default.removeItem(atPath: pids)
    }

    private func isRunning(_ pid: pid_t) -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
        return !status.contains(") Z ")
    }

    @Test(arguments: [
        (["complains"], "it ended with status 3: ModuleNotFoundError: No module named 'search'"),
        (["future"], "the tool server “bad” speaks the protocol in 2031-01-01, and PromptChain in 2026-07-28"),
        (["ancient"], "the tool server “bad” speaks the protocol in 1999-01-01, and PromptChain in"),
    ])
    func whyAServerCannotBeUsed(modes: [String], words: String) async throws {
        let fault = try await HostileServer(modes).fault()
        #expect(fault.sentence.contains(words), "\(fault)")
    }

    @Test func aSilentServerIsGivenUp() async throws {
        let fault = try await HostileServer(["silent"], timeout: 0.3).fault()
        #expect(fault.sentence == "the tool server “bad” has not answered initialize within 0.3s")
        #expect(fault.kind == .timedOut)
    }

    @Test func aServerWithoutToolsIsNoFault() async throws {
        let hostile = HostileServer(["empty"])
        let box = hostile.box()
        try await box.start()
        #expect(try await box.entries(for: nil).isEmpty)
        #expect(hostile.lines.all == ["the server offers no tools"])
        await box.close()
    }

    @Test func programsThatAreNotThere() async throws {
        func fault(_ command: String, folder: String? = nil) async throws -> String {
            let box = ToolBox(servers: [
                ToolServer(
                    id: "x", transport: .stdio(command: command, arguments: [], environment: [:], folder: folder))
            ])
            let fault = await #expect(throws: ToolFault.self) { try await box.start() }
            await box.close()
            return try #require(fault).sentence
        }
        #expect(
            try await fault("no-such-program")
                == "the tool server “x” cannot be used: there is no program “no-such-program” in PATH")
        #expect(
            try await fault("/no/such/program")
                == "the tool server “x” cannot be used: there is no program /no/such/program")
        #expect(
            try await fault("cat", folder: "/no/such/folder")
                == "the tool server “x” cannot be used: there is no folder /no/such/folder")
    }

    @Test func everyServerThatFailsIsNamed() async throws {
        func server(_ id: String) -> ToolServer {
            ToolServer(
                id: id, transport: .stdio(command: "no-\(id)", arguments: [], environment: [:], folder: nil))
        }
        let box = ToolBox(servers: [server("a"), HostileServer().server, server("b")])
        let fault = await #expect(throws: ToolFault.self) { try await box.start() }
        #expect(fault?.sentence.contains("“no-a”") == true)
        #expect(fault?.sentence.contains("“no-b”") == true)
        await box.close()
    }
}
