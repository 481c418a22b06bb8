import Foundation

/// Tells whether an address is this host's: the loop, its name, or the address of one of its interfaces.
struct HostAddresses: Sendable {
    /// The host's name.
    var name: @Sendable () -> String
    /// The addresses of its interfaces, as text.
    var interfaces: @Sendable () -> [String]

    /// Those of the host that this program runs on.
    static let system = HostAddresses(
        name: HostAddresses.nameOfThisHost, interfaces: HostAddresses.interfacesOfThisHost)

    func contains(_ address: ServerAddress) -> Bool {
        if address.isThisMachine { return true }
        let host = address.host.lowercased()
        // Only numbers have a colon, or end in a figure.
        if host.contains(":") || host.last?.isNumber == true, interfaces().contains(host) { return true }
        let name = name().lowercased()
        return !host.isEmpty && (host == name || host == name.prefix { $0 != "." })
    }

    private static func nameOfThisHost() -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "" }
        return text(buffer)
    }

    private static func text(_ buffer: [CChar]) -> String {
        String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func interfacesOfThisHost() -> [String] {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return [] }
        defer { freeifaddrs(first) }
        var found: [String] = []
        var next = first
        while let entry = next?.pointee {
            next = entry.ifa_next
            guard let address = entry.ifa_addr else { continue }
            let family = Int32(address.pointee.sa_family)
            let length: Int
            switch family {
            case AF_INET: length = MemoryLayout<sockaddr_in>.size
            case AF_INET6: length = MemoryLayout<sockaddr_in6>.size
            default: continue
            }
            var buffer = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            guard
                getnameinfo(
                    address, socklen_t(length), &buffer, socklen_t(buffer.count), nil, 0, NI_NUMERICHOST) == 0
            else { continue }
            // An address of the link carries the interface's name behind a percent sign.
            found.append(String(text(buffer).prefix { $0 != "%" }))
        }
        return found
    }
}
