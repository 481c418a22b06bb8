import Foundation
import PromptChainCore

/// One reading of all servers, as `watch --once` prints it.
struct ServerListing: Encodable {
    private enum CodingKeys: String, CodingKey {
        case time, servers
    }

    var time: Date
    var servers: [ServerSnapshot]

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Timestamp.text(time), forKey: .time)
        try container.encode(servers, forKey: .servers)
    }

    /// The reading as lines for people.
    var lines: [String] { servers.flatMap(Self.lines).map(Console.safe) }

    private static func lines(for server: ServerSnapshot) -> [String] {
        var head = "\(server.name)  \(server.provider)"
        if let version = server.version { head += " \(version)" }
        head += "  \(server.state.word)"
        if let used = server.usedVRAMBytes {
            head +=
                "  VRAM \(ByteCount.gib(used))" + (server.capacityBytes.map { " of \(ByteCount.text($0))" } ?? " GiB")
        }
        var lines = [head]
        if case .unreachable(let reason, let hint) = server.state {
            lines.append("  \(reason)")
            if !hint.isEmpty { lines.append("  \(hint)") }
        } else if server.models.isEmpty {
            lines.append("  no model is loaded")
        }
        for model in server.models {
            var parts = [model.name.short]
            if let size = model.sizeBytes { parts.append(ByteCount.text(size)) }
            if let fraction = model.vramFraction { parts.append("\(Int((fraction * 100).rounded())) % in VRAM") }
            if let context = model.contextLength { parts.append("context \(context)") }
            if model.isPinned {
                parts.append("pinned")
            } else if let expiry = model.expiresAt, expiry > server.time {
                parts.append("for \(Seconds.text(expiry.timeIntervalSince(server.time)))")
            }
            lines.append("  " + parts.joined(separator: " · "))
        }
        return lines
    }
}
