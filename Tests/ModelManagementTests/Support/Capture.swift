import Foundation
import ProviderStubs
import Testing

/// A recorded exchange with a real server.
struct Capture {
    let status: Int
    let contentType: String?
    let body: String

    /// - Parameter name: folder and file in `Fixtures`, without `.txt`.
    init(_ name: String) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: folder.appending(path: "Fixtures/\(name).txt"), encoding: .utf8)
            .replacing("\r\n", with: "\n")
        let response = try #require(text.components(separatedBy: "### RESPONSE\n").last)
        let parts = response.split(separator: "\n\n", maxSplits: 1, omittingEmptySubsequences: false)
        let head = parts[0].split(separator: "\n")
        status = Int(head[0].split(separator: " ")[1]) ?? 0
        contentType = head.first { $0.hasPrefix("Content-Type: ") }.map { String($0.dropFirst(14)) }
        let body = (parts.count > 1 ? String(parts[1]) : "")
            .components(separatedBy: "### curl:")[0]
        let length = head.first { $0.hasPrefix("Content-Length: ") }.flatMap { Int($0.dropFirst(16)) }
        self.body = length.map { String(decoding: body.utf8.prefix($0), as: UTF8.self) } ?? body
    }

    /// The body as a stub answers it.
    var answer: StubAnswer { .body(body, status: status, type: contentType) }

    /// The body as lines that arrive one after another.
    var lines: StubAnswer {
        .lines(body.split(separator: "\n").map(String.init), type: contentType ?? "application/x-ndjson")
    }

    /// The body as values.
    func decode<Payload: Decodable>(_ type: Payload.Type) throws -> Payload {
        try JSONDecoder().decode(type, from: Data(body.utf8))
    }
}
