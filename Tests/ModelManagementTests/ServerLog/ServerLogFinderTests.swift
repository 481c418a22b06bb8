import Foundation
import PromptChainCore
import Testing

@testable import ModelManagement

/// Where a server's log is found, in recorded trees of processes.
@Suite struct ServerLogFinderTests {
    private static let number = String(repeating: "0123456789abcdef", count: 4)

    private func find(
        _ files: [String: String], links: [String: String] = [:], name: String = "ollama",
        setting: ServerLogSetting = .automatic, programs: Set<String> = ["journalctl", "docker"], kept: FileTree? = nil,
        denied: String? = nil
    ) throws -> ServerLogFinding {
        let tree = try kept ?? FileTree(["50/stat": "50 (x) S 1 50"].merging(files) { $1 }, links: links)
        var finder = ServerLogFinder(processes: ProcessTable(root: tree.path), home: tree.path + "/home")
        finder.containers = tree.path + "/containers"
        finder.journals = [tree.path + "/journal"]
        finder.hasProgram = { programs.contains($0) }
        finder.ownProcess = 1
        if let denied { finder.canRead = { !$0.hasSuffix(denied) } }
        var server = ServerConfiguration()
        server.log = setting
        return finder.find(server, process: ServerProcess(processID: 50, name: name))
    }

    @Test func aFileThatTheOutputGoesTo() throws {
        let tree = try FileTree(["logs/ollama.log": "x", "50/stat": "50 (ollama) S 1 50"])
        let log = tree.path + "/logs/ollama.log"
        for number in [1, 2] {
            try FileManager.default.createDirectory(atPath: tree.path + "/50/fd", withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(
                atPath: tree.path + "/50/fd/\(number)", withDestinationPath: log)
        }
        let finding = try find([:], kept: tree)
        #expect(finding.sources == [.file(path: log, .none)])
        #expect(finding.place == "\(log), where its output goes")
    }

    @Test func whatIsNotPermittedSaysWhatHelps() throws {
        let tree = try FileTree([
            "logs/ollama.log": "x", "50/stat": "50 (ollama) S 1 50", "journal/abc/system.journal": "x",
            "50/cgroup": "0::/system.slice/ollama.service\n",
        ])
        let log = tree.path + "/logs/ollama.log"
        let journal = try find([:], kept: tree, denied: "system.journal")
        #expect(journal.isDenied && journal.sources.isEmpty)
        #expect(journal.reason == "the journal of ollama.service is not for this user")
        #expect(journal.hint?.hasPrefix("Join the group systemd-journal") == true)
        #expect(try !find([:], kept: tree).isDenied)
        try FileManager.default.createDirectory(atPath: tree.path + "/50/fd", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: tree.path + "/50/fd/2", withDestinationPath: log)
        #expect(try find([:], kept: tree, denied: "ollama.log").reason == "\(log) is not for this user")
        #expect(try find([:], setting: .file(log), kept: tree, denied: "ollama.log").isDenied)
    }

    @Test func aTerminalAndAPipeAreNoLogs() throws {
        let terminal = try find([:], links: ["50/fd/1": "/dev/pts/3", "50/fd/2": "/dev/pts/3"])
        #expect(terminal.sources.isEmpty)
        #expect(terminal.reason == "it goes to a terminal (/dev/pts/3)")
        #expect(terminal.hint == ServerLogFinder.settingHint)
        #expect(!terminal.isDenied)
        let pipe = try find(["50/cgroup": "0::/system.slice/x.service\n"], links: ["50/fd/1": "pipe:[7]"])
        #expect(pipe.reason == "it goes to another program")
    }

    @Test func theJournalOfAUnit() throws {
        let group = ["50/cgroup": "1:cpu:/\n0::/system.slice/ollama.service\n"]
        let finding = try find(group, links: ["50/fd/1": "socket:[9]", "50/fd/2": "socket:[9]"])
        #expect(finding.place == "the journal of ollama.service")
        guard case .program(let words, .journal)? = finding.sources.first else {
            Issue.record("no journal: \(finding)")
            return
        }
        #expect(words.first == "journalctl" && words.last == "--unit=ollama.service")
        // A service of another user: its open files cannot be looked at.
        #expect(try find(group).sources == finding.sources)
        let own = try find([
            "50/cgroup": "0::/user.slice/user-1000.slice/user@1000.service/app.slice/ollama.service\n"
        ])
        guard case .program(let ownWords, _)? = own.sources.first else { return }
        #expect(ownWords.last == "--user-unit=ollama.service")
        #expect(
            try find(group, programs: []).reason
                == "it is in the journal of ollama.service, and there is no journalctl here")
        // A shell that somebody logged in to is no service.
        let session = try find(["50/cgroup": "0::/user.slice/user-0.slice/session-2.scope\n"])
        #expect(session.reason == "process 50 belongs to another user")
    }

    @Test func aContainersLog() throws {
        let group = ["50/cgroup": "0::/system.slice/docker-\(Self.number).scope\n"]
        let path = "containers/\(Self.number)/\(Self.number)-json.log"
        guard case .file(let found, .docker)? = try find(group.merging([path: ""]) { $1 }).sources.first else {
            Issue.record("no container's log")
            return
        }
        #expect(found.hasSuffix(path))
        let denied = try find(group)
        #expect(denied.isDenied)
        #expect(denied.hint == "Where you may use docker, write `log: docker:0123456789ab` in the configuration.")
        #expect(ServerLogFinder.container(in: "/docker/\(Self.number)") == Self.number)
        #expect(ServerLogFinder.container(in: "/kubepods.slice/cri-containerd-\(Self.number).scope") == Self.number)
        #expect(ServerLogFinder.container(in: "/system.slice/ollama.service") == nil)
    }

    @Test func whatTheConfigurationSays() throws {
        #expect(try find([:], setting: .none).sources.isEmpty)
        #expect(try find([:], setting: .file("/nowhere/x.log")).sources == [.file(path: "/nowhere/x.log", .none)])
        #expect(
            try find([:], setting: .docker(container: "llm")).sources
                == [.program(words: ["docker", "logs", "--follow", "--timestamps", "--tail=200", "llm"], .none)])
        #expect(try find([:], setting: .journal(unit: "a.service")).place == "the journal of a.service")
    }

    @Test func whatOnlyPassesOnIsNotFollowed() throws {
        let finding = try find([:], name: "docker-proxy")
        #expect(finding.sources.isEmpty)
        #expect(finding.hint == "Name its container with `log: docker:NAME` in the configuration.")
    }

    @Test(
        arguments: [
            ("auto", ServerLogSetting.automatic), ("none", ServerLogSetting.none), ("/var/log/x", .file("/var/log/x")),
            ("~/x.log", .file("/home/me/x.log")), ("journal:ollama", .journal(unit: "ollama.service")),
            ("journal:a@b.scope", .journal(unit: "a@b.scope")), ("docker:my_llm", .docker(container: "my_llm")),
        ])
    func settings(text: String, setting: ServerLogSetting) {
        #expect(ServerLogSetting(text, home: "/home/me") == setting)
    }

    @Test(arguments: ["", "x.log", "journal:", "docker:-f", "docker:a b", "journal:x;y", "off"])
    func noSettings(text: String) {
        #expect(ServerLogSetting(text, home: "/home/me") == nil)
        let (_, faults) = ConfigurationFile.parse(
            text: "servers: [{name: a, url: x, log: \"\(text)\"}]\n", file: "c.yaml", environment: [:])
        #expect(faults.map(\.message) == ["“server 1, log” is no place of a log"])
    }
}
