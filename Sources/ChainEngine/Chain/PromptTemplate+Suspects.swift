import Foundation
import PromptChainCore

extension PromptTemplate {
    /// Something in an instruction that is no placeholder and was probably meant to be one.
    public struct Suspect: Equatable, Sendable {
        /// The text as it stands there, with its braces.
        public var text: String
        /// Which of the equal texts in the instruction it is, from 0.
        public var occurrence: Int
        /// What is wrong with it.
        public var message: String
        /// What was probably meant.
        public var hint: String
        /// Whether it cannot be anything else than a mistake.
        public var isCertain: Bool
    }

    /// What looks like a misspelt placeholder, or names a step whose output is not there yet.
    /// - Parameters:
    ///   - earlier: The names of the steps before this one.
    ///   - later: The names of this step and those after it.
    public func suspects(earlier: [String], later: [String]) -> [Suspect] {
        var suspects: [Suspect] = []
        var counts: [String: Int] = [:]
        var rest = Substring(text)
        while let open = rest.firstIndex(of: "{") {
            if let group = Self.group(at: open, in: rest) {
                let occurrence = counts[String(group), default: 0]
                counts[String(group)] = occurrence + 1
                let content = String(group.dropFirst().dropLast())
                if var suspect = Self.suspect(content, earlier: earlier, later: later) {
                    suspect.occurrence = occurrence
                    suspects.append(suspect)
                }
                rest = rest[group.endIndex...]
            } else {
                rest = rest[rest.index(after: open)...]
            }
        }
        return suspects
    }

    private static let known = ["input", "initial"]

    private static func suspect(_ content: String, earlier: [String], later: [String]) -> Suspect? {
        guard !known.contains(content), content.count <= 120 else { return nil }
        let word = content.trimmingCharacters(in: .whitespaces).lowercased()
        let text = "{\(content)}"
        if word.hasPrefix("steps.") || word.hasPrefix("step.") {
            return stepSuspect(content, text: text, earlier: earlier, later: later)
        }
        if known.contains(word) {
            return Suspect(
                text: text, occurrence: 0, message: "\(text) is no placeholder", hint: "Write {\(word)}.",
                isCertain: true)
        }
        guard word.count >= 4, word.allSatisfy({ $0.isLetter || $0 == "_" || $0 == "-" }) else { return nil }
        let distances = known.map { (name: $0, distance: Nearest.distance(word, $0)) }
        guard let nearest = distances.min(by: { $0.distance < $1.distance }), nearest.distance <= 2 else { return nil }
        return Suspect(
            text: text, occurrence: 0, message: "\(text) is no placeholder", hint: "Did you mean {\(nearest.name)}?",
            isCertain: nearest.distance == 1)
    }

    private static func stepSuspect(
        _ content: String, text: String, earlier: [String], later: [String]
    ) -> Suspect? {
        let exact = content.hasPrefix("steps.") ? String(content.dropFirst("steps.".count)) : nil
        if let exact, earlier.contains(exact) { return nil }
        let dot = content.firstIndex(of: ".") ?? content.startIndex
        let name = String(content[content.index(after: dot)...]).trimmingCharacters(in: .whitespaces)
        if later.contains(name) {
            let message =
                later.first == name
                ? "\(text) names the step itself" : "\(text) names a step that comes later"
            return Suspect(
                text: text, occurrence: 0, message: message, hint: "Only the output of an earlier step can be used.",
                isCertain: true)
        }
        let hint =
            earlier.isEmpty
            ? "No step comes before this one: use {input} or {initial}."
            : Nearest.match(name, in: earlier).map { "Did you mean {steps.\($0)}?" }
                ?? "Earlier steps are \(earlier.joined(separator: ", "))."
        let message = earlier.contains(name) ? "\(text) is no placeholder" : "\(text) names no step of this chain"
        return Suspect(text: text, occurrence: 0, message: message, hint: hint, isCertain: true)
    }
}
