import Foundation

/// A folder for one test, gone when the test is.
final class TestFolder: Sendable {
    private let root: String

    init() {
        root = NSTemporaryDirectory() + "promptchain-" + UUID().uuidString
        try? FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: root)
    }

    /// The path of something in it.
    func path(_ name: String) -> String { "\(root)/\(name)" }

    /// Writes a file and gives its path.
    func write(_ text: String, to name: String) throws -> String {
        try write(Data(text.utf8), to: name)
    }

    /// Writes a file and gives its path.
    func write(_ data: Data, to name: String) throws -> String {
        let folder = (path(name) as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try data.write(to: URL(fileURLWithPath: path(name)))
        return path(name)
    }

    /// What a file holds.
    func read(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }
}
