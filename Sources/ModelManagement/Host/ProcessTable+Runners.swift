import Foundation
import PromptChainCore

/// What the kernel tells of processes that run models.
extension ProcessTable {
    /// Programs that take over the children of those that ended: a runner of one of these has lost its server.
    private static let reapers: Set<String> = [
        "systemd", "init", "launchd", "tini", "dumb-init", "docker-init", "containerd-shim", "conmon",
    ]

    /// What a runner does; `nil` when it is gone. Its files on bytes read are only open to its own user.
    /// - Parameter isLoading: whether its bytes and age are of interest: they change with every reading.
    func runner(_ process: Int32, isLoading: Bool) -> RunnerProcess? {
        guard let stat = stat(of: process) else { return nil }
        var runner = RunnerProcess(
            processID: process, parentID: stat.parent, state: stat.state.flatMap(RunnerProcess.State.init(kernel:)))
        guard isLoading else { return runner }
        runner.ageSeconds = age(of: process)
        runner.residentBytes = residentBytes(of: process)
        runner.readBytes = readBytes(of: process)
        return runner
    }

    /// Whether a process runs a model for a server that is gone. A runner whose server runs elsewhere on this host is none.
    func isOrphan(_ process: Int32) -> Bool {
        guard isRunner(process), let parent = stat(of: process)?.parent else { return false }
        guard let name = name(of: parent) else { return true }
        return Self.reapers.contains { name.hasPrefix($0) }
    }

    /// Whether a process is one of those that Ollama starts for a model, of any version of it.
    private func isRunner(_ process: Int32) -> Bool {
        let words = arguments(of: process)
        if OllamaRunner(processID: process, arguments: words) != nil { return true }
        let program = words.first?.split(separator: "/").last
        return program == "ollama" && words.dropFirst().first == "runner"
    }

    private func readBytes(of process: Int32) -> Int64? {
        for line in (text("/\(process)/io") ?? "").split(separator: "\n") where line.hasPrefix("read_bytes:") {
            return Int64(line.dropFirst("read_bytes:".count).trimmingCharacters(in: .whitespaces))
        }
        return nil
    }

    private func residentBytes(of process: Int32) -> Int64? {
        let pages = text("/\(process)/statm")?.split(separator: " ").dropFirst().first.flatMap { Int64($0) }
        guard let pages, pages >= 0, pages < 1 << 40 else { return nil }
        return pages * Int64(sysconf(Int32(_SC_PAGESIZE)))
    }
}

extension RunnerProcess.State {
    /// Source of the letters: proc(5), `/proc/PID/stat`.
    init?(kernel letter: Character) {
        switch letter {
        case "R": self = .running
        case "S", "I": self = .sleeping
        case "D": self = .blocked
        case "T", "t": self = .stopped
        case "Z", "X", "x": self = .ended
        default: return nil
        }
    }
}
