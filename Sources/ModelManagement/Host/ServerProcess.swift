import Foundation
import PromptChainCore

/// The process that listens on a server's port on this host, and those that it began.
public struct ServerProcess: Equatable, Sendable {
    /// Its number.
    public var processID: Int32
    /// Its program's name, as the kernel keeps it: 15 letters at most; empty when it is not known.
    public var name: String
    /// The processes that it began, and those that they began.
    public var descendants: [Int32]
    /// Its program and arguments; empty when they cannot be read.
    public var arguments: [String]
    /// Its environment; `nil` when it belongs to another user and cannot be read.
    public var environment: [String: String]?

    /// A process.
    public init(
        processID: Int32, name: String = "", descendants: [Int32] = [], arguments: [String] = [],
        environment: [String: String]? = nil
    ) {
        self.processID = processID
        self.name = name
        self.descendants = descendants
        self.arguments = arguments
        self.environment = environment
    }

    /// All of the server's processes.
    public var processIDs: Set<Int32> { Set(descendants + [processID]) }

    /// What the process was told about memory: by `OLLAMA_*` in its environment, or by llama-server's options.
    /// What it was not told is `nil`, since the server's own default is not known here.
    public var settings: ServerSettings {
        ServerSettings(
            parallelSlots: number("OLLAMA_NUM_PARALLEL", "--parallel", "-np"),
            cacheType: value("OLLAMA_KV_CACHE_TYPE", "--cache-type-k", "-ctk"),
            maxLoadedModels: number("OLLAMA_MAX_LOADED_MODELS", "--models-max"))
    }

    /// Whether the process only passes on what it hears, to a container or another host: what is behind it may have
    /// other GPUs, or none. So does this program's simulated server.
    public var isForwarder: Bool { Self.forwarders.contains(name.lowercased()) }

    // As the kernel cuts them: systemd-socket-proxyd is the one that ends in a dash.
    private static let forwarders: Set<String> = [
        "ssh", "sshd", "sshd-session", "autossh", "dropbear", "docker-proxy", "rootlessport", "rootlesskit",
        "slirp4netns", "pasta", "pasta.avx2", "passt", "passt.avx2", "gvproxy", "conmon", "kubectl", "socat", "ncat",
        "nc", "haproxy", "nginx", "caddy", "envoy", "traefik", "tailscaled", "cloudflared", "systemd",
        "systemd-socket-", "promptchain",
    ]

    private func number(_ names: String...) -> Int? {
        let text = names.lazy.compactMap { value($0) }.first
        return text.flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    }

    private func value(_ names: String...) -> String? { names.lazy.compactMap { value($0) }.first }

    private func value(_ name: String) -> String? {
        guard name.hasPrefix("-") else { return environment?[name].flatMap { $0.isEmpty ? nil : $0 } }
        for (index, argument) in arguments.enumerated() {
            if argument == name, index + 1 < arguments.count { return arguments[index + 1] }
            if argument.hasPrefix(name + "=") { return String(argument.dropFirst(name.count + 1)) }
        }
        return nil
    }
}
