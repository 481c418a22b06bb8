import Foundation

/// What of a server's configuration must never be printed, logged or stored: the values of its headers and the password
/// in its address. A server, or a proxy in front of it, may give them back in an error.
struct Secrets: Sendable {
    private let values: [String]

    init(_ configuration: ServerConfiguration) {
        let harmless: Set = ["accept", "content-type", "host", "user-agent"]
        var found = configuration.headers.filter { !harmless.contains($0.key.lowercased()) }.map(\.value)
        if let authorization = configuration.url.authorization {
            found.append(authorization)
            let pair = authorization.split(separator: " ").last.flatMap { Data(base64Encoded: String($0)) }
            found.append(pair.map { String(decoding: $0, as: UTF8.self) } ?? "")
            found.append(String(found.last?.split(separator: ":", maxSplits: 1).last ?? ""))
        }
        // Behind `Bearer` and the like stands the secret itself.
        found += found.flatMap { $0.split(separator: " ").dropFirst().map(String.init) }
        // Longest first, so that no part of one stays behind. Very short texts would hit words of the sentence.
        values = Set(found).filter { $0.count >= 4 }.sorted { ($1.count, $0) < ($0.count, $1) }
    }

    /// A text without them.
    func removed(from text: String) -> String {
        values.reduce(text) { $0.replacing($1, with: "…") }
    }
}
