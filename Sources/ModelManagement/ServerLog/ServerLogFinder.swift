import Foundation

/// Finds out where a server of this host writes its own log. The calls read files: they belong on a thread of their own.
struct ServerLogFinder: Sendable {
    /// What helps where nothing was found.
    static let settingHint = "Say where it is with `log:` of the server in the configuration."

    /// The processes of this host.
    var processes: ProcessTable
    /// The user's home folder.
    var home: String?
    /// Where docker keeps its containers.
    var containers = "/var/lib/docker/containers"
    /// Where journals are kept.
    var journals = ["/var/log/journal", "/run/log/journal"]
    /// Whether a program is there to be started.
    var hasProgram: @Sendable (String) -> Bool = ServerLogFinder.isInPath
    /// Whether this user may read a file.
    var canRead: @Sendable (String) -> Bool = { access($0, R_OK) == 0 }
    /// The number of this program's own process.
    var ownProcess = getpid()

    /// Where a server's log is.
    /// - Parameter process: what listens on its port on this host; `nil` when nothing is found there.
    func find(_ server: ServerConfiguration, process: ServerProcess?) -> ServerLogFinding {
        switch server.log {
        case .none: ServerLogFinding(reason: "the configuration says `log: none`")
        case .file(let path): file(path, "as the configuration says")
        case .journal(let unit): journal(unit: unit, ofUser: false)
        case .docker(let container): docker(container)
        case .automatic: process.map { ofProcess($0, server) } ?? withoutProcess(server)
        }
    }

    private func ofProcess(_ process: ServerProcess, _ server: ServerConfiguration) -> ServerLogFinding {
        guard process.processID != ownProcess else { return ServerLogFinding() }
        guard !process.isForwarder else {
            let isDocker = process.name == "docker-proxy"
            return ServerLogFinding(
                reason: "\(process.name) only passes on what the server says",
                hint: isDocker ? "Name its container with `log: docker:NAME` in the configuration." : Self.settingHint)
        }
        let streams = streams(of: process.processID)
        if let finding = files(streams, of: process.processID) { return finding }
        let group = controlGroup(of: process.processID)
        if let container = Self.container(in: group) { return self.container(container) }
        // A service whose output goes elsewhere has nothing in the journal; one of another user cannot be looked at.
        let mayBeJournal = streams.isEmpty || streams.contains { $0.target.hasPrefix("socket:") }
        if let unit = Self.unit(in: group), mayBeJournal { return journal(unit: unit.name, ofUser: unit.isOfUser) }
        if let own = ownFile(server, of: process) { return own }
        guard let stream = streams.last else {
            return ServerLogFinding(
                reason: "process \(process.processID) belongs to another user", hint: Self.settingHint)
        }
        return ServerLogFinding(reason: "it goes to \(Self.words(stream.target))", hint: Self.settingHint)
    }

    // Where there is no table of processes, the file in its usual place is all that can be known.
    private func withoutProcess(_ server: ServerConfiguration) -> ServerLogFinding {
        guard processes.hasListener(port: server.url.port) == nil, let own = ownFile(server, of: nil) else {
            return ServerLogFinding()
        }
        return own
    }

    // MARK: - Files

    private struct Stream {
        var number: Int
        var target: String
    }

    private func streams(of process: Int32) -> [Stream] {
        [1, 2].compactMap { number in
            let link = "\(processes.root)/\(process)/fd/\(number)"
            return (try? FileManager.default.destinationOfSymbolicLink(atPath: link)).map {
                Stream(number: number, target: $0)
            }
        }
    }

    private func files(_ streams: [Stream], of process: Int32) -> ServerLogFinding? {
        var found: [(path: String, number: Int)] = []
        for stream in streams where stream.target.hasPrefix("/") && !stream.target.hasPrefix("/dev/") {
            let link = "\(processes.root)/\(process)/fd/\(stream.number)"
            guard let status = Self.status(link), status.st_mode & S_IFMT == S_IFREG else { continue }
            // Deleted, or seen by the server under another root: then the link alone leads there.
            let isHere = Self.status(stream.target).map { $0.st_ino == status.st_ino && $0.st_dev == status.st_dev }
            let path = isHere == true ? stream.target : link
            if !found.contains(where: { $0.path == path }) { found.append((path, stream.number)) }
        }
        guard let first = found.first else { return nil }
        if let denied = found.first(where: { !canRead($0.path) }) {
            return Self.denied(denied.path)
        }
        let names =
            found.count > 1 || streams.count > 1 && streams[0].target == streams[1].target
            ? "output" : first.number == 1 ? "standard output" : "standard error"
        return ServerLogFinding(
            sources: found.map { .file(path: $0.path, .none) },
            place: found.map(\.path).joined(separator: " and ") + ", where its \(names) goes")
    }

    private func file(_ path: String, _ origin: String) -> ServerLogFinding {
        // One that is not there yet may come.
        if access(path, F_OK) == 0, !canRead(path) { return Self.denied(path) }
        return ServerLogFinding(sources: [.file(path: path, .none)], place: "\(path), \(origin)")
    }

