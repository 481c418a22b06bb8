import ModelManagement
import PromptChainCore

/// Tells about keys that do not belong in a mapping, and where they do.
struct KeyHints {
    /// The keys that belong there.
    var known: [String]
    /// Keys of the format that this version cannot do, with what to do instead.
    var unsupported: [String: String] = [:]
    /// Keys that belong to another block, with the block.
    var elsewhere: [String: String] = [:]

    init(known: [String]) {
        self.known = known
    }

    /// Notes a fault for every key that does not belong.
    func check(_ mapping: YAMLMapping) {
        for entry in mapping.entries where !known.contains(entry.key) {
            let (message, hint) = fault(entry.key, in: mapping.value.path)
            mapping.value.faults.add(line: entry.line, column: entry.column, message: message, hint: hint)
        }
    }

    private func fault(_ key: String, in path: String) -> (String, String) {
        if let instead = unsupported[key] { return ("“\(key)” is not supported in this version", instead) }
        let place = path.isEmpty ? "" : " in “\(path)”"
        if let nearest = Nearest.match(key, in: known) {
            return ("unknown key “\(key)”\(place)", "Did you mean “\(nearest)”?")
        }
        if let block = elsewhere[key] { return ("“\(key)” does not belong here", "It belongs in \(block).") }
        return ("unknown key “\(key)”\(place)", "Known are \(known.joined(separator: ", ")).")
    }
}
