import Foundation

/// Where the user's files lie, by the XDG base directory specification.
public struct RuntimeDirectories: Equatable, Sendable {
    /// Configuration and themes: `$XDG_CONFIG_HOME/promptchain`.
    public var configuration: String
    /// The history and the log: `$XDG_STATE_HOME/promptchain`.
    public var state: String
    /// Sockets and locks, gone after a restart: `$XDG_RUNTIME_DIR/promptchain`, or the state folder.
    public var runtime: String

    /// The folders that an environment names. A variable that is empty or no absolute path counts as not set.
    public init(environment: [String: String]) {
        func folder(_ name: String) -> String? {
            guard let path = environment[name], path.hasPrefix("/") else { return nil }
            return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        }
        let home = folder("HOME") ?? NSHomeDirectory()
        configuration = (folder("XDG_CONFIG_HOME") ?? home + "/.config") + "/promptchain"
        state = (folder("XDG_STATE_HOME") ?? home + "/.local/state") + "/promptchain"
        runtime = folder("XDG_RUNTIME_DIR").map { $0 + "/promptchain" } ?? state
    }

    /// The configuration file.
    public var configurationFile: String { configuration + "/config.yaml" }
    /// The folder of the sockets of runs.
    public var runs: String { runtime + "/runs" }
    /// The folder of lock files.
    public var locks: String { runtime + "/locks" }
}
