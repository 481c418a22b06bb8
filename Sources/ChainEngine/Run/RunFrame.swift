import Foundation
import ModelManagement
import PromptChainCore

/// What one way through a chain's steps knows: what it began with, what came of it so far.
struct RunFrame: Equatable, Sendable {
    /// What `{initial}` stands for.
    var initial: String
    /// The newest text: what `{input}` stands for.
    var text: String
    /// The outputs of the steps by their names.
    var outputs: [String: String] = [:]
    /// What was said until now, where models see it.
    var conversation: [ChatMessage] = []
    /// The item that it is about, from 1; `nil` where there is but one way.
    var item: Int?
    /// Whether a step has given something.
    var hasOutput = false

    init(input: String, item: Int? = nil) {
        initial = input
        text = input
        self.item = item
    }

    func render(_ template: PromptTemplate) -> String {
        template.render(input: text, initial: initial, steps: outputs)
    }

    /// Notes what a step gave.
    mutating func note(_ output: String, of name: String) {
        outputs[name] = output
        text = output
        hasOutput = true
    }
}

extension ForEach {
    /// Why a text cannot be cut.
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// Cuts a text into items.
    func items(of text: String) throws -> [String] {
        switch form {
        case .lines:
            return text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
                .filter { !$0.isEmpty }
        case .json:
            guard let values = Self.array(in: text) else {
                let start = text.prefix(60).split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
                throw Failure(
                    description: "for_each: json needs a JSON array, and the text is “\(start)”"
                        + "; for_each: lines takes each line of any text")
            }
            return values.map { $0.stringValue ?? JSONText.line($0) }
        }
    }

    /// Puts the outputs of all items together.
    func joined(_ outputs: [String]) -> String {
        switch form {
        case .lines: outputs.joined(separator: "\n")
        case .json: JSONText.line(JSONValue.array(outputs.map { .string($0) }))
        }
    }

    // Models like to put JSON between fences, with a sentence before it.
    private static func array(in text: String) -> [JSONValue]? {
        guard let first = text.firstIndex(of: "["), let last = text.lastIndex(of: "]"), first < last else { return nil }
        return (try? JSONDecoder().decode(JSONValue.self, from: Data(text[first...last].utf8)))?.arrayValue
    }
}
