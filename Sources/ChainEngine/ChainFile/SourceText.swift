import Foundation
import PromptChainCore
import Yams

/// A file's text, with its lines for finding places in it.
struct SourceText {
    let text: String
    let file: String
    // Unicode scalars, since that is what the YAML parser counts columns in.
    let lines: [[Unicode.Scalar]]

    init(_ text: String, file: String) {
        self.text = text
        self.file = file
        lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.last == "\r" ? Array(line.dropLast()) : Array(line)
        }
    }

    /// A line as text, counted from 1.
    func line(_ number: Int) -> String {
        guard lines.indices.contains(number - 1) else { return "" }
        var view = String.UnicodeScalarView()
        view.append(contentsOf: lines[number - 1])
        return String(view)
    }

    /// Where a piece of text stands for the n-th time, from a place on; the place itself when it does not stand there
    /// as it is (it may be written with escapes).
    func place(of piece: String, occurrence: Int, from start: SourcePlace) -> SourcePlace {
        let wanted = Array(piece.unicodeScalars)
        var left = occurrence
        for number in start.line..<max(start.line, lines.count + 1) where number >= 1 {
            let line = lines[number - 1]
            var column = number == start.line ? max(0, start.column - 1) : 0
            while column + wanted.count <= line.count {
                if line[column] == wanted.first, line[column..<column + wanted.count].elementsEqual(wanted) {
                    if left == 0 { return SourcePlace(line: number, column: column + 1) }
                    left -= 1
                    column += wanted.count
                } else {
                    column += 1
                }
            }
        }
        return start
    }
}
