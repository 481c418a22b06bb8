import Dashboard
import Foundation
import PromptChainCore

/// One reading of all servers, as `watch --once` prints it.
struct ServerListing: Encodable {
    private enum CodingKeys: String, CodingKey {
        case time, servers
    }

    var time: Date
    /// The readings; what is to be said about them was judged before.
    var servers: [ServerSnapshot]

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Timestamp.text(time), forKey: .time)
        try container.encode(servers, forKey: .servers)
    }

    /// Whether every server answered.
    var isComplete: Bool { servers.allSatisfy { $0.state == .ready } }

    /// The reading as lines for people.
    var lines: [String] { servers.flatMap(Self.lines).map(Console.safe) }

    private static func lines(for server: ServerSnapshot) -> [String] {
        var head = "\(server.name)  \(server.provider)"
        if let version = server.version { head += " \(version)" }
        head += "  \(server.state.word)"
        switch server.state {
        case .ready: return [head + memory(of: server)] + models(of: server)
        case .unreachable(let reason, let hint): return [head, "  \(reason)"] + (hint.isEmpty ? [] : ["  \(hint)"])
        case .connecting, .starting, .stale:
            return [head, "  it accepts connections and does not answer: it may still be starting, or be too busy"]
        }
    }

    private static func memory(of server: ServerSnapshot) -> String {
        guard let used = server.usedVRAMBytes else { return "" }
        let origin = server.isCapacityLearned ? ", learned from a load that spilled" : ""
        let capacity = server.capacityBytes.map { " of \(ByteCount.text($0))\(origin)" } ?? " GiB, capacity unknown"
        return "  VRAM \(ByteCount.gib(used))\(capacity)"
    }

    private static func models(of server: ServerSnapshot) -> [String] {
        guard !server.models.isEmpty else { return ["  no model is loaded"] }
        return server.models.map { model in
            var parts = [model.name.short]
            if let size = model.sizeBytes { parts.append(ByteCount.text(size)) }
            if let fraction = model.vramFraction { parts.append("\(Int((fraction * 100).rounded())) % in VRAM") }
            if let context = model.contextLength { parts.append("context \(context)") }
            if model.isPinned {
                parts.append("pinned")
            } else if let expiry = model.expiresAt, expiry > server.time {
                parts.append("for \(Seconds.text(expiry.timeIntervalSince(server.time)))")
            } else if model.expiresAt != nil {
                // While a model works, servers leave an old time standing.
                parts.append("busy")
            }
            return "  " + parts.joined(separator: " · ")
        }
    }
}
