import Foundation

/// The TCP sockets of this host, asked of the kernel over netlink.
///
/// To read `/proc/net/tcp` the kernel walks a table with a place for every connection that the host might have, twice
/// for every reader, and the same for `/proc/net/tcp6`; here it walks it once. That is why the older of its two requests
/// is used, which asks for the addresses of both kinds: the newer one asks for those of one. Source of the layouts:
/// sock_diag(7) and linux/inet_diag.h (`inet_diag_req`).
enum SocketDiagnostics {
    /// One socket. Addresses and numbers are written as in `/proc/net/tcp`; an address of the older kind that is written as
    /// one of the newer is given as the older.
    struct Socket: Equatable, Sendable {
        var local: String
        var localPort: Int
        var remote: String
        var remotePort: Int
        var user: String
        var inode: String
    }

    /// What a socket does.
    enum State: UInt32, Sendable {
        case established = 1
        case listening = 10
    }

    /// The sockets in a state that have a port at one of their ends; `nil` where the kernel is not to be asked.
    static func sockets(_ state: State, port: Int) -> [Socket]? {
        #if os(Linux)
            return ask(state, port: port)
        #else
            return nil
        #endif
    }

    /// Those that a text like `/proc/net/tcp` tells of.
    static func sockets(inTable table: String, _ state: State, port: Int) -> [Socket] {
        table.split(separator: "\n").dropFirst().compactMap { line in
            let columns = line.split(separator: " ")
            guard columns.count > 9, UInt32(columns[3], radix: 16) == state.rawValue,
                let local = endpoint(columns[1]), let remote = endpoint(columns[2]),
                local.port == port || remote.port == port
            else { return nil }
            return Socket(
                local: local.address, localPort: local.port, remote: remote.address, remotePort: remote.port,
                user: String(columns[7]), inode: String(columns[9]))
        }
    }

    private static func endpoint(_ text: Substring) -> (address: String, port: Int)? {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let port = Int(parts[1], radix: 16) else { return nil }
        return (shortened(String(parts[0])), port)
    }

    // A server that listens for both kinds sees the shorter addresses behind this prefix.
    private static func shortened(_ address: String) -> String {
        address.hasPrefix("0000000000000000FFFF0000") && address.count == 32 ? String(address.suffix(8)) : address
    }
}

#if os(Linux)
    extension SocketDiagnostics {
        private static let protocolNumber: Int32 = 4
        private static let requestType: UInt16 = 18
        private static let requestAndDump: UInt16 = 0x301
        private static let (failed, done): (UInt16, UInt16) = (2, 3)
        private static let (headerSize, requestSize, statesOffset, answerSize) = (16, 60, 52, 72)

        private static func ask(_ state: State, port: Int) -> [Socket]? {
            let kind = Int32(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue)
            let descriptor = Foundation.socket(AF_NETLINK, kind, protocolNumber)
            guard descriptor >= 0 else { return nil }
            defer { close(descriptor) }
            // It answers at once, or something is wrong.
            var limit = timeval(tv_sec: 1, tv_usec: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            var request = [UInt8](repeating: 0, count: headerSize + requestSize)
            request.withUnsafeMutableBytes { bytes in
                bytes.storeBytes(of: UInt32(headerSize + requestSize), as: UInt32.self)
                bytes.storeBytes(of: requestType, toByteOffset: 4, as: UInt16.self)
                bytes.storeBytes(of: requestAndDump, toByteOffset: 6, as: UInt16.self)
                bytes.storeBytes(
                    of: UInt32(1) << state.rawValue, toByteOffset: headerSize + statesOffset, as: UInt32.self)
            }
            guard send(descriptor, request, request.count, 0) == request.count else { return nil }
            var found: [Socket] = []
            var buffer = [UInt8](repeating: 0, count: 32_768)
            while true {
                let count = recv(descriptor, &buffer, buffer.count, 0)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return nil }
                let isOver = buffer.withUnsafeBytes { read($0[..<count], port: port, &found) }
                guard let isOver else { return nil }
                if isOver { return found }
            }
        }

        /// Reads the messages of one packet.
        /// - Returns: whether nothing follows; `nil` when the kernel refuses.
        private static func read(
            _ packet: Slice<UnsafeRawBufferPointer>, port: Int, _ found: inout [Socket]
        ) -> Bool? {
            let bytes = UnsafeRawBufferPointer(rebasing: packet)
            var place = 0
            while place + headerSize <= bytes.count {
                let length = Int(bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self))
                let type = bytes.loadUnaligned(fromByteOffset: place + 4, as: UInt16.self)
                if type == done { return true }
                guard type != failed, length >= headerSize, place + length <= bytes.count else { return nil }
                if length >= headerSize + answerSize {
                    let message = UnsafeRawBufferPointer(rebasing: bytes[(place + headerSize)...])
                    if let socket = parse(message, port: port) { found.append(socket) }
                }
                place += (length + 3) & ~3
            }
            return false
        }

        private static func parse(_ message: UnsafeRawBufferPointer, port: Int) -> Socket? {
            func number(_ offset: Int) -> UInt32 { message.loadUnaligned(fromByteOffset: offset, as: UInt32.self) }
            func portNumber(_ offset: Int) -> Int {
                Int(UInt16(bigEndian: message.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
            }
            func address(_ offset: Int) -> String {
                (0..<(message[0] == UInt8(AF_INET) ? 1 : 4)).map { word in
                    let hex = String(number(offset + 4 * word), radix: 16, uppercase: true)
                    return String(repeating: "0", count: 8 - hex.count) + hex
                }.joined()
            }
            let (local, remote) = (portNumber(4), portNumber(6))
            guard local == port || remote == port else { return nil }
            return Socket(
                local: shortened(address(8)), localPort: local, remote: shortened(address(24)), remotePort: remote,
                user: String(number(64)), inode: String(number(68)))
        }
    }
#endif
