/// The two kinds of the protocol.
enum MCPEra: Equatable, Sendable {
    /// With a handshake (`initialize`), until 2025-11-25.
    case handshake(version: String)
    /// Without one: every request tells its version, since 2026-07-28.
    case stateless(version: String)

    /// The versions with a handshake, the newest first.
    static let handshakeVersions = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"]
    /// The versions without one.
    static let statelessVersions = ["2026-07-28"]

    /// The version.
    var version: String {
        switch self {
        case .handshake(let version), .stateless(let version): version
        }
    }

    /// Whether every request stands for itself.
    var isStateless: Bool { if case .stateless = self { true } else { false } }
}
