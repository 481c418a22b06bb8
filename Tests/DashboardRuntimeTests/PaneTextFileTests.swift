import Dashboard
import Foundation
import PromptChainCore
import Testing

@testable import DashboardRuntime

@Suite("Texts of panes in files") struct PaneTextFileTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path

    init() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    private func saving(_ text: PaneText, to name: String = "log.txt", replaces: Bool = false) -> TextSaving {
        TextSaving(path: "\(folder)/\(name)", text: text, replaces: replaces)
    }

    private func content(_ name: String = "log.txt") throws -> String {
        try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
    }

    private static func entries(_ numbers: Range<Int>) -> [LogEntry] {
        numbers.map { number in
            LogEntry(
                number: number,
                line: LogLine(
                    time: Date(timeIntervalSince1970: Double(number)), level: number % 2 == 0 ? .info : .error,
                    component: "promptchain.chain", message: "line \(number)"))
        }
    }

    @Test("The log is saved with its older lines first, as the filter shows it")
    func log() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = LogStore(folder: folder) { _ in }
        store.take(.store(Self.entries(0..<4)))
        let file = PaneTextFile(store: store)
        let text = PaneText.log(kept: Self.entries(4..<6), filter: LogFilter(least: .error))
        let outcome = file.save(saving(text))
        let expected = """
            1970-01-01T00:00:01.000Z error promptchain.chain: line 1
            1970-01-01T00:00:03.000Z error promptchain.chain: line 3
            1970-01-01T00:00:05.000Z error promptchain.chain: line 5

            """
        #expect(try content() == expected)
        #expect(outcome == .saved(path: "\(folder)/log.txt", bytes: expected.utf8.count))
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder)/log.txt")
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test("A file is replaced only when that was said, and nothing is left beside it")
    func replacing() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = PaneTextFile()
        #expect(file.save(saving(.text("one\n"))) == .saved(path: "\(folder)/log.txt", bytes: 4))
        #expect(file.save(saving(.text("two\n"))) == .exists(path: "\(folder)/log.txt"))
        #expect(try content() == "one\n")
        #expect(
            file.save(saving(.text("two\nand three"), replaces: true)) == .saved(path: "\(folder)/log.txt", bytes: 13))
        #expect(try content() == "two\nand three")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["log.txt"])
    }

    @Test("A folder, and a place that takes no file, are refused with the reason")
    func refused() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = PaneTextFile()
        #expect(
            file.save(saving(.text("x"), to: "", replaces: true))
                == .failed("\(folder) is a folder", hint: "write the name of a file behind it"))
        #expect(
            file.save(saving(.text("x"), to: "nowhere/log.txt"))
                == .failed(
                    "cannot write \(folder)/nowhere/log.txt: no such file or directory", hint: "choose another folder"))
    }

    @Test("A pager gets nothing that a terminal would obey, in a file that only its owner reads")
    func pager() throws {
        let path = try PaneTextFile().page(.text("plain ä\ttab\n\u{1B}[31mred\u{9B}2J\u{202E}abc\u{0}\n日本\n"))
        defer { unlink(path) }
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let scalars = text.unicodeScalars
        #expect(!scalars.contains { $0.value < 0x20 && $0 != "\n" || (0x7F..<0xA0).contains($0.value) })
        #expect(!scalars.contains { (0x202A...0x202E).contains($0.value) })
        #expect(text.hasPrefix("plain ä") && text.hasSuffix("\n日本\n") && text.contains("[31mred"))
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
}
