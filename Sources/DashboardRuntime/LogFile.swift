import Foundation
import PromptChainCore

/// A log file that never holds up who writes to it: lines go to a queue of their own. When the file grows beyond its
/// limit it is set aside as `.1` and begun anew. A file that cannot be written is given up silently: a log must never
/// end the program.
public final class LogFile: Sendable {
    /// The file's path.
    public let path: String
    private let limit: Int
    private let queue = DispatchQueue(label: "promptchain.log_file")

    /// A file at a path; its folder is made when the first line comes.
    /// - Parameters:
    ///   - path: the file.
    ///   - limit: the size in bytes at which it is set aside.
    public init(path: String, limit: Int = 8 << 20) {
        self.path = path
        self.limit = limit
    }

    /// Appends a line, soon.
    public func write(_ line: LogLine) {
        queue.async { self.append(Self.text(line)) }
    }

    /// Waits until everything written before is in the file.
    public func flush() { queue.sync {} }

    /// A line as it stands in the file. Line breaks inside a message are shown as `⏎`, so that a line stays a line.
    public static func text(_ line: LogLine) -> String {
        text(line) { message in
            String(
                String.UnicodeScalarView(
                    message.unicodeScalars.map { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) ? "\u{FFFD}" : $0 }
                ))
        }
    }

    /// A line as it stands in a file, its message made safe in some way.
    static func text(_ line: LogLine, _ cleaning: (String) -> String) -> String {
        let message = line.message.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "⏎")
        return "\(Timestamp.text(line.time)) \(line.level.rawValue) \(line.component): \(cleaning(message))\n"
    }

    private func append(_ text: String) {
        let files = FileManager.default
        if let size = try? files.attributesOfItem(atPath: path)[.size] as? Int, size > limit {
            try? files.removeItem(atPath: path + ".1")
            try? files.moveItem(atPath: path, toPath: path + ".1")
        }
        if !files.fileExists(atPath: path) {
            let folder = (path as NSString).deletingLastPathComponent
            try? files.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            guard files.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]) else { return }
        }
        guard let handle = FileHandle(forWritingAtPath: path) else { return }
        defer { try? handle.close() }
        _ = try? handle.seekToEnd()
        try? handle.write(contentsOf: Data(text.utf8))
    }
}