    private func ownFile(_ server: ServerConfiguration, of process: ServerProcess?) -> ServerLogFinding? {
        guard server.provider == .ollama, let home else { return nil }
        let path = home + "/.ollama/logs/server.log"
        guard let status = Self.status(path), canRead(path) else { return nil }
        if let process {
            // One that is older than the server is not the server's.
            guard process.name == "ollama", let age = processes.age(of: process.processID),
                Double(time(nil) - Self.modified(status)) <= age
            else { return nil }
        }
        return ServerLogFinding(
            sources: [.file(path: path, .none)], place: "\(path), where Ollama's application writes it")
    }

    // MARK: - Journal and containers

    private func journal(unit: String, ofUser: Bool) -> ServerLogFinding {
        guard hasProgram("journalctl") else {
            return ServerLogFinding(
                reason: "it is in the journal of \(unit), and there is no journalctl here", hint: Self.settingHint)
        }
        if !ofUser, isJournalDenied {
            return ServerLogFinding(
                reason: "the journal of \(unit) is not for this user",
                hint: "Join the group systemd-journal, or say where else it is with `log:` in the configuration.",
                isDenied: true)
        }
        return ServerLogFinding(
            sources: [.journal(unit: unit, ofUser: ofUser)], place: "the journal of \(unit)")
    }

    private var isJournalDenied: Bool {
        let files = journals.flatMap { folder in
            ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).map {
                "\(folder)/\($0)/system.journal"
            }
        }
        let present = files.filter { Self.status($0) != nil || errno == EACCES }
        return !present.isEmpty && present.allSatisfy { !canRead($0) }
    }

    private func docker(_ container: String) -> ServerLogFinding {
        guard hasProgram("docker") else {
            return ServerLogFinding(
                reason: "it is in the container \(container), and there is no docker here", hint: Self.settingHint)
        }
        return ServerLogFinding(
            sources: [.docker(container: container)], place: "what docker has of the container \(container)")
    }

    private func container(_ number: String) -> ServerLogFinding {
        let path = "\(containers)/\(number)/\(number)-json.log"
        let short = number.prefix(12)
        guard canRead(path) else {
            return ServerLogFinding(
                reason: "it runs in the container \(short), whose log is not for this user",
                hint: "Where you may use docker, write `log: docker:\(short)` in the configuration.", isDenied: true)
        }
        return ServerLogFinding(
            sources: [.file(path: path, .docker)], place: "\(path), what docker has of its container")
    }

    // MARK: - Control groups

    private func controlGroup(of process: Int32) -> String {
        let lines = (processes.text("/\(process)/cgroup") ?? "").split(separator: "\n")
        // The unified hierarchy, or the one that systemd keeps beside the old ones.
        let line = lines.first { $0.contains(":name=systemd:") } ?? lines.first { $0.hasPrefix("0::") } ?? lines.first
        return line.map { String($0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).last ?? "") }
            ?? ""
    }

    static func unit(in group: String) -> (name: String, isOfUser: Bool)? {
        let parts = group.split(separator: "/")
        guard let last = parts.last, last.hasSuffix(".service"), !last.hasPrefix("user@") else { return nil }
        return (String(last), parts.dropLast().contains { $0.hasPrefix("user@") })
    }

    static func container(in group: String) -> String? {
        for part in group.split(separator: "/").reversed() {
            for word in part.split(whereSeparator: { "-.".contains($0) })
            where word.count == 64 && word.allSatisfy(\.isHexDigit) { return String(word) }
        }
        return nil
    }

    // MARK: - Files of this host

    private static func denied(_ path: String) -> ServerLogFinding {
        ServerLogFinding(
            reason: "\(path) is not for this user",
            hint: "Let this user read the file, or say where else the log is with `log:` in the configuration.",
            isDenied: true)
    }

    private static func words(_ target: String) -> String {
        switch target {
        case _ where target.hasPrefix("/dev/pts/") || target.hasPrefix("/dev/tty"): "a terminal (\(target))"
        case "/dev/null": "/dev/null"
        case _ where target.hasPrefix("pipe:"): "another program"
        case _ where target.hasPrefix("socket:"): "another program"
        default: target
        }
    }

    private static func status(_ path: String) -> stat? {
        var status = stat()
        return stat(path, &status) == 0 ? status : nil
    }

    private static func modified(_ status: stat) -> time_t {
        #if canImport(Darwin)
            status.st_mtimespec.tv_sec
        #else
            status.st_mtim.tv_sec
        #endif
    }

    private static func isInPath(_ name: String) -> Bool {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
            FileManager.default.isExecutableFile(atPath: "\($0)/\(name)")
        }
    }
}

extension CapacityReader {
    /// Where the log of a server is, when it runs on this host or the configuration says so.
    public func log(of server: ServerConfiguration) async -> ServerLogFinding {
        if case .none = server.log { return ServerLogFinding(reason: "the configuration says `log: none`") }
        let process = server.log == .automatic ? await process(of: server) : nil
        guard server.log != .automatic || addresses.contains(server.url) else { return ServerLogFinding() }
        return await onQueue { [processes] in
            let home = ProcessInfo.processInfo.environment["HOME"]
            return ServerLogFinder(processes: processes, home: home).find(server, process: process)
        }
    }
}
