import Foundation
import PromptChainCore
import Synchronization

/// Reads a model's file into the computer's page cache before it is needed, where the model itself cannot be in memory
/// yet: its load then reads from memory and not from a disk.
///
/// The reading is done by a thread of its own at low priority, so that it stands in nobody's way.
final class FileReadAhead: Sendable {
    /// How much is read at a time, in bytes.
    private static let pieceBytes = 4 << 20

    private let isCancelled = Mutex(false)

    /// Whether a file is worth reading ahead: it can be read, and the memory for it is there without anybody being
    /// pushed out.
    /// - Parameter memoryInformation: the file that tells how much memory is available.
    static func isSensible(path: String, memoryInformation: String = "/proc/meminfo") -> Bool {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
            let size = (attributes[.size] as? NSNumber)?.int64Value, size > 0,
            FileManager.default.isReadableFile(atPath: path),
            let available = availableBytes(memoryInformation)
        else { return false }
        return size < available
    }

    /// The memory that programs can still have, page cache included, in bytes.
    /// Source: `MemAvailable` in proc(5).
    private static func availableBytes(_ path: String) -> Int64? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        for line in text.split(separator: "\n") where line.hasPrefix("MemAvailable:") {
            let words = line.split(separator: " ")
            return words.count > 1 ? Int64(words[1]).map { $0.multipliedReportingOverflow(by: 1024).partialValue } : nil
        }
        return nil
    }

    /// Reads a file to its end, unless it is cancelled before.
    /// - Returns: whether all of it was read.
    func read(_ path: String) async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let thread = Thread { continuation.resume(returning: self.readAll(path)) }
                thread.qualityOfService = .background
                thread.name = "read-ahead"
                thread.start()
            }
        } onCancel: {
            cancel()
        }
    }

    /// Ends the reading.
    func cancel() { isCancelled.withLock { $0 = true } }

    private func readAll(_ path: String) -> Bool {
        guard let file = FileHandle(forReadingAtPath: path) else { return false }
        defer { try? file.close() }
        while !isCancelled.withLock({ $0 }) {
            do {
                guard let piece = try file.read(upToCount: Self.pieceBytes), !piece.isEmpty else { return true }
            } catch {
                return false
            }
        }
        return false
    }
}
