import Foundation

@testable import OllamaSimulator

/// A recorded exchange: the request and the raw response.
struct CapturedExchange {
    var method: String
    var path: String
    var requestBody: String?
    var status: Int
    var contentType: String?
    var body: String

    /// The folder with the recordings.
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures/captures")

    /// The names of all files in the folder.
    static var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
    }

    static func text(_ name: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
            .replacingOccurrences(of: "\r\n", with: "\n")
    }

    init(file name: String) throws {
        let text = try Self.text(name)
        let sections = text.components(separatedBy: "\n### RESPONSE\n")
        guard sections.count == 2 else { throw Unreadable(name: name) }
        let request = sections[0].components(separatedBy: "\n")
        let words = request.count > 1 ? request[1].components(separatedBy: " ") : []
        guard words.count == 3 else { throw Unreadable(name: name) }
        method = words[0]
        path = words[1]
        let rest = request.dropFirst(2).joined(separator: "\n").trimmingWhitespace
        requestBody = rest.isEmpty ? nil : rest
        let response = sections[1].components(separatedBy: "\n### curl:")[0]
        let parts = response.components(separatedBy: "\n\n")
        let head = parts[0].components(separatedBy: "\n")
        guard let code = head.first?.components(separatedBy: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw Unreadable(name: name)
        }
        status = code
        contentType = head.first { $0.hasPrefix("Content-Type: ") }.map { String($0.dropFirst(14)) }
        body = parts.dropFirst().joined(separator: "\n\n").trimmingWhitespace
    }

    struct Unreadable: Error { var name: String }
}

/// Compares the shape of JSON values: keys, types, order of members left aside.
enum JSONShape {
    /// Where two values differ in shape.
    static func differences(_ expected: JSONValue, _ actual: JSONValue, at path: String = "$") -> [String] {
        switch (expected, actual) {
        case (.object(let left), .object(let right)):
            let wanted = Set(left.map(\.key))
            let found = Set(right.map(\.key))
            var result = wanted.subtracting(found).sorted().map { "\(path).\($0) is missing" }
            result += found.subtracting(wanted).sorted().map { "\(path).\($0) is too much" }
            for key in wanted.intersection(found).sorted() {
                guard let one = expected[key], let other = actual[key] else { continue }
                result += differences(one, other, at: "\(path).\(key)")
            }
            return result
        case (.array(let left), .array(let right)):
            if left.isEmpty != right.isEmpty { return ["\(path) is empty in one only"] }
            guard let first = left.first else { return [] }
            return right.prefix(50).enumerated().flatMap { differences(first, $1, at: "\(path)[\($0)]") }
        default: return expected.goKind == actual.goKind ? [] : ["\(path): \(expected.goKind) or \(actual.goKind)"]
        }
    }
}
