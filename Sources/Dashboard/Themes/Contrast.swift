import CellScreen
import Foundation

/// Contrast of colours, after WCAG 2.1 (success criterion 1.4.3).
enum Contrast {
    /// What text needs at level AA.
    static let least = 4.5

    /// The ratio of two colours, 1…21; `nil` where one is the terminal's own and so not known.
    static func ratio(_ one: Color?, _ other: Color?) -> Double? {
        guard let left = luminance(one), let right = luminance(other) else { return nil }
        return (max(left, right) + 0.05) / (min(left, right) + 0.05)
    }

    /// Relative luminance, as WCAG defines it.
    private static func luminance(_ color: Color?) -> Double? {
        guard case .rgb(let red, let green, let blue) = color else { return nil }
        func linear(_ value: UInt8) -> Double {
            let share = Double(value) / 255
            return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }
}

extension Theme {
    /// A role whose text is hard to read.
    struct ContrastFinding: Equatable, Sendable {
        var role: ThemeRole
        var ratio: Double
    }

    /// What text of a role may stand on: the screen, dialogs, and selected rows, where those leave its colour.
    private func papers(of role: ThemeRole) -> [Color] {
        let rows: Set<ThemeRole> = [.text, .muted, .strong, .good, .busy, .warning, .error, .info, .stale]
        let selections = [ThemeRole.selection, .selectionUnfocused].filter {
            rows.contains(role) && self[$0].foreground == nil
        }
        return ([.background, .dialog] + selections).compactMap { self[$0].background }
    }

    /// Roles that carry text with less contrast than text needs, on the screen or in a dialog.
    var contrastFindings: [ContrastFinding] {
        ThemeRole.allCases.compactMap { role in
            guard role.carriesText else { return nil }
            let ink = self[role].foreground ?? self[.text].foreground
            let papers = self[role].background.map { [$0] } ?? papers(of: role)
            let ratios = papers.compactMap { Contrast.ratio(ink, $0) }
            guard let worst = ratios.min(), worst < Contrast.least else { return nil }
            return ContrastFinding(role: role, ratio: worst)
        }
    }
}
