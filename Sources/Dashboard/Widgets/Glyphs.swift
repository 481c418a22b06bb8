import PromptChainCore

/// The signs that are drawn, in a set for every terminal and one for fonts that have letters only.
struct Glyphs: Equatable, Sendable {
    var isASCII: Bool

    private func pick(_ rich: Character, _ plain: Character) -> Character { isASCII ? plain : rich }

    var ellipsis: Character { pick("…", ">") }
    var selected: Character { pick("▸", ">") }
    var ready: Character { pick("●", "*") }
    var starting: Character { pick("◐", "~") }
    var connecting: Character { pick("○", "o") }
    var attention: Character { pick("▲", "!") }
    var failed: Character { pick("✘", "x") }
    var done: Character { pick("✔", "+") }
    var running: Character { pick("▶", ">") }
    var waiting: Character { pick("·", "-") }
    var stopped: Character { pick("■", "#") }
    var dash: Character { pick("─", "-") }
    var gaugeFull: Character { pick("━", "=") }
    var gaugeHalf: Character { pick("╸", "-") }
    var gaugeRest: Character { pick("─", "-") }
    var memoryFree: Character { pick("░", ".") }
    var memoryOther: Character { pick("╱", "/") }
    var memoryOrphan: Character { pick("╳", "X") }
    var thinking: Character { pick("┊", ":") }
    var cursor: Character { pick("▏", "_") }

    /// The fill of a model in the memory bar: told apart without colour.
    func memory(_ index: Int) -> Character {
        let fills: [Character] = isASCII ? ["#", "=", "%", "+"] : ["█", "▓", "▒", "▚"]
        return fills[index % fills.count]
    }

    /// What a model did in memory.
    func residency(_ phase: ResidencyPhase) -> Character {
        switch phase {
        case .loading: pick("░", ".")
        case .loadingAhead: pick("▄", ":")
        case .resident: pick("▒", "-")
        case .generating: pick("█", "#")
        case .unloading: pick("▏", "/")
        }
    }

    /// A model that a plan keeps in memory.
    var planned: Character { pick("·", "_") }
    /// Now, between what was and what is planned.
    var now: Character { pick("┆", "|") }

    /// The moment that is looked at.
    var moment: Character { pick("▼", "v") }

    /// A level from 0 to 1 as a column of the curve.
    func spark(_ level: Double) -> Character {
        let steps: [Character] =
            isASCII ? ["_", ".", "-", "=", "+", "*", "#", "#"] : ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
        let index = Int((min(1, max(0, level)) * Double(steps.count - 1)).rounded())
        return steps[index]
    }

    /// One picture of something that turns.
    func spinner(at uptime: Double) -> Character {
        let frames: [Character] =
            isASCII ? ["|", "/", "-", "\\"] : ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]
        let step = Int((max(0, uptime.isFinite ? uptime : 0) * 8).truncatingRemainder(dividingBy: 1e6))
        return frames[step % frames.count]
    }

    /// Lines by the directions in which they go: 1 up, 2 down, 4 left, 8 right.
    func line(_ directions: UInt8) -> Character {
        if isASCII {
            switch directions {
            case 1, 2, 3: return "|"
            case 4, 8, 12: return "-"
            default: return "+"
            }
        }
        switch directions {
        case 1, 2, 3: return "│"
        case 4, 8, 12: return "─"
        case 10: return "╭"
        case 6: return "╮"
        case 9: return "╰"
        case 5: return "╯"
        case 11: return "├"
        case 7: return "┤"
        case 14: return "┬"
        case 13: return "┴"
        default: return "┼"
        }
    }

    /// Our own words without signs that a plain font lacks.
    func plain(_ text: String) -> String {
        guard isASCII, !text.utf8.allSatisfy({ $0 < 0x80 }) else { return text }
        var result = ""
        for character in text {
            switch character {
            case "…": result += "..."
            case "—", "–": result += "-"
            case "·": result += "|"
            case "“", "”": result += "\""
            case "×": result += "x"
            case "→": result += "->"
            case "←": result += "<-"
            case "●": result += "*"
            case "▲": result += "!"
            case "🔄": result += "*"
            case "✓", "✔": result += "+"
            case "✘": result += "x"
            case "✎": result += "*"
            default: result.append(character)
            }
        }
        return result
    }
}
