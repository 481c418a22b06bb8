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

    /// The connections that are open to a port; `nil` when the kernel's table cannot be read.
    func connections(toPort port: Int) -> [Connection]? {
        guard let all = tcpSockets(.established, port: port) else { return nil }
        var sockets: [String: String] = [:]
        for socket in all where socket.remotePort == port {
            sockets["\(socket.local):\(socket.localPort)"] = socket.inode
        }
        return all.filter { $0.localPort == port }.map { socket in
            // A socket that nobody has any more has no number.
            let inode = sockets["\(socket.remote):\(socket.remotePort)"].flatMap { $0 == "0" ? nil : $0 }
            return Connection(address: Self.address(socket.remote[...]), socket: inode.map { "socket:[\($0)]" })
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

    /// The sockets of this very process.
    func ownSockets() -> Set<String> { Set(openFiles(of: "self").filter { $0.hasPrefix("socket:") }) }

    private func openFiles(of process: String) -> [String] {
        let folder = root + "/\(process)/fd"
        return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).compactMap {
            try? FileManager.default.destinationOfSymbolicLink(atPath: folder + "/" + $0)
        }
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
