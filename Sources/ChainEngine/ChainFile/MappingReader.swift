import PromptChainCore
import Yams

/// Reads the members of one mapping, and notes what is wrong with each.
struct MappingReader {
    /// What the mapping is, in sentences: `the chain`, `step 2`.
    let subject: String
    let faults: FaultCollector
    let mark: SourcePlace?
    private var members: [String: (key: Node, value: Node)] = [:]

    /// Reads a mapping. A node that is none is a fault.
    init?(_ node: Node, subject: String, faults: FaultCollector, hint: String? = nil) {
        guard case .mapping(let mapping) = node else {
            faults.add("\(subject) must be a mapping (key: value)", at: node.place, hint: hint)
            return nil
        }
        self.subject = subject
        self.faults = faults
        mark = node.place
        for (key, value) in mapping {
            if let name = key.scalar?.string {
                members[name] = (key, value)
            } else {
                faults.add("a key of \(subject) must be a word", at: key.place)
            }
        }
    }

    /// The value under a key.
    subscript(key: String) -> Node? { members[key]?.value }

    /// The place of a key, or of the mapping when it lacks the key.
    func place(of key: String) -> SourcePlace? { members[key]?.key.place ?? mark }

    /// All members, in the order of their places.
    var all: [(name: String, key: Node, value: Node)] {
        members.map { ($0.key, $0.value.key, $0.value.value) }
            .sorted { ($0.key.place?.line ?? 0, $0.key.place?.column ?? 0, $0.name)
                < ($1.key.place?.line ?? 0, $1.key.place?.column ?? 0, $1.name) }
    }

    /// Notes keys that are not known here.
    /// - Parameters:
    ///   - elsewhere: Keys that belong to another block, with the name of the block.
    ///   - unsupported: Keys of the format that this version cannot do, with what to do instead.
    func refuseUnknown(known: [String], elsewhere: [String: String] = [:], unsupported: [String: String] = [:]) {
        for (name, key, _) in all where !known.contains(name) {
            if let instead = unsupported[name] {
                faults.add("\"\(name)\" is not supported in this version", at: key.place, hint: instead)
            } else if let nearest = Nearest.match(name, in: known) {
                faults.add("unknown key \"\(name)\" in \(subject)", at: key.place, hint: "did you mean \"\(nearest)\"?")
            } else if let block = elsewhere[name] {
                faults.add("\"\(name)\" does not belong here", at: key.place, hint: "it stands \(block)")
            } else {
                faults.add(
                    "unknown key \"\(name)\" in \(subject)", at: key.place,
                    hint: "known keys are \(known.joined(separator: ", "))")
            }
        }
    }

    /// The text under a key, as it stands there: `on`, `22:30` and `007` are texts.
    func text(_ key: String) -> String? {
        guard let value = self[key] else { return nil }
        return MappingReader.text(of: value, called: "\"\(key)\" of \(subject)", faults: faults)
    }

    /// The text of a node; a fault when it is none or empty.
    static func text(of node: Node, called name: String, faults: FaultCollector) -> String? {
        guard case .scalar(let scalar) = node else {
            faults.add("\(name) must be a text", at: node.place, hint: quotesHint(for: node))
            return nil
        }
        guard !scalar.string.isEmpty, !(scalar.style == .plain && ["~", "null"].contains(scalar.string)) else {
            faults.add("\(name) is empty", at: node.place)
            return nil
        }
        return scalar.string
    }

    // `{input}` without quotes is a mapping to YAML.
    private static func quotesHint(for node: Node) -> String? {
        guard case .mapping(let mapping) = node, mapping.count == 1, let key = mapping.first?.key.scalar?.string else {
            return nil
        }
        return mapping.style == .flow || mapping.first?.value.scalar?.string == ""
            ? "put it in quotes: \"{\(key)}\"" : "put it in quotes: a colon and a blank make a mapping of it"
    }

    /// The truth value under a key.
    func flag(_ key: String) -> Bool? {
        guard let value = self[key] else { return nil }
        if let flag = value.bool { return flag }
        faults.add("\"\(key)\" of \(subject) must be true or false", at: value.place)
        return nil
    }

    /// The whole number under a key.
    func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
        guard let value = self[key] else { return nil }
        if let number = value.scalar.flatMap({ Int($0.string) }), range.contains(number) { return number }
        let bounds = range.upperBound == .max ? "from \(range.lowerBound) on" : "from \(range.lowerBound) to \(range.upperBound)"
        faults.add("\"\(key)\" of \(subject) must be a whole number \(bounds)", at: value.place)
        return nil
    }

    /// The length of time under a key, in seconds.
    func seconds(_ key: String) -> Double? {
        guard let value = self[key] else { return nil }
        if let seconds = value.scalar.flatMap({ Seconds.parse($0.string) }), seconds > 0, seconds < 1e9 {
            return seconds
        }
        faults.add(
            "\"\(key)\" of \(subject) must be a length of time", at: value.place,
            hint: "write seconds as a number, or 90s, 30m, 1h30m")
        return nil
    }
}
