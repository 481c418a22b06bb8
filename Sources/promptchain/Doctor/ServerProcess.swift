import Foundation

/// The process of an Ollama on this machine, and what its environment told it at its start.
struct ServerProcess: Equatable, Sendable {
    var pid: Int
    /// Variables and values; `nil` when they belong to another user and cannot be read.
    var settings: [Setting]?

    /// One variable.
    struct Setting: Equatable, Sendable {
        var name: String
        var value: String
    }

    // Those that decide about memory and waiting. Others, as a key to a cloud, are nobody's business.
    private static let names = [
        "OLLAMA_MAX_LOADED_MODELS", "OLLAMA_NUM_PARALLEL", "OLLAMA_KEEP_ALIVE", "OLLAMA_CONTEXT_LENGTH",
        "OLLAMA_KV_CACHE_TYPE", "OLLAMA_FLASH_ATTENTION", "OLLAMA_SCHED_SPREAD", "OLLAMA_GPU_OVERHEAD",
        "OLLAMA_LOAD_TIMEOUT", "OLLAMA_MAX_QUEUE",
    ]

    /// The process of `ollama serve` that listens on a port, by what `/proc` says of arguments and environment. Reads
    /// files.
    static func find(port: Int, proc: String = "/proc") -> ServerProcess? {
        let pids = ((try? FileManager.default.contentsOfDirectory(atPath: proc)) ?? []).compactMap(Int.init).sorted()
        var found: [ServerProcess] = []
        for pid in pids {
            guard let data = FileManager.default.contents(atPath: "\(proc)/\(pid)/cmdline") else { continue }
            let words = data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            guard words.count > 1, words[0].split(separator: "/").last == "ollama", words[1] == "serve" else {
                continue
            }
            guard let variables = variables(of: pid, proc: proc) else {
                found.append(ServerProcess(pid: pid))
                continue
            }
            let host = variables["OLLAMA_HOST"] ?? ""
            guard Self.port(host) == port else { continue }
            let settings = names.compactMap { name in variables[name].map { Setting(name: name, value: $0) } }
            return ServerProcess(pid: pid, settings: settings)
        }
        // Whether another user's process is the one on this port cannot be seen; the only one there is will be it.
        return found.count == 1 ? found[0] : nil
    }

    private static func variables(of pid: Int, proc: String) -> [String: String]? {
        guard let data = FileManager.default.contents(atPath: "\(proc)/\(pid)/environ") else { return nil }
        var variables: [String: String] = [:]
        for entry in data.split(separator: 0) {
            let pair = String(decoding: entry, as: UTF8.self).split(separator: "=", maxSplits: 1)
            if pair.count == 2 { variables[String(pair[0])] = String(pair[1]) }
        }
        return variables
    }

    private static func port(_ host: String) -> Int? {
        guard let colon = host.lastIndex(of: ":"), let port = Int(host[host.index(after: colon)...]) else {
            return 11_434
        }
        return port
    }
}
