import Foundation
import PromptChainCore

/// Reads a file as text, up to a limit.
enum ChainFileText {
    static let tooLarge = "the file is larger than \(ChainFile.byteLimit / 1_048_576) MiB: this is no chain file"
    static let tooLargeHint = "Long texts belong into the run's input: --input-file."

    static func read(path: String, limit: Int) -> Result<String, FileFault> {
        func fault(_ message: String, hint: String? = nil) -> Result<String, FileFault> {
            .failure(FileFault(file: path, message: message, hint: hint))
        }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            return fault("there is no such file", hint: "Check the path; it counts from \(folder).")
        }
        guard !isFolder.boolValue else { return fault("this is a folder, no file", hint: "Name a file in it.") }
        guard let handle = FileHandle(forReadingAtPath: path) else {
            return fault("the file cannot be read", hint: "Check its permissions.")
        }
        defer { try? handle.close() }
        do {
            let data = try handle.read(upToCount: limit + 1) ?? Data()
            guard data.count <= limit else { return fault(tooLarge, hint: tooLargeHint) }
            return text(of: data).map(Result.success)
                ?? fault(
                    "the file is binary, or in another encoding than UTF-8", hint: "A chain file is YAML in UTF-8.")
        } catch {
            return fault("the file cannot be read: \(error.localizedDescription)")
        }
    }

    private static var folder: String { FileManager.default.currentDirectoryPath }

    private static func text(of data: Data) -> String? {
        guard !data.contains(0), var text = String(validating: data, as: UTF8.self) else { return nil }
        if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
        return text
    }
}
