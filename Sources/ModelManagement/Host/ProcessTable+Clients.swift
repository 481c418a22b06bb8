import Foundation

/// Who is connected to a port.
extension ProcessTable {
    /// A connection to a port of this host, as the kernel keeps it.
    struct Connection: Hashable, Sendable {
        /// The client's address, for people.
        var address: String
        /// The client's own socket, where the client runs on this host.
        var socket: String?
    }

    private struct Row {
        var local: Substring
        var localPort: Int
        var remote: Substring
        var remotePort: Int
        var inode: Substring
    }

    /// The connections that are open to a port; `nil` when the kernel's table cannot be read. Those of this very process
    /// are left out.
    func connections(toPort port: Int) -> [Connection]? {
        let tables = ["/net/tcp", "/net/tcp6"].compactMap { text($0) }
        guard !tables.isEmpty else { return nil }
        let rows = tables.flatMap { Self.established($0) }
        var sockets: [String: String] = [:]
        for row in rows where row.remotePort == port { sockets["\(row.local):\(row.localPort)"] = String(row.inode) }
        let own = ownSockets()
        return rows.filter { $0.localPort == port }.compactMap { row in
            // A socket that nobody has any more has no number.
            let inode = sockets["\(row.remote):\(row.remotePort)"].flatMap { $0 == "0" ? nil : $0 }
            let socket = inode.map { "socket:[\($0)]" }
            if let socket, own.contains(socket) { return nil }
            return Connection(address: Self.address(row.remote), socket: socket)
        }
    }

    /// The processes that have some sockets open. It reads the open files of all processes.
    func owners(of sockets: Set<String>) -> [String: Int32] {
        var found: [String: Int32] = [:]
        for process in processes() {
            for link in openFiles(of: "\(process)") where sockets.contains(link) {
                found[link] = found[link] ?? process
            }
            if found.count == sockets.count { break }
        }
        return found
    }

    private func ownSockets() -> Set<String> { Set(openFiles(of: "self").filter { $0.hasPrefix("socket:") }) }

    private func openFiles(of process: String) -> [String] {
        let folder = root + "/\(process)/fd"
        return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).compactMap {
            try? FileManager.default.destinationOfSymbolicLink(atPath: folder + "/" + $0)
        }
    }

    // State 01 is ESTABLISHED.
    private static func established(_ table: String) -> [Row] {
        table.split(separator: "\n").dropFirst().compactMap { line in
            let columns = line.split(separator: " ")
            guard columns.count > 9, columns[3] == "01", let local = endpoint(columns[1]),
                let remote = endpoint(columns[2])
            else { return nil }
            return Row(
                local: local.address, localPort: local.port, remote: remote.address, remotePort: remote.port,
                inode: columns[9])
        }
    }

    private static func endpoint(_ text: Substring) -> (address: Substring, port: Int)? {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let port = Int(parts[1], radix: 16) else { return nil }
        // A server that listens for both kinds sees the shorter addresses behind this prefix.
        let isMapped = parts[0].count == 32 && parts[0].hasPrefix("0000000000000000FFFF0000")
        return (isMapped ? parts[0].suffix(8) : parts[0], port)
    }

    // The kernel writes words of four bytes in the host's own order, which is the little-endian one on every platform
    // that Swift runs on.
    static func address(_ hex: Substring) -> String {
        let digits = Array(hex)
        let words = stride(from: 0, to: digits.count, by: 8).compactMap { start in
            UInt32(String(digits[start..<min(start + 8, digits.count)]), radix: 16)?.byteSwapped
        }
        if words.count == 1 {
            return [24, 16, 8, 0].map { "\(words[0] >> $0 & 0xFF)" }.joined(separator: ".")
        }
        let groups = words.flatMap { [$0 >> 16, $0 & 0xFFFF] }.map { String($0, radix: 16) }
        return shortened(groups)
    }

    // The longest row of zeros is written as two colons.
    private static func shortened(_ groups: [String]) -> String {
        var best = 0..<0
        var start = 0
        while start < groups.count {
            let end = groups[start...].firstIndex { $0 != "0" } ?? groups.count
            if end - start > best.count { best = start..<end }
            start = max(end, start + 1)
        }
        guard best.count > 1 else { return groups.joined(separator: ":") }
        return groups[..<best.lowerBound].joined(separator: ":") + "::"
            + groups[best.upperBound...].joined(separator: ":")
    }
}
