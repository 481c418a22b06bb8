import Foundation

/// Talks over a plain socket: sees every byte that arrives before a connection breaks.
enum RawClient {
    /// What arrived.
    struct Received {
        var text: String
        /// Whether the terminating chunk arrived.
        var isComplete: Bool { text.hasSuffix("0\r\n\r\n") }
        /// The lines of the body.
        var lines: [String] {
            text.split(whereSeparator: { $0 == "\n" || $0 == "\r\n" }).map(String.init)
                .filter { $0.hasPrefix("{") || $0.hasPrefix("data: {") }
        }
    }

    struct Failure: Error { var text: String }

    /// Sends a request and reads until the server closes the connection or the answer is complete.
    /// - Parameter lines: after how many it stays silent: then a moment without a byte ends the reading as well.
    static func post(_ port: Int, _ path: String, _ body: String, lines: Int? = nil) async throws -> Received {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try exchange(port, path, body, lines) })
            }
        }
    }

    private static func exchange(_ port: Int, _ path: String, _ body: String, _ lines: Int?) throws -> Received {
        #if canImport(Glibc)
            let kind = Int32(SOCK_STREAM.rawValue)
        #else
            let kind = SOCK_STREAM
        #endif
        let descriptor = socket(AF_INET, kind, 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) }
        }
        guard connected == 0 else { throw Failure(text: String(cString: strerror(errno))) }
        setSilence(descriptor, seconds: 60)
        let request = "POST \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        let sent = Array(request.utf8).withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, 0) }
        guard sent == request.utf8.count else { throw Failure(text: "not everything was sent") }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            // A process that was stopped for a while is told so here.
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += buffer[..<count]
            if bytes.suffix(5) == Array("0\r\n\r\n".utf8)[...] { break }
            let received = Received(text: String(decoding: bytes, as: UTF8.self))
            if let lines, received.lines.count >= lines { setSilence(descriptor, seconds: 0.3) }
        }
        return Received(text: String(decoding: bytes, as: UTF8.self))
    }

    /// How long a socket waits for a byte.
    private static func setSilence(_ descriptor: Int32, seconds: Double) {
        var timeout = timeval(tv_sec: Int(seconds), tv_usec: 0)
        timeout.tv_usec = .init((seconds - seconds.rounded(.down)) * 1e6)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    }
}
