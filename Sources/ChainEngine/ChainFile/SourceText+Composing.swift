import Foundation
import PromptChainCore
import Yams

extension SourceText {
    /// How deep lists and mappings may stand in each other. The YAML parser has no bound of its own and would exhaust
    /// the stack.
    private static let depthLimit = 200

    /// Reads the text as YAML.
    func compose() -> Result<Node, FileFault> {
        guard !text.isEmpty else { return .failure(empty("the file is empty")) }
        if let line = lineNestedTooDeeply() {
            return .failure(
                FileFault(
                    file: file, line: line, column: 1, message: "lists and mappings stand more than "
                        + "\(Self.depthLimit) deep in each other", hint: "put texts with many brackets in quotes"))
        }
        do {
            guard let root = try Yams.compose(yaml: text, .default, .default, .utf8) else {
                return .failure(empty("the file holds no chain"))
            }
            return .success(root)
        } catch {
            return .failure(fault(for: error))
        }
    }

    private func empty(_ message: String) -> FileFault {
        FileFault(file: file, message: message, hint: "a chain has a name and steps: docs/chain-files.md shows one")
    }

    // Counts brackets and indentation without regard to quotes: a file that people write stays far below the limit.
    private func lineNestedTooDeeply() -> Int? {
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

    private func fault(for error: any Error) -> FileFault {
        guard let error = error as? YamlError else { return FileFault(file: file, message: "not readable: \(error)") }
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            return syntaxFault(problem, at: SourcePlace(mark), context: context)
        case .reader(let problem, let offset, _, _):
            let place = offset.map { mark(atCharacter: $0) } ?? SourcePlace(line: 0, column: 0)
            return FileFault(
                file: file, line: place.line, column: place.column, message: "not valid YAML: \(problem)",
                hint: "remove the character, or write it as an escape in double quotes")
        case .duplicatedKeysInMapping(let duplicates, let context):
            let key = duplicates.first ?? ""
            let place = second(key, from: SourcePlace(context.mark))
            return FileFault(
                file: file, line: place.line, column: place.column, message: "\"\(key)\" stands here twice",
                hint: "keep one of them")
        default:
            return FileFault(file: file, message: "not valid YAML: \(error)")
        }
    }

    private func syntaxFault(_ problem: String, at mark: SourcePlace, context: YamlError.Context?) -> FileFault {
        if problem.contains("another document") {
            return FileFault(
                file: file, line: mark.line, column: mark.column, message: "a second document begins here",
                hint: "a file holds one chain: remove the line ---")
        }
        // What was left open is to be found where it began, not at the end of the file.
        let isOpen = problem.contains("end of stream")
        let place = isOpen ? context.map { SourcePlace($0.mark) } ?? mark : mark
        let around = context.flatMap { $0.mark.line == place.line ? $0.text : "\($0.text), line \($0.mark.line)" }
        return FileFault(
            file: file, line: place.line, column: place.column,
            message: "not valid YAML: \(problem)" + (around.map { " (\($0))" } ?? ""),
            hint: hint(for: problem, lines: Set([mark.line, context?.mark.line ?? mark.line])))
    }

    private func hint(for problem: String, lines numbers: Set<Int>) -> String? {
        if problem.contains("mapping values are not allowed") {
            return "put a text that holds a colon and a blank in quotes, or check the indentation"
        }
        if problem.contains("undefined alias") { return "put a text that begins with * in quotes" }
        for line in numbers.sorted(by: >).map({ line($0) }) {
            if line.contains(/[:\-]\s+\{(input|initial|steps\.)/) {
                return "put a text that begins with { in quotes: \"{input} …\""
            }
            if line.prefix(while: \.isWhitespace).contains("\t") { return "indent with spaces: YAML allows no tabs" }
            if line.contains(/:\s+[@`%&*!|>\[\{]/), problem.contains("expected") || problem.contains("cannot start") {
                return "put the text in quotes"
            }
        }
        if problem.contains("end of stream") { return "a quote or a bracket is not closed" }
        return problem.contains("expected") ? "check the indentation and the quotes before this place" : nil
    }

    private func mark(atCharacter offset: Int) -> SourcePlace {
        let before = text.prefix(offset).unicodeScalars
        let line = before.count { $0 == "\n" } + 1
        let column = before.reversed().prefix { $0 != "\n" }.count + 1
        return SourcePlace(line: line, column: column)
    }

    // The parser tells where the key stands first; the second place is the one to look at.
    private func second(_ key: String, from first: SourcePlace) -> SourcePlace {
        guard first.line >= 1 else { return first }
        for number in (first.line + 1)..<max(first.line + 1, lines.count + 1) {
            let line = line(number)
            let indent = line.prefix { $0 == " " }.count
            let rest = line.dropFirst(indent)
            if indent + 1 == first.column, rest.hasPrefix("\(key):") || rest.hasPrefix("\"\(key)\":") {
                return SourcePlace(line: number, column: indent + 1)
            }
        }
        return first
    }
}
