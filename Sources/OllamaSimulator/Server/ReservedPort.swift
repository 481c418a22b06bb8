import Foundation

/// A port that is bound and does not listen: connections to it are refused, and nobody else gets it.
final class ReservedPort: Sendable {
    private let descriptor: Int32
    /// The number of the port.
    let number: Int

    /// Reserves a port of an IPv4 address; 0 for any free one.
    init(host: String, port: Int) throws {
        #if canImport(Glibc)
            let kind = Int32(SOCK_STREAM.rawValue)
        #else
            let kind = SOCK_STREAM
        #endif
        let descriptor = socket(AF_INET, kind, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr(host == "localhost" ? "127.0.0.1" : host)
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) == 0 && getsockname(descriptor, pointer, &length) == 0
            }
        }
        guard descriptor >= 0, isBound else {
            if descriptor >= 0 { close(descriptor) }
            throw SimulatorError.cannotListen(host: host, port: port, reason: String(cString: strerror(errno)))
        }
        self.descriptor = descriptor
        number = Int(in_port_t(bigEndian: address.sin_port))
    }

    deinit { close(descriptor) }
}

extension SimulatorError {
    /// The error for an address that cannot be had.
    static func cannotListen(host: String, port: Int, reason: String) -> SimulatorError {
        if reason.contains("in use") || reason.contains("errno: 98") || reason.contains("errno: 48") {
            return SimulatorError(
                "port \(port) of \(host) is already in use", hint: "choose another with --port, or 0 for any free one")
        }
        if reason.contains("denied") || reason.contains("errno: 13") {
            return SimulatorError(
                "port \(port) of \(host) may not be used by this user", hint: "choose a port above 1023")
        }
        return SimulatorError(
            "cannot listen on \(host), port \(port): \(reason)", hint: "choose an address of this machine")
    }
}
