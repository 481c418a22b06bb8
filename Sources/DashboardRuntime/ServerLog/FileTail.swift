import Foundation
import ModelManagement
import PromptChainCore
import Synchronization

/// Follows a file that another program writes, also when it is set aside and begun anew, or emptied in place.
final class FileTail: LogTail {
    /// What is read of what was there before, in bytes.
    static let window: Int64 = 256 * 1024
    /// What is read at a time, in bytes.
    static let most = 1 << 20
    /// How much may wait before it is passed over, in bytes.
    static let tooMuch: Int64 = 8 << 20

    private struct State {
        var file: Int32 = -1
        var position: Int64 = 0
        var lines = LineCutter.forLogs
        /// The file that is open: its device and number.
        var identity: (UInt64, UInt64) = (0, 0)
        var hasLooked = false
        var isClosed = false
    }

    private let path: String
    private let state = Mutex(State())

    /// Follows a file from its last lines on. It need not be there yet.
    init(path: String) {
        self.path = path
    }

    deinit { close() }

    func close() {
        state.withLock { state in
            if state.file >= 0 { _ = Self.closeFile(state.file) }
            state.file = -1
            state.isClosed = true
        }
    }

    func read() -> LogBatch {
        state.withLock { state in
            guard !state.isClosed else { return LogBatch(isOver: true) }
            var batch = LogBatch()
            if state.file < 0 {
                batch.fault = open(&state, &batch)
                guard state.file >= 0 else { return batch }
            }
            let isFirst = batch.past != nil
            readOn(&state, &batch)
            if isFirst { batch.lines = batch.lines.suffix(ServerLogSource.backlog * 8) }
            if !batch.hasMore, isReplaced(state) {
                if let last = state.lines.finish() { batch.lines.append(last) }
                _ = Self.closeFile(state.file)
                state.file = -1
                batch.hasMore = true
            }
            return batch
        }
    }

    /// - Returns: why it cannot be opened; `nil` also when it is only not there.
    private func open(_ state: inout State, _ batch: inout LogBatch) -> String? {
        let file = Self.openFile(path)
        guard file >= 0 else {
            let reason = errno
            state.hasLooked = true
            return reason == ENOENT ? nil : "\(path) cannot be read: \(String(cString: strerror(reason)))"
        }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            _ = Self.closeFile(file)
            return "\(path) is no file"
        }
        state.file = file
        state.identity = (UInt64(status.st_dev), UInt64(status.st_ino))
        state.lines = LineCutter.forLogs
        // Only what was there at the first look is old; a file that comes later is read from its beginning.
        state.position = state.hasLooked ? 0 : max(0, Int64(status.st_size) - Self.window)
        if !state.hasLooked { batch.past = Self.modified(status) }
        if state.position > 0 { state.lines.skip() }
        state.hasLooked = true
        return nil
    }

    private func readOn(_ state: inout State, _ batch: inout LogBatch) {
        var status = stat()
        guard fstat(state.file, &status) == 0 else { return }
        let size = Int64(status.st_size)
        if size < state.position {
            // Emptied in place: what was half written will never be complete.
            state.position = 0
            state.lines = LineCutter.forLogs
        } else if size - state.position > Self.tooMuch {
            batch.skippedBytes = size - Self.window - state.position
            state.position = size - Self.window
            state.lines.skip()
        }
        var buffer = [UInt8](repeating: 0, count: min(Int(max(0, size - state.position)), Self.most))
        guard !buffer.isEmpty else { return }
        let count = pread(state.file, &buffer, buffer.count, off_t(state.position))
        guard count > 0 else { return }
        state.position += Int64(count)
        batch.lines += state.lines.feed(Array(buffer[..<count])).compactMap(\.self)
        batch.hasMore = state.position < size
    }

    // A file that is gone and not begun anew may still be written to.
    private func isReplaced(_ state: State) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { return false }
        return state.identity != (UInt64(status.st_dev), UInt64(status.st_ino))
    }

    private static func openFile(_ path: String) -> Int32 { Foundation.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    private static func closeFile(_ file: Int32) -> Int32 { Foundation.close(file) }

    private static func modified(_ status: stat) -> Date {
        #if canImport(Darwin)
            let time = status.st_mtimespec
        #else
            let time = status.st_mtim
        #endif
        return Date(timeIntervalSince1970: Double(time.tv_sec) + Double(time.tv_nsec) / 1e9)
    }
}
