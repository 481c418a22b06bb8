import CellScreen
import PromptChainCore

/// A report as text: groups, a mark before each line, and what to do below.
struct DoctorPage {
    var report: DoctorReport
    /// Whether only ASCII characters are used.
    var isASCII: Bool
    /// Whether colours are used, beside the marks.
    var isColored: Bool
    /// The width of the page, in columns.
    var width: Int

    /// The page.
    var lines: [String] {
        var lines: [String] = []
        for group in DoctorCheck.Group.allCases {
            let checks = report.checks.filter { $0.group == group }
            guard !checks.isEmpty else { continue }
            lines.append(bold(group.title))
            for check in checks { lines += self.lines(of: check) }
            if group == .configuration { lines += settings }
            lines.append("")
        }
        return lines + wrap(closing, first: "", rest: "")
    }

    private func lines(of check: DoctorCheck) -> [String] {
        var lines = wrap(check.message, first: "  \(mark(check.level)) ", rest: "    ")
        for detail in check.details { lines += wrap(detail, first: "    ", rest: "      ").map(dim) }
        if let hint = check.hint {
            lines += wrap(hint, first: isASCII ? "    -> " : "    → ", rest: isASCII ? "       " : "      ")
        }
        return lines
    }

    private var settings: [String] {
        report.settings.flatMap { wrap($0.description, first: "    ", rest: "      ").map(dim) }
    }

    private var closing: String {
        let problems = report.checks.count { $0.level == .problem }
        let warnings = report.checks.count { $0.level == .warning }
        func count(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }
        if problems > 0 {
            return count(problems, "problem") + (warnings > 0 ? ", \(count(warnings, "warning"))" : "")
        }
        return warnings > 0 ? "nothing is wrong; \(count(warnings, "warning"))" : "everything is fine"
    }

    private func mark(_ level: DoctorCheck.Level) -> String {
        switch level {
        case .fine: paint(isASCII ? "+" : "✔", "32")
        case .warning: paint(isASCII ? "!" : "▲", "33")
        case .problem: paint(isASCII ? "x" : "✘", "31")
        }
    }

    private func bold(_ text: String) -> String { paint(text, "1") }
    private func dim(_ text: String) -> String { paint(text, "2") }

    private func paint(_ text: String, _ code: String) -> String {
        isColored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }

    /// Breaks a text between words. A word that is longer than a line stays whole.
    private func wrap(_ text: String, first: String, rest: String) -> [String] {
        let safe = Console.safe(text).replacing("\n", with: " ")
        // What marks and colours add has no width; every prefix is as wide as the ones below it or known.
        let indent = rest.isEmpty ? 0 : DisplayWidth.columns(of: rest)
        var lines: [String] = []
        var line = ""
        for word in (isASCII ? Self.ascii(safe) : safe).split(separator: " ", omittingEmptySubsequences: false) {
            let longer = line.isEmpty ? String(word) : line + " " + word
            if !line.isEmpty, indent + DisplayWidth.columns(of: longer) > width {
                lines.append(line)
                line = String(word)
            } else {
                line = longer
            }
        }
        lines.append(line)
        return lines.enumerated().map { ($0 == 0 ? first : rest) + $1 }
    }

    // The signs that our own sentences use; names that others chose stay what they are.
    private static func ascii(_ text: String) -> String {
        let signs = ["“": "\"", "”": "\"", "…": "...", "×": "x", "–": "-", "→": "->"]
        return signs.reduce(text) { $0.replacing($1.key, with: $1.value) }
    }
}
