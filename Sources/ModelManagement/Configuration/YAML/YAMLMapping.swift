import PromptChainCore
import Yams

/// A mapping in a YAML file. Its keys have places of their own.
public struct YAMLMapping {
    /// One key with its value.
    public struct Entry {
        /// The key.
        public let key: String
        /// Its line, from 1.
        public let line: Int
        /// Its column, from 1.
        public let column: Int
        /// The value.
        public let value: YAMLValue
    }

    /// The keys and values in the order of the file.
    public let entries: [Entry]
    /// The mapping as a value.
    public let value: YAMLValue

    init(_ mapping: Node.Mapping, of value: YAMLValue, allowed: [String]?) {
        self.value = value
        var entries: [Entry] = []
        for (key, node) in mapping {
            let mark = key.mark
            guard case .scalar(let scalar) = key else {
                value.faults.add(
                    line: mark?.line ?? value.line, column: mark?.column ?? value.column,
                    message: "a key must be text", hint: YAMLValue.quoteHint)
                continue
            }
            let path = value.path(ofKey: scalar.string)
            entries.append(
                Entry(
                    key: scalar.string, line: mark?.line ?? value.line, column: mark?.column ?? value.column,
                    value: YAMLValue(node: node, path: path, faults: value.faults)))
        }
        self.entries = entries
        if let allowed { reportUnknown(allowed) }
    }

    private func reportUnknown(_ allowed: [String]) {
        for entry in entries where !allowed.contains(entry.key) {
            let place = value.path.isEmpty ? "" : " in “\(value.path)”"
            let hint =
                Nearest.match(entry.key, in: allowed).map { "Did you mean “\($0)”?" }
                ?? "Known are \(allowed.joined(separator: ", "))."
            value.faults.add(
                line: entry.line, column: entry.column, message: "unknown key “\(entry.key)”\(place)", hint: hint)
        }
    }

    /// The value of a key; `nil` when the key is not there or nothing stands behind it.
    public subscript(key: String) -> YAMLValue? {
        guard let value = entries.first(where: { $0.key == key })?.value, !value.isNull else { return nil }
        return value
    }

    /// Where a key stands.
    public func place(of key: String) -> (line: Int, column: Int)? {
        entries.first { $0.key == key }.map { ($0.line, $0.column) }
    }

    /// The value of a key that must be there; a fault at the mapping when it is not.
    public func required(_ key: String) -> YAMLValue? {
        if let value = self[key] { return value }
        let (line, column) = place(of: key) ?? (value.line, value.column)
        let name = value.path.isEmpty ? "the file" : "“\(value.path)”"
        value.faults.add(line: line, column: column, message: "\(name) has no “\(key)”", hint: nil)
        return nil
    }
}
