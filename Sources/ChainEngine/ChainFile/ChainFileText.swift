import Foundation
import PromptChainCore

/// Reads a file as text, up to a limit.
enum ChainFileText {
    static func read(path: String, limit: Int) -> Result<String, FileFault> {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            return .failure(
                FileFault(file: path, message: "there is no such file", hint: "check the path; it was read from here"))
        }
        guard !isDirectory.boolValue else {
            return .failure(
                FileFault(file: path, message: "this is a folder, not a chain file", hint: "name a file in it"))
        }
        guard let handle = FileHandle(forReadingAtPath: path) else {
            return .failure(
                FileFault(
                    file: path, message: "the file cannot be read", hint: "check its permissions: ls -l \(path)"))
        }
        defer { try? handle.close() }
        let data: Data
        do {
            data = try handle.read(upToCount: limit + 1) ?? Data()
        } catch {
            return .failure(FileFault(file: path, message: "the file cannot be read: \(error.localizedDescription)"))
        }
        guard data.count <= limit else { return .failure(tooLarge(file: path, limit: limit)) }
        return text(of: data, file: path)
    }

    static func tooLarge(file: String, limit: Int) -> FileFault {
        FileFault(
            file: file, message: "the file is larger than \(limit / 1_048_576) MiB: this is no chain file",
            hint: "long texts belong into the run's input: --input-file")
    }

    private static func text(of data: Data, file: String) -> Result<String, FileFault> {
        let hint = "a chain file is YAML in UTF-8"
        if let place = data.firstIndex(of: 0) {
            let line = data[..<place].count { $0 == 10 } + 1
            return .failure(
                FileFault(
                    file: file, message: "the file is binary, or in another encoding than UTF-8: line \(line) "
                        + "holds a zero byte", hint: hint))
        }
        guard var text = String(validating: data, as: UTF8.self) else {
            return .failure(FileFault(file: file, message: "the file is binary, or no UTF-8", hint: hint))
        }
        if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
        return .success(text)
    }
}
