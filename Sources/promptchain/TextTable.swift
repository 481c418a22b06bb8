import CellScreen

/// Columns of text for standard output, as wide as their contents.
struct TextTable {
    /// How a column is set.
    enum Alignment {
        case left
        case right
    }

    private let alignments: [Alignment]
    private var rows: [[String]]

    init(_ columns: [(title: String, alignment: Alignment)]) {
        alignments = columns.map(\.alignment)
        rows = [columns.map(\.title)]
    }

    mutating func add(_ row: [String]) { rows.append(row.map { Console.safe($0) }) }

    /// The table as lines, without trailing blanks.
    var lines: [String] {
        let widths = alignments.indices.map { column in
            rows.map { column < $0.count ? DisplayWidth.columns(of: $0[column]) : 0 }.max() ?? 0
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, text -> String in
                let padding = String(repeating: " ", count: widths[column] - DisplayWidth.columns(of: text))
                return alignments[column] == .left ? text + padding : padding + text
            }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
