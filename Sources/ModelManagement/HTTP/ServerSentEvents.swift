import Foundation

/// Cuts a stream of bytes into server-sent events: `data:` lines of one event are joined, comments (pings) are dropped.
/// Source: WHATWG HTML, "Server-sent events", with line ends LF and CR LF.
struct ServerSentEvents {
    /// One event.
    struct Event: Equatable {
        /// Its name, where it has one.
        var name: String?
        var data: String
    }

    private var lines: LineCutter
    private var name: String?
    private var data: [String] = []

    /// - Parameter limit: the longest line that is taken, in bytes.
    init(limit: Int = 8 << 20) {
        lines = LineCutter(limit: limit)
    }

    /// Takes bytes and gives the events that they complete.
    /// - Throws: `TransportFailure.tooLong`.
    mutating func feed(_ chunk: some Collection<UInt8>) throws -> [Event] {
        try lines.feed(chunk).compactMap { take(line: $0) }
    }

    /// The event that the end of the stream completes, for servers that leave the last empty line out.
    mutating func finish() -> Event? {
        if let line = lines.finish(), let event = take(line: line) { return event }
        return take(line: [])
    }

    private mutating func take(line bytes: [UInt8]) -> Event? {
        if bytes.isEmpty {
            defer {
                name = nil
                data = []
            }
            return data.isEmpty ? nil : Event(name: name, data: data.joined(separator: "\n"))
        }
        let line = String(decoding: bytes, as: UTF8.self)
        guard !line.hasPrefix(":") else { return nil }
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        var value = parts.count > 1 ? parts[1] : ""
        if value.first == " " { value.removeFirst() }
        switch parts[0] {
        case "event": name = String(value)
        case "data": data.append(String(value))
        default: break
        }
        return nil
    }
}
