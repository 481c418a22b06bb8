import Foundation
import Testing

@testable import Dashboard

/// Whether docs/comparison.md claims nothing that no test shows.
@Suite("The comparison with other programs") struct ComparisonTests {
    /// A row of the table: its name, and what PromptChain has of it.
    private struct Row: Equatable {
        var name: String
        var mark: String
    }

    private let lines: [String]

    init() throws {
        lines = try TestFiles.text("docs/comparison.md").components(separatedBy: "\n")
    }

    private static func cells(_ line: String) -> [String] {
        line.dropFirst().dropLast().components(separatedBy: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }

    /// The lines under a heading, up to the next one of the same rank.
    private func section(_ heading: String) -> [String] {
        Array(lines.drop { $0 != heading }.dropFirst().prefix { !$0.hasPrefix("## ") })
    }

    private var table: [[String]] { section("## The table").filter { $0.hasPrefix("|") }.map(Self.cells) }

    /// The tests that a row names, by the name of the row.
    private var named: [(row: Row, tests: [String])] {
        var found: [(row: Row, tests: [String])] = []
        for line in section("## What PromptChain does, and what shows it") {
            if line.hasPrefix("### "), let colon = line.range(of: ": ", options: .backwards) {
                let name = String(line[line.index(line.startIndex, offsetBy: 4)..<colon.lowerBound])
                found.append((Row(name: name, mark: String(line[colon.upperBound...])), []))
            } else if line.hasPrefix("- Test: `"), line.hasSuffix("`"), !found.isEmpty {
                found[found.count - 1].tests.append(String(line.dropFirst(9).dropLast()))
            }
        }
        return found
    }

    @Test("Every row has a cell for each program, and every program is named with its version")
    func shape() {
        let programs = section("## The programs").filter { $0.hasPrefix("| ") }.map(Self.cells).dropFirst(2)
        #expect(table.first.map { Array($0.dropFirst()) } == programs.map { $0[0] })
        #expect(programs.allSatisfy { $0.count == 3 && !$0[2].isEmpty })
        for row in table { #expect(row.count == programs.count + 1, "\(row)") }
        #expect(table.count > 40)
    }

    @Test("Every row of the table is explained, in their order, with the same mark")
    func rows() {
        #expect(named.map(\.row) == table.dropFirst(2).map { Row(name: $0[0], mark: $0[1]) })
    }

    @Test("What is claimed has a test, and every test that is named is there")
    func tests() throws {
        var sources: [String: String] = [:]
        let folder = TestFiles.tests.deletingLastPathComponent()
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        while let file = files?.nextObject() as? URL {
            guard ["swift", "py"].contains(file.pathExtension) else { continue }
            sources[file.deletingPathExtension().lastPathComponent, default: ""] +=
                try String(contentsOf: file, encoding: .utf8)
        }
        for (row, tests) in named {
            let claims = row.mark.split { $0 == " " || $0 == "/" }.contains("Y")
            #expect(!claims || !tests.isEmpty, "\(row.name) has no test")
            for test in tests {
                let parts = test.split(separator: ": ", maxSplits: 1).map(String.init)
                let isThere = parts.count == 2 && sources[parts[0]].map { Self.holds($0, test: parts[1]) } ?? false
                #expect(isThere, "\(row.name): there is no test “\(test)”")
            }
        }
    }

    /// Whether a file has a test of that title, or a function of that name.
    private static func holds(_ source: String, test name: String) -> Bool {
        if source.contains("func \(name)(") || source.contains("def \(name)(") { return true }
        return source.matches(of: #/@Test\(\s*"((?:[^"\\]|\\.)*)"/#).contains { $0.1 == name }
    }

    @Test("Every verdict that is named is a rule")
    func verdicts() {
        let text = section("## What people complain of").joined(separator: "\n")
        let words = Set(text.matches(of: #/`([a-z-]+)`/#).map { String($0.1) })
        #expect(words.count > 15)
        #expect(words.isSubset(of: VerdictRules.names), "\(words.subtracting(VerdictRules.names))")
    }
}
