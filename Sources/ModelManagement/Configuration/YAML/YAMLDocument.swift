import Foundation
import PromptChainCore
import Yams

/// Reads YAML into values that know their place, so that a fault can name line and column.
public enum YAMLDocument {
    /// Parses a text.
    /// - Parameter faults: takes the fault when the text is no YAML. Errors of syntax come one at a time, since nothing
    ///   is known behind the first.
    /// - Returns: the outermost value; `nil` when the text is empty or no YAML.
    public static func parse(_ text: String, faults: FaultCollector) -> YAMLValue? {
        if let line = tooDeep(text) {
            faults.add(line: line, column: 1, message: "lists and mappings are nested more than \(deepest) levels deep")
            return nil
        }
        do {
            guard let node = try Yams.compose(yaml: text) else { return nil }
            return YAMLValue(node: node, path: "", faults: faults)
        } catch {
            add(error, in: text, to: faults)
            return nil
        }
    }

    private static let deepest = 100

    // The parser descends without a bound of its own. Brackets and dashes in texts count as well: no file that people
    // write comes near the limit.
    private static func tooDeep(_ text: String) -> Int? {
        var brackets = 0
        var indents: [Int] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let start = line.utf8.prefix { $0 == UInt8(ascii: " ") }.count
            guard start < line.utf8.count else { continue }
            while let last = indents.last, last >= start { indents.removeLast() }
            indents.append(start)
            let dashes = line.utf8.dropFirst(start).prefix { "- ?:".utf8.contains($0) }.count {
                $0 != UInt8(ascii: " ")
            }
            for byte in line.utf8 {
                if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") { brackets += 1 }
                if byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") { brackets = max(0, brackets - 1) }
                if brackets > deepest { return index + 1 }
            }
            if indents.count + dashes > deepest { return index + 1 }
        }
        return nil
    }

    private static func add(_ error: any Error, in text: String, to faults: FaultCollector) {
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _):
            let words = [context?.text, problem].compactMap { $0?.trimmingCharacters(in: .whitespaces) }
            // What libYAML complains about is often the line after the one at fault.
            let lines = [mark.line, context?.mark.line].compactMap { $0 }
            let hint = lines.compactMap { advice(line($0, of: text)) }.first
            faults.add(
                line: mark.line, column: mark.column, message: "this is no YAML: \(words.joined(separator: ", "))",
                hint: hint)
        case YamlError.duplicatedKeysInMapping(let duplicates, let context):
            for key in duplicates {
                let place = second(key, from: context.mark, in: text) ?? (context.mark.line, context.mark.column)
                faults.add(
                    line: place.0, column: place.1, message: "“\(key)” stands here a second time",
                    hint: "Remove one of them.")
            }
        case YamlError.reader(let problem, let offset, _, _):
            let before = text.unicodeScalars.prefix(offset ?? 0)
            faults.add(
                line: before.count { $0 == "\n" } + 1, column: 1, message: "this is no YAML: \(problem)",
                hint: "Is the file text in UTF-8?")
        default: faults.add(message: "this is no YAML: \(error)")
        }
    }

    private static func line(_ number: Int, of text: String) -> Substring {
        let lines = text.split(separator: "\n", maxSplits: number, omittingEmptySubsequences: false)
        return number >= 1 && number <= lines.count ? lines[number - 1] : ""
    }

    private static func advice(_ line: Substring) -> String? {
        let lead = line.prefix { " \t-".contains($0) }
        if lead.contains("\t") { return "Indent with blanks, not with tabs." }
        let text = line.dropFirst(lead.count)
        let value = text.range(of: ":").map { text[$0.upperBound...].drop { $0 == " " } } ?? text
        if value.hasPrefix("{") { return YAMLValue.quoteHint }
        if value.hasPrefix("[") || value.hasPrefix("*") || value.hasPrefix("&") || value.hasPrefix("@")
            || value.contains(": ")
        {
            return "Put the value in quotes."
        }
        return line.contains("\t") ? "Indent with blanks, not with tabs." : nil
    }

    /// The second place of a key among the keys of one mapping, which begin in the same column.
    private static func second(_ key: String, from mark: Mark, in text: String) -> (Int, Int)? {
        var found = 0
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated().dropFirst(mark.line - 1) {
            let rest = line.unicodeScalars.dropFirst(mark.column - 1)
            let start = String(String.UnicodeScalarView(rest))
            let indent = line.unicodeScalars.prefix { $0 == " " || $0 == "-" }.count
            let names = ["\(key):", "\"\(key)\":", "'\(key)':"]
            if indent == mark.column - 1, names.contains(where: start.hasPrefix) { found += 1 }
            if found == 2 { return (index + 1, mark.column) }
        }
        return nil
    }
}
