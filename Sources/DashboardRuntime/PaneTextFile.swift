import CellScreen
import Dashboard
import Foundation
import PromptChainCore

/// Writes texts of panes to files.
struct PaneTextFile {
    /// Where the log's older lines are.
    var store: LogStore?

    /// Writes a text to a file that the user has named. It is there as a whole or not at all.
    func save(_ saving: TextSaving) -> TextSavingOutcome {
        let name = (saving.path as NSString).expandingTildeInPath
        let path = URL(fileURLWithPath: name).standardizedFileURL.path
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
            if isFolder.boolValue { return .failed("\(path) is a folder", hint: "write the name of a file behind it") }
            if !saving.replaces { return .exists(path: path) }
        }
        do {
            let (file, other) = try PrivateFile.make(beside: path)
            do {
                let bytes = try write(saving.text, to: file) { $0 }
                // A file that came meanwhile is not replaced without a word.
                let isMoved = saving.replaces ? rename(other, path) : link(other, path)
                let code = errno
                unlink(other)
                guard isMoved == 0 else {
                    if code == EEXIST { return .exists(path: path) }
                    throw SystemError(code: code)
                }
                return .saved(path: path, bytes: bytes)
            } catch {
                unlink(other)
                throw error
            }
        } catch {
            return .failed("cannot write \(path): \(error)", hint: "choose another folder")
        }
    }

    /// Writes a text to a file of its own that nobody else can read, made safe for a terminal.
    /// - Returns: the file's path.
    /// - Throws: `SystemError`.
    func page(_ text: PaneText) throws -> String {
        let (file, path) = try PrivateFile.make(beside: NSTemporaryDirectory() + "promptchain-text")
        do {
            _ = try write(text, to: file, cleaning: PagerLine.safe)
            return path
        } catch {
            unlink(path)
            throw error
        }
    }

    /// Writes a text and closes the file.
    /// - Returns: the bytes.
    private func write(_ text: PaneText, to file: Int32, cleaning: (String) -> String) throws -> Int {
        var output = Output(file: file)
        do {
            switch text {
            case .text(let text):
                for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
                    try output.add(cleaning(String(line)) + "\n")
                }
                // The text ends with a line break of its own.
                output.dropLast()
            case .log(let kept, let filter):
                try store?.forEach(before: kept.first?.number ?? .max, filter) {
                    try output.add(LogFile.text($0, cleaning))
                }
                for entry in kept where filter.shows(entry.line) { try output.add(LogFile.text(entry.line, cleaning)) }
            }
            try output.flush()
        } catch {
            close(file)
            throw error
        }
        guard close(file) == 0 else { throw SystemError(code: errno) }
        return output.bytes
    }

    /// Collects what is written.
    private struct Output {
        let file: Int32
        var bytes = 0
        private var waiting: [UInt8] = []

        init(file: Int32) {
            self.file = file
        }

        mutating func add(_ text: String) throws {
            waiting.append(contentsOf: text.utf8)
            bytes += text.utf8.count
            if waiting.count > 1 << 17 { try flush(keeping: 1) }
        }

        mutating func dropLast() {
            if waiting.popLast() != nil { bytes -= 1 }
        }

        mutating func flush(keeping kept: Int = 0) throws {
            var written = 0
            while written < waiting.count - kept {
                let count = waiting[written..<waiting.count - kept].withUnsafeBytes {
                    Foundation.write(file, $0.baseAddress, $0.count)
                }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw SystemError(code: count < 0 ? errno : ENOSPC) }
                written += count
            }
            waiting.removeFirst(written)
        }
    }
}

/// A line for a pager, which may hand on what a terminal would obey.
enum PagerLine {
    static func safe(_ line: String) -> String {
        var before: UInt8 = 0
        let isPlain = line.utf8.allSatisfy { byte in
            defer { before = byte }
            // Controls, and what may begin or be one in two or three bytes: C1, bidirectional marks.
            return byte >= 0x20 && byte != 0x7F && !(before == 0xC2 && byte < 0xA0) && !(before == 0xE2 && byte <= 0x81)
                && !(before == 0xD8 && byte == 0x9C)
        }
        return isPlain ? line : String(DisplayWidth.printable(line))
    }
}
