import Foundation

/// What has to hold for a step to be done (`when:`).
public struct StepCondition: Equatable, Sendable {
    /// What a text is held against.
    public enum Test: Equatable, Sendable {
        /// It holds a text; case does not matter.
        case contains(String)
        /// It is a text, but for blanks around it; case does not matter.
        case equals(String)
        /// A regular expression finds something in it.
        case matches(String)
        /// It holds nothing but blanks.
        case isEmpty
    }

    /// The text that is looked at: a template such as `{steps.Check}`.
    public var subject: PromptTemplate
    /// What it is held against.
    public var test: Test
    /// Whether the step is done when the test fails instead.
    public var isNegated: Bool

    /// A condition.
    public init(subject: PromptTemplate = PromptTemplate("{input}"), test: Test, isNegated: Bool = false) {
        self.subject = subject
        self.test = test
        self.isNegated = isNegated
    }
}

/// The texts for which a step is done, once each (`for_each:`).
public struct ForEach: Equatable, Sendable {
    /// How a text is cut into items.
    public enum Form: String, Equatable, Sendable, CaseIterable {
        /// Each line that holds more than blanks.
        case lines
        /// Each member of a JSON array; text as it is, anything else as JSON.
        case json
    }

    /// The text that is cut: a template such as `{steps.Plan}`.
    public var source: PromptTemplate
    /// How it is cut, and how the outputs are put together.
    public var form: Form
    /// The most items that are worked on at a time.
    public var width: Int

    /// Items.
    public init(source: PromptTemplate = PromptTemplate("{input}"), form: Form = .lines, width: Int = 1) {
        self.source = source
        self.form = form
        self.width = width
    }
}

/// What a chain's models see of the steps before theirs.
public enum HistoryRule: String, Equatable, Sendable, CaseIterable {
    /// Their own instruction alone.
    case none
    /// All instructions and answers of the model steps before, as one conversation.
    case full
}

extension StepCondition {
    /// Why the step is not done with a text; `nil` when it is.
    func reasonAgainst(_ text: String) async -> String? {
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        let (holds, words): (Bool, String) =
            switch test {
            case .contains(let piece): (text.lowercased().contains(piece.lowercased()), "contains “\(piece)”")
            case .equals(let other):
                (
                    trimmed.lowercased() == other.trimmingCharacters(in: .whitespacesAndNewlines).lowercased(),
                    "is “\(other)”"
                )
            case .matches(let pattern): (await PatternSearch.finds(pattern, in: text), "matches \(pattern)")
            case .isEmpty: (trimmed.isEmpty, "is empty")
            }
        guard holds == isNegated else { return nil }
        return isNegated ? "\(subject.text) \(words)" : "not so: \(subject.text) \(words)"
    }
}
