import PromptChainCore
import Yams

extension JSONValue {
    /// Reads any YAML value. `nil` when it holds more than `limit` values, as aliases of aliases can.
    init?(_ node: Node, limit: inout Int) {
        limit -= 1
        guard limit >= 0 else { return nil }
        switch node {
        case .scalar(let scalar): self = Self.scalar(scalar, node)
        case .sequence(let sequence):
            var values: [JSONValue] = []
            for item in sequence {
                guard let value = JSONValue(item, limit: &limit) else { return nil }
                values.append(value)
            }
            self = .array(values)
        case .mapping(let mapping):
            var members: [String: JSONValue] = [:]
            for (key, item) in mapping {
                guard let value = JSONValue(item, limit: &limit) else { return nil }
                members[key.scalar?.string ?? ""] = value
            }
            self = .object(members)
        case .alias: return nil
        }
    }

    // JSON's own idea of numbers and truth: `22:30` and `on` stay texts.
    private static func scalar(_ scalar: Node.Scalar, _ node: Node) -> JSONValue {
        guard scalar.style == .plain else { return .string(scalar.string) }
        switch scalar.string {
        case "", "~", "null": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: break
        }
        if let value = Int64(scalar.string) { return .integer(value) }
        if let value = Double(scalar.string), value.isFinite, scalar.string.contains(where: \.isNumber),
            !scalar.string.lowercased().hasPrefix("0x")
        {
            return .number(value)
        }
        return .string(scalar.string)
    }
}
