import CellScreen
import PromptChainCore

/// The line under the header: what is going on, in words, and what helps. A pure function of facts.
struct Verdict: Equatable, Sendable {
    /// The sign in front, which says the same as the colour.
    enum Sign: Equatable, Sendable {
        case fine, busy, attention, failed, done, idle
    }

    /// A part that is added where there is room, with what stands in front of it.
    struct Detail: Equatable, Sendable {
        var separator: String
        var text: String
        /// What stands for it where there is not enough room for all.
        var shorter: String?

        init(_ separator: String, _ text: String, shorter: String? = nil) {
            self.separator = separator
            self.text = text
            self.shorter = shorter
        }

        /// What a failure advises: all of it, or its first sentence.
        static func advice(_ hint: String) -> [Detail] {
            guard !hint.isEmpty else { return [] }
            let end = hint.firstRange(of: #/[.?] (?=\p{Lu})/#)?.lowerBound
            return [Detail(" — ", hint, shorter: end.map { String(hint[...$0]) })]
        }
    }

    var sign: Sign
    /// What is said in any case.
    var text: String
    /// What is added as far as there is room, in this order, with what stands between.
    var details: [Detail] = []

    init(_ sign: Sign, _ text: String, _ details: [Detail] = []) {
        self.sign = sign
        self.text = text
        self.details = details
    }

    /// All of it.
    var sentence: String { text + details.map { $0.separator + $0.text }.joined() }

    /// As much of it as fits.
    func sentence(within width: Int) -> String {
        var result = text
        for detail in details {
            let longer = [detail.text, detail.shorter].compactMap { $0 }.map { result + detail.separator + $0 }
            result = longer.first { DisplayWidth.columns(of: $0) <= width } ?? result
        }
        return result
    }
}
