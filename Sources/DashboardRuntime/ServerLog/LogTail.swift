import Foundation
import PromptChainCore

/// What came since the last look.
struct LogBatch: Equatable, Sendable {
    /// Lines without their line breaks.
    var lines: [[UInt8]] = []
    /// What was passed over unread, in bytes, since there was too much.
    var skippedBytes: Int64 = 0
    /// When that was written last which was there before anybody looked; `nil` for what is new.
    var past: Date?
    /// Why nothing more can be read.
    var fault: String?
    /// Whether there is more to read at once.
    var hasMore = false
    /// Whether nothing more will come.
    var isOver = false
}

/// Something that is read to its end, again and again. The calls may take a while: they belong on a thread of their own.
protocol LogTail: Sendable {
    /// What came since the last call. Does not wait for anything to come.
    func read() -> LogBatch
    /// Gives up what is held open. Nothing is read afterwards.
    func close()
}

extension LineCutter {
    /// For the lines of a log: of one that is too long the beginning tells enough.
    static var forLogs: LineCutter { LineCutter(limit: 64 * 1024, isVerbatim: true) }
}
