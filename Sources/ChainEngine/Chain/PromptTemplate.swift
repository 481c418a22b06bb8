/// An instruction with places for text that is known only when the chain runs.
///
/// There are three placeholders: `{input}` is the previous step's output (in the first step the run's input),
/// `{initial}` the run's input, `{steps.NAME}` the output of an earlier step. Every other brace is literal text, and
/// text that was put in is never looked through again.
public struct PromptTemplate: Equatable, Sendable {
    /// A piece of an instruction.
    public enum Part: Equatable, Sendable {
        /// Text that stands as it is.
        case text(String)
        /// The previous step's output.
        case input
        /// The run's input.
        case initial
        /// The output of the step with this name.
        case step(String)
    }

    /// The instruction as it was written.
    public let text: String
    /// The instruction in pieces.
    public let parts: [Part]

    /// Reads an instruction. There is none that cannot be read; `suspects` tells what was probably meant otherwise.
    public init(_ text: String) {
        self.text = text
        var parts: [Part] = []
        var literal = ""
        var rest = Substring(text)
        while let open = rest.firstIndex(of: "{") {
            literal += rest[..<open]
            let group = Self.group(at: open, in: rest)
            if let group, let part = Self.placeholder(group.dropFirst().dropLast()) {
                if !literal.isEmpty { parts.append(.text(literal)) }
                literal = ""
                parts.append(part)
                rest = rest[group.endIndex...]
            } else {
                literal.append("{")
                rest = rest[rest.index(after: open)...]
            }
        }
        literal += rest
        if !literal.isEmpty { parts.append(.text(literal)) }
        self.parts = parts
    }

    /// A text that stands as it is, whatever is in it.
    public init(literal text: String) {
        self.text = text
        parts = text.isEmpty ? [] : [.text(text)]
    }

    /// The instruction with its places filled. `steps` holds the outputs of earlier steps by their names; a place for
    /// a step that it lacks stays as it was written.
    public func render(input: String, initial: String, steps: [String: String]) -> String {
        parts.reduce(into: "") { result, part in
            switch part {
            case .text(let text): result += text
            case .input: result += input
            case .initial: result += initial
            case .step(let name): result += steps[name] ?? "{steps.\(name)}"
            }
        }
    }

    /// Whether any text of the run gets into the prompt.
    public var usesEarlierText: Bool {
        parts.contains { if case .text = $0 { false } else { true } }
    }

    // From the brace at `open` to the one that closes it; `nil` when another opens before, or the line ends.
    static func group(at open: Substring.Index, in text: Substring) -> Substring? {
        var index = text.index(after: open)
        while index < text.endIndex {
            switch text[index] {
            case "}": return text[open...index]
            case "{", "\n", "\r\n": return nil
            default: index = text.index(after: index)
            }
        }
        return nil
    }

    private static func placeholder(_ content: Substring) -> Part? {
        switch content {
        case "input": .input
        case "initial": .initial
        default:
            content.hasPrefix("steps.") && content.count > "steps.".count
                ? .step(String(content.dropFirst("steps.".count))) : nil
        }
    }
}

extension PromptTemplate: ExpressibleByStringLiteral {
    /// Reads an instruction.
    public init(stringLiteral value: String) { self.init(value) }
}
