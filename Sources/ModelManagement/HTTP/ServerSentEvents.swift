import Foundation
import PromptChainCore

/// Cuts a stream of bytes into server-sent events: `data:` lines of one event are joined, comments (pings) are dropped.
/// Source: WHATWG HTML, "Server-sent events", with line ends LF and CR LF.
struct ServerSentEvents {
    /// One event.
    struct Event: Equatable {
        /// Its name, where it has one.
        var name: String?
        var data: String
    }

    /// The identifier of the last event that was complete: what the stream can be taken up behind.
    private(set) var lastID: String?
    /// How long to wait before the stream is taken up again, in seconds, as the server asks for it.
    private(set) var retrySeconds: Double?

    private var lines: LineCutter
    private var id: String?
    private var name: String?
    private var data: [String] = []

    /// - Parameter limit: the longest line that is taken, in bytes.
    init(limit: Int = 8 << 20) {
        lines = LineCutter(limit: limit)
    }

    /// Takes bytes and gives the events that they complete.
    /// - Throws: `TransportFailure.tooLong`.
    mutating func feed(_ chunk: some Collection<UInt8>) throws -> [Event] {
        try lines.complete(chunk).compactMap { take(line: $0) }
    }

    /// The event that the end of the stream completes, for servers that leave the last empty line out.
    mutating func finish() -> Event? {
        if let line = lines.finish(), let event = take(line: line) { return event }
        // What may have been cut off is not behind us: the stream is taken up before it.
        id = nil
        return take(line: [])
    }

    private mutating func take(line bytes: [UInt8]) -> Event? {
        if bytes.isEmpty {
            defer {
                lastID = id ?? lastID
                id = nil
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
        // An empty identifier takes the last one back.
        case "id" where !value.contains("\0"): id = String(value)
        case "retry": retrySeconds = UInt(value).map { Double($0) / 1000 } ?? retrySeconds
        default: break
        }
        return nil
    }
}
