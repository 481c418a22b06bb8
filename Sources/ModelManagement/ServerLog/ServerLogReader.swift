import Foundation
import PromptChainCore

/// Makes lines of the Log pane from what a server writes: unwrapped, taken apart, without this program's own polling,
/// without secrets, and no longer than a line may be.
public struct ServerLogReader: Sendable {
    /// The longest message that is kept, in characters.
    static let longest = 4096

    private let component: String
    private let secrets: Secrets
    private let utcOffset: Int
    private let polled: PolledRequests
    private var envelope: LogEnvelope
    private var lastLevel = LogLine.Level.info
    private var lastTime: Date?
    /// The latest time that a line said, right or wrong.
    private var newest: Date?
    private var isKnownUntil: Date?

    /// A reader.
    /// - Parameters:
    ///   - server: whose log it is; its secrets are left out.
    ///   - component: the name that lines have.
    ///   - utcOffset: seconds that this host's clock is before UTC.
    public init(
        _ envelope: ServerLogSource.Envelope, of server: ServerConfiguration, component: String, utcOffset: Int
    ) {
        self.component = component
        self.utcOffset = utcOffset
        self.envelope = LogEnvelope(envelope)
        secrets = Secrets(server)
        polled = PolledRequests(addresses: Set(HostAddresses.system.interfaces()))
    }

    /// The lines to show.
    /// - Parameters:
    ///   - raw: lines as they were read, without line breaks.
    ///   - now: the time now, which lines without one have.
    ///   - past: the time of lines without one that were there before anybody looked; `nil` for new lines.
    public mutating func lines(_ raw: [[UInt8]], now: Date, past: Date? = nil) -> [LogLine] {
        let parser = ServerLogParser(now: now, utcOffset: utcOffset)
        return raw.flatMap { bytes -> [LogLine] in
            guard let content = envelope.content(of: bytes) else { return [] }
            if content.isComplaint {
                guard content.text.contains(where: { !$0.isWhitespace }) else { return [] }
                return [line(time: now, level: .warning, content.text)]
            }
            // In the journal a message may have several lines.
            return content.text.split(separator: "\n").compactMap { text in
                shown(parser.parse(String(text)), time: content.time, now: now, past: past)
            }
        }
    }

    /// What is read from now on begins with lines that were read before: those are passed over, by their times.
    public mutating func resume() { isKnownUntil = newest }

    private mutating func shown(_ entry: ServerLogEntry, time: Date?, now: Date, past: Date?) -> LogLine? {
        guard entry.message.contains(where: { !$0.isWhitespace }) else { return nil }
        if let request = entry.request, polled.contains(request) { return nil }
        let level = entry.level ?? (Self.goesOn(entry.message) ? lastLevel : .info)
        lastLevel = level
        let known = time ?? entry.time
        // A clock that runs wrong must not put lines into the future.
        let stamp = known.map { $0 > now.addingTimeInterval(60) ? now : $0 } ?? past.map { lastTime ?? $0 } ?? now
        if let isKnownUntil, let known, known <= isKnownUntil { return nil }
        if let known {
            lastTime = stamp
            newest = max(known, newest ?? known)
        }
        return line(time: stamp, level: level, entry.message)
    }

    private func line(time: Date, level: LogLine.Level, _ message: String) -> LogLine {
        var text = secrets.removed(from: message)
        if text.utf8.count > Self.longest {
            text = text.prefix(Self.longest / 4) + "… (\(text.utf8.count) bytes in all)"
        }
        return LogLine(time: time, level: level, component: component, message: text)
    }

    /// Whether a line belongs to the one before it: the inside of a traceback.
    private static func goesOn(_ text: String) -> Bool { text.first == " " || text.first == "\t" }
}
