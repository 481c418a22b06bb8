import Foundation
import PromptChainCore

/// Takes lines out of what wraps them: journald's objects, and those of docker.
struct LogEnvelope: Sendable {
    /// A line as the server wrote it, with what its wrapping says of it.
    struct Content: Equatable, Sendable {
        var text: String
        var time: Date?
        /// Whether the program that reads the log says this, and not the server.
        var isComplaint = false
    }

    /// The longest line that is put together from parts, in characters.
    static let longest = 16_384

    let kind: ServerLogSource.Envelope
    private var part = ""

    init(_ kind: ServerLogSource.Envelope) {
        self.kind = kind
    }

    /// The line in a wrapping; `nil` for one that goes on.
    mutating func content(of bytes: [UInt8]) -> Content? {
        switch kind {
        case .none: return Content(text: String(decoding: bytes, as: UTF8.self))
        case .docker: return docker(bytes)
        case .journal: return Self.journal(bytes)
        }
    }

    // Docker cuts long lines: only the last part ends with a line break.
    private mutating func docker(_ bytes: [UInt8]) -> Content? {
        guard let value = Self.object(bytes), let log = value["log"]?.stringValue else {
            return Content(text: String(decoding: bytes, as: UTF8.self))
        }
        if part.utf8.count < Self.longest { part += log }
        guard log.hasSuffix("\n") else { return nil }
        defer { part = "" }
        return Content(text: Self.line(part), time: value["time"]?.stringValue.flatMap { Timestamp.parse($0) })
    }

    private static func journal(_ bytes: [UInt8]) -> Content? {
        guard let value = object(bytes) else {
            return Content(text: String(decoding: bytes, as: UTF8.self), isComplaint: true)
        }
        let microseconds = value["__REALTIME_TIMESTAMP"]?.stringValue.flatMap { Double($0) }
        let time = microseconds.map { Date(timeIntervalSince1970: $0 / 1e6) }
        switch value["MESSAGE"] {
        case .string(let text)?: return Content(text: line(text), time: time)
        // A message that is no plain text comes as its bytes.
        case .array(let values)?:
            let bytes = values.compactMap { $0.integerValue.flatMap { UInt8(exactly: $0) } }
            return Content(text: line(String(decoding: bytes, as: UTF8.self)), time: time)
        // One that is too long for the journal's JSON is null.
        default: return Content(text: "(a message that the journal does not give)", time: time)
        }
    }

    private static func object(_ bytes: [UInt8]) -> JSONValue? {
        guard bytes.first == 0x7B, let value = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes)),
            case .object = value
        else { return nil }
        return value
    }

    private static func line(_ text: String) -> String {
        String(text.hasSuffix("\r\n") || text.hasSuffix("\n") ? text.dropLast() : text[...])
    }
}
