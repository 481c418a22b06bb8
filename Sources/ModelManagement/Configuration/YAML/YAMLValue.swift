import Foundation
import PromptChainCore
import Yams

/// A value in a YAML file, with its place. Reading it as something that it is not adds a fault and gives `nil`.
///
/// Text is read as it was written, so that `on`, `yes` and `22:30` stay text.
public struct YAMLValue {
    static let quoteHint = "Braces begin a mapping in YAML: put the text in quotes, as in \"{input}\"."

    let node: Node
    /// Where the value stands in the file's structure, as people count: `server 1, url`; empty for the outermost value.
    public let path: String
    /// Whether it is an entry of a list.
    let isEntry: Bool
    /// Where faults go.
    public let faults: FaultCollector

    init(node: Node, path: String, isEntry: Bool = false, faults: FaultCollector) {
        self.node = node
        self.path = path
        self.isEntry = isEntry
        self.faults = faults
    }

    /// The line, from 1.
    public var line: Int { node.mark?.line ?? 0 }
    /// The column, from 1.
    public var column: Int { node.mark?.column ?? 0 }

    /// Whether nothing stands there: `null`, `~` or no text at all.
    public var isNull: Bool {
        guard case .scalar(let scalar) = node, scalar.style == .plain else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    /// Whether it is a single value, not a list or mapping.
    public var isScalar: Bool { if case .scalar = node { true } else { false } }
    /// Whether it is a list.
    public var isList: Bool { if case .sequence = node { true } else { false } }
    /// Whether it is a mapping.
    public var isMapping: Bool { if case .mapping = node { true } else { false } }

    /// Adds a fault at this place.
    public func fault(_ message: String, hint: String? = nil, severity: FileFault.Severity = .error) {
        faults.add(line: line, column: column, severity: severity, message: message, hint: hint)
    }

    /// The text, with `${NAME}` replaced where the collector knows an environment.
    public func text() -> String? {
        guard let text = rawText() else { return nil }
        guard let environment = faults.environment else { return text }
        return expand(text, environment)
    }

    /// The text as it was written.
    public func rawText() -> String? {
        if case .scalar(let scalar) = node { return scalar.string }
        fault(expects("text"), hint: braceHint)
        return nil
    }

    /// `true` or `false`; `yes`, `no`, `on` and `off` count as well.
    public func bool() -> Bool? {
        guard let text = scalarText("true or false") else { return nil }
        switch text.lowercased() {
        case "true", "yes", "on": return true
        case "false", "no", "off": return false
        default:
            fault(expects("true or false"))
            return nil
        }
    }

    /// A whole number within bounds.
    public func integer(in bounds: ClosedRange<Int> = Int.min...Int.max) -> Int? {
        guard let text = scalarText("a whole number") else { return nil }
        if let value = Int(text.replacing("_", with: "")), bounds.contains(value) { return value }
        let limits =
            bounds.upperBound == Int.max
            ? "of \(bounds.lowerBound) or more" : "\(bounds.lowerBound)…\(bounds.upperBound)"
        fault(expects(bounds.lowerBound == Int.min ? "a whole number" : "a whole number \(limits)"))
        return nil
    }

    /// A number.
    public func number() -> Double? {
        guard let text = scalarText("a number") else { return nil }
        if let value = Double(text), value.isFinite { return value }
        fault(expects("a number"))
        return nil
    }

    /// A length of time in seconds: `30`, `1.5`, `30m`.
    public func seconds() -> Double? {
        guard let text = scalarText("a length of time") else { return nil }
        if let value = Seconds.parse(text), value >= 0 { return value }
        fault(expects("a length of time"), hint: "Write seconds as a number, or 500ms, 30s, 30m, 1h30m.")
        return nil
    }

    /// An amount of memory in bytes: `24GiB`, `24GB`.
    public func bytes() -> Int64? {
        guard let text = scalarText("an amount of memory") else { return nil }
        if let value = ByteCount.parse(text) { return value }
        fault(expects("an amount of memory"), hint: "Write it as 24GiB (2^30 bytes each) or 24GB (10^9).")
        return nil
    }

    /// The members of a list.
    public func list() -> [YAMLValue]? {
        guard case .sequence(let nodes) = node else {
            fault(expects("a list"), hint: isScalar ? "Write it as [a, b], or one a line behind “- ”." : braceHint)
            return nil
        }
        return nodes.enumerated().map {
            YAMLValue(node: $1, path: Self.path(ofEntry: $0 + 1, in: path), isEntry: true, faults: faults)
        }
    }

    // The entries of `steps` are step 1, step 2, …
    private static func path(ofEntry number: Int, in list: String) -> String {
        guard list.count > 2, list.hasSuffix("s") else {
            return list.isEmpty ? "entry \(number)" : "\(list), entry \(number)"
        }
        return "\(list.dropLast()) \(number)"
    }

    /// Where the value of a key stands.
    func path(ofKey key: String) -> String {
        if path.isEmpty { return key }
        return isEntry ? "\(path), \(key)" : "\(path).\(key)"
    }

    /// A mapping that may have certain keys; every other key is a fault with a suggestion.
    /// - Parameter keys: the keys that it may have; `nil` when any will do.
    public func mapping(keys: [String]? = nil) -> YAMLMapping? {
        guard case .mapping(let mapping) = node else {
            fault(expects("a mapping"), hint: "Write it as {key: value}, or one “key: value” a line.")
            return nil
        }
        return YAMLMapping(mapping, of: self, allowed: keys)
    }

    /// The value as JSON: what is not in quotes and reads as a number, `true`, `false` or `null` is one.
    public func json() -> JSONValue {
        switch node {
        case .scalar(let scalar): return Self.json(scalar, text: text() ?? scalar.string)
        case .sequence: return .array((list() ?? []).map { $0.json() })
        case .mapping:
            let entries = mapping()?.entries ?? []
            return .object(Dictionary(entries.map { ($0.key, $0.value.json()) }, uniquingKeysWith: { $1 }))
        case .alias: return .null
        }
    }

    private static func json(_ scalar: Node.Scalar, text: String) -> JSONValue {
        guard scalar.style == .plain else { return .string(text) }
        switch text {
        case "", "~", "null": return .null
        case "true", "True": return .bool(true)
        case "false", "False": return .bool(false)
        default: break
        }
        if let value = Int64(text) { return .integer(value) }
        let isNumber = text.contains(where: \.isNumber) && text.allSatisfy { $0.isNumber || "+-.eE".contains($0) }
        if isNumber, let value = Double(text), value.isFinite { return .number(value) }
        return .string(text)
    }

    private func scalarText(_ wanted: String) -> String? {
        guard isScalar else {
            fault(expects(wanted), hint: braceHint)
            return nil
        }
        return text()?.trimmingCharacters(in: .whitespaces)
    }

    private func expects(_ wanted: String) -> String {
        let name = path.isEmpty ? "the file" : "“\(path)”"
        guard case .scalar(let scalar) = node else {
            return "\(name) must be \(wanted), and is a \(isList ? "list" : "mapping")"
        }
        if isNull { return "\(name) must be \(wanted), and is empty" }
        // A value that came out of the environment may be a secret: what is shown is the text as it was written.
        let text = scalar.string.count > 40 ? scalar.string.prefix(40) + "…" : scalar.string[...]
        return "\(name) must be \(wanted), and is “\(text)”"
    }

    // `instruction: {input}` is a mapping with the key `input` and no value.
    private var braceHint: String? {
        guard case .mapping(let mapping) = node, !mapping.isEmpty else { return nil }
        let isEmpty = mapping.allSatisfy { YAMLValue(node: $0.value, path: "", faults: faults).isNull }
        return isEmpty ? Self.quoteHint : nil
    }

    private func expand(_ text: String, _ environment: [String: String]) -> String? {
        var result = ""
        var rest = Substring(text)
        var isComplete = true
        while let start = rest.range(of: "${"), let end = rest[start.upperBound...].firstIndex(of: "}") {
            let name = String(rest[start.upperBound..<end])
            let before = rest[..<start.lowerBound]
            result += before
            // `$${NAME}` is the text `${NAME}`.
            if before.last == "$" {
                result += "{"
                rest = rest[start.upperBound...]
                continue
            }
            if name.isEmpty || !name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }) {
                result += rest[start.lowerBound...end]
            } else if let value = environment[name] {
                result += value
            } else {
                let near = Nearest.match(name, in: environment.keys.sorted())
                fault(
                    "the environment has no variable \(name)",
                    hint: near.map { "Did you mean ${\($0)}?" } ?? "Set it, or write the value itself.")
                isComplete = false
            }
            rest = rest[rest.index(after: end)...]
        }
        return isComplete ? result + rest : nil
    }
}
