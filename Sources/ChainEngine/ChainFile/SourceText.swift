import Foundation
import ModelManagement
import PromptChainCore

/// A file's text, with its lines for finding places in it.
struct SourceText {
    let text: String
    // Unicode scalars, since that is what the YAML parser counts columns in.
    private let lines: [[Unicode.Scalar]]

    init(_ text: String) {
        self.text = text
        lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map(Array.init)
    }

    /// Where a piece of text stands for the n-th time, from a value on; the value itself when it does not stand there as
    /// it is (it may be written with escapes).
    func place(of piece: String, occurrence: Int, in value: YAMLValue) -> (line: Int, column: Int) {
        let wanted = Array(piece.unicodeScalars)
        var left = occurrence
        for number in max(1, value.line)..<max(value.line + 1, lines.count + 1) where number <= lines.count {
            let line = lines[number - 1]
            var column = number == value.line ? max(0, value.column - 1) : 0
            while column + wanted.count <= line.count {
                if line[column] == wanted.first, line[column..<column + wanted.count].elementsEqual(wanted) {
                    if left == 0 { return (number, column + 1) }
                    left -= 1
                    column += wanted.count
                } else {
                    column += 1
                }
            }
        }
        return (value.line, value.column)
    }
}

extension SourceText {
    /// How deep lists and mappings may stand in each other. The YAML parser has no bound of its own and would exhaust
    /// the stack.
    static let depthLimit = 200

    /// The first line in which lists and mappings stand too deep in each other. Brackets and indentation are counted
    /// without regard to quotes: a file that people write stays far below the limit.
    var lineNestedTooDeeply: Int? {
        var brackets = 0
        var indents: [Int] = []
        for (index, line) in lines.enumerated() {
            let indent = line.prefix { $0 == " " }.count
            guard indent < line.count else { continue }
            while let last = indents.last, last >= indent { indents.removeLast() }
            indents.append(indent)
            let marks = line.dropFirst(indent).prefix { "-?: \t".unicodeScalars.contains($0) }.count { $0 != " " }
            for scalar in line {
                if scalar == "[" || scalar == "{" { brackets += 1 }
                if scalar == "]" || scalar == "}" { brackets = max(0, brackets - 1) }
                if brackets > Self.depthLimit { return index + 1 }
            }
            if indents.count + marks > Self.depthLimit { return index + 1 }
        }
        return nil
    }

    /// Whether anchors and aliases are so many that they may stand for more text than fits in memory.
    var mayGrowBeyondBounds: Bool {
        guard text.contains("&"), text.contains("*") else { return false }
        let anchors = text.matches(of: /[\s\[{,:]&\w+[\s\[{]/).count
        let aliases = text.matches(of: /[\s\[{,:]\*\w+\s*[,\]}\n]/).count
        return anchors >= 6 && aliases >= 30
    }
}
