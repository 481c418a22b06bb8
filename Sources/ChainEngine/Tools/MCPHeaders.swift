import Foundation
import PromptChainCore

/// The headers in which a request without handshake repeats what stands in its body, so that what lies between here and
/// the server can tell requests apart without reading them.
/// Source: Model Context Protocol 2026-07-28, "Transports".
enum MCPHeaders {
    /// The headers of the arguments whose schemas ask for one by `x-mcp-header`.
    static func parameters(_ schema: JSONValue, _ arguments: JSONValue, depth: Int = 0) -> [String: String] {
        guard depth < 8, case .object(let properties)? = schema["properties"] else { return [:] }
        var headers: [String: String] = [:]
        for (name, property) in properties {
            guard let value = arguments[name] else { continue }
            if let token = property["x-mcp-header"]?.stringValue, isToken(token), let text = text(value) {
                headers["Mcp-Param-\(token)"] = encoded(text)
            }
            headers.merge(parameters(property, value, depth: depth + 1)) { first, _ in first }
        }
        return headers
    }

    /// A value as a header can carry it: what is more than plain ASCII is wrapped.
    static func encoded(_ value: String) -> String {
        let isPlain = value.utf8.allSatisfy { (0x20...0x7E).contains($0) }
        let isWrapped = value.hasPrefix("=?base64?") && value.hasSuffix("?=")
        if isPlain, !isWrapped, value.first != " ", value.last != " " { return value }
        return "=?base64?\(Data(value.utf8).base64EncodedString())?="
    }

    private static func text(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text): text
        case .bool(let flag): flag ? "true" : "false"
        case .integer(let number): String(number)
        case .number(let number): String(number)
        default: nil
        }
    }

    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) || "!#$%&'*+-.^_`|~".contains($0) }
    }
}
