/// Makes names that models may call tools by, and knows which tool each means: the names are never taken apart again,
/// since the identifiers of servers and tools may hold any `_`.
struct ToolNames {
    /// The longest name that servers of models take.
    static let limit = 64
    private(set) var names: Set<String> = []

    /// The name of a server's tool: `mcp_{server}_{tool}`. Characters that a name cannot hold become `_`; a name that is
    /// too long, or that is taken, ends in a mark of its own.
    mutating func add(server: String, tool: String) -> String {
        let plain = "mcp_\(server)_\(tool)"
        let clean = Self.clean(plain)
        var name = clean.count > Self.limit ? Self.marked(clean, of: plain) : clean
        var round = 1
        while !names.insert(name).inserted {
            name = Self.marked(clean, of: "\(plain)\u{1}\(server.utf8.count)\u{1}\(round)")
            round += 1
        }
        return name
    }

    /// Whether a name is one that models may call a tool by.
    static func isUsable(_ name: String) -> Bool { !name.isEmpty && name.count <= limit && clean(name) == name }

    private static func clean(_ text: String) -> String {
        String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "_" || $0 == "-" ? $0 : "_" })
    }

    private static func marked(_ name: String, of plain: String) -> String {
        // FNV-1a: the same name in every run.
        let hash = plain.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
        let digits = String(hash, radix: 16)
        let mark = String(repeating: "0", count: 16 - digits.count) + digits
        return "\(name.prefix(limit - 9))_\(mark.prefix(8))"
    }
}
