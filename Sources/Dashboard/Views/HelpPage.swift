import CellScreen

/// The list of keys, from the key table: set in two columns where both fit, else in one that scrolls.
struct HelpPage: Equatable {
    struct Line: Equatable {
        var keys = ""
        var text = ""
        var isHeading = false
    }

    /// Where the dialog stands, with its border.
    var rect: Rect
    var columns: [[Line]]
    /// The columns for the keys, with a gap behind them.
    var keyColumns = 21

    /// The rows of the longest column.
    var rows: Int { columns.map(\.count).max() ?? 0 }
    /// The furthest that it scrolls.
    var lastTop: Int { max(0, rows - (rect.height - 2)) }

    init(_ state: DashboardState, size: Size) {
        let sections = Self.sections(state)
        columns = size.width >= 156 ? Self.split(sections.map { Self.wrapped($0, keys: 21, width: 71) }) : []
        let height = columns.map(\.count).max() ?? 0
        if !columns.isEmpty, height <= size.height - 6 {
            rect = DialogFrame.fitting(rows: height, width: 150, in: size)
        } else {
            rect = DialogFrame.reading(in: size)
            let width = max(16, rect.width - 4)
            if width < 60 { keyColumns = 11 }
            let keys = keyColumns
            columns = [Self.joined(sections.map { Self.wrapped($0, keys: keys, width: width) })]
        }
    }

    /// Lines broken where they do not fit.
    private static func wrapped(_ lines: [Line], keys: Int, width: Int) -> [Line] {
        lines.flatMap { line -> [Line] in
            guard !line.isHeading else { return [line] }
            let left = TextWrap.lines(of: line.keys, width: keys - 1)
            let right = TextWrap.lines(of: line.text, width: max(4, width - keys - 1))
            return (0..<max(left.count, right.count)).map { row in
                Line(keys: row < left.count ? left[row] : "", text: row < right.count ? right[row] : "")
            }
        }
    }

    /// The keys of the pane that has the focus first, then those that work anywhere, then the rest.
    private static func sections(_ state: DashboardState) -> [[Line]] {
        let focus = state.focus.context
        var contexts = KeyContext.allCases
        contexts.removeAll { $0 == focus || $0 == .replay }
        contexts.insert(focus, at: 0)
        if state.feed?.replay != nil { contexts.insert(.replay, at: 0) }
        return contexts.map { section($0, state) }.filter { !$0.isEmpty }
    }

    private static func section(_ context: KeyContext, _ state: DashboardState) -> [Line] {
        let table = state.keys.table
        var lines: [Line] = []
        var jumps: [String] = []
        for place in table.indices where table[place].context == context {
            guard !table[place].strokes.isEmpty, !(state.isReadOnly && table[place].changes) else { continue }
            if table[place].jumps {
                jumps.append(table[place].keys)
            } else {
                lines.append(Line(keys: table[place].keys, text: table[place].help))
            }
        }
        if !jumps.isEmpty {
            lines.append(Line(keys: jumps.joined(separator: " "), text: "to the pane with that number"))
        }
        return lines.isEmpty ? [] : [Line(text: context.title.uppercased(), isHeading: true)] + lines
    }

    private static func joined(_ sections: [[Line]]) -> [Line] {
        Array(sections.joined(separator: [Line()]))
    }

    /// Two columns of whole sections, as equal as they can be.
    private static func split(_ sections: [[Line]]) -> [[Line]] {
        let heights = sections.map { $0.count + 1 }
        let all = heights.reduce(0, +)
        let longest = (1..<max(2, sections.count)).map { place in
            let first = heights.prefix(place).reduce(0, +)
            return max(first, all - first)
        }
        let place = 1 + (longest.indices.min { longest[$0] < longest[$1] } ?? 0)
        return [joined(Array(sections.prefix(place))), joined(Array(sections.dropFirst(place)))]
    }
}

extension KeyBinding {
    /// Whether it goes straight to a pane; help names those keys together.
    fileprivate var jumps: Bool {
        if case .focus = action { return true }
        return false
    }
}
