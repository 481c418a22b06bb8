import ChainEngine
import Foundation
import PromptChainCore
import Synchronization

/// Reads what a program writes for as long as it runs, such as `journalctl --follow`.
final class ProgramTail: LogTail {
    private struct State {
        var lines = LineCutter.forLogs
        var isFirst = true
        var isOver = false
    }

    private let program: FollowedProgram
    private let state = Mutex(State())

    /// Starts a program.
    /// - Parameter words: the program, looked for in `PATH`, and its arguments.
    init(words: [String]) {
        program = FollowedProgram(words)
        program.start()
    }

    deinit { program.close() }

    func read() -> LogBatch {
        state.withLock { state in
            guard !state.isOver else { return LogBatch(isOver: true) }
            var batch = LogBatch()
            // What was in the journal before comes with its own times, and at once.
            if state.isFirst { batch.past = Date() }
            let news = program.take()
            batch.lines = state.lines.feed(news.bytes).compactMap(\.self)
            state.isFirst = state.isFirst && news.bytes.isEmpty
            batch.hasMore = !news.isOver && news.bytes.count >= FollowedProgram.most
            guard news.isOver else { return batch }
            if let last = state.lines.finish() { batch.lines.append(last) }
            state.isOver = true
            batch.isOver = true
            batch.fault = news.fault
            return batch
        }
    }

    func close() {
        state.withLock { $0.isOver = true }
        program.close()
    }
}
