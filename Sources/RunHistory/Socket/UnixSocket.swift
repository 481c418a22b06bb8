import Foundation

/// The system's calls for sockets that have a path. All of them block at most for a moment.
enum UnixSocket {
    /// The longest path, in bytes, without the zero at its end.
    static let longestPath = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1

    /// Connects to a socket.
    /// - Returns: the descriptor, which no program that is started gets.
    /// - Throws: `RunSocketFault`.
    static func connect(to path: String) throws -> Int32 {
        guard path.utf8.count <= longestPath else {
            throw RunSocketFault.failed("the path \(path) is too long for a socket")
        }
        let descriptor = socket(AF_UNIX, streamType, 0)
        guard descriptor >= 0 else { throw RunSocketFault.failed(String(cString: strerror(errno))) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        var address = address(path)
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { systemConnect(descriptor, $0, size) }
        }
        if result == 0 { return descriptor }
        let code = errno
        close(descriptor)
        switch code {
        case ECONNREFUSED, ENOENT, ENOTSOCK: throw RunSocketFault.dead
        case EAGAIN: throw RunSocketFault.silent
        default: throw RunSocketFault.failed(String(cString: strerror(code)))
        }
    }

    /// Whether nobody listens at a path any more.
    static func isDead(_ path: String) -> Bool {
        do {
            close(try connect(to: path))
            return false
        } catch {
            return error as? RunSocketFault == .dead
        }
    }

    private static func address(_ path: String) -> sockaddr_un {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(longestPath)) }
        return address
    }

    private static func systemConnect(
        _ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ size: socklen_t
    ) -> Int32 {
        Foundation.connect(descriptor, address, size)
    }

    #if canImport(Darwin)
        private static var streamType: Int32 { SOCK_STREAM }
    #else
        private static var streamType: Int32 { Int32(SOCK_STREAM.rawValue) }
    #endif
}
