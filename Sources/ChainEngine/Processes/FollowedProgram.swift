import Foundation
import Subprocess
import Synchronization

/// A program that runs for as long as somebody reads what it writes, such as `journalctl --follow`.
///
/// It runs in a session of its own and has none of our descriptors. A shell stands between it and us and waits on its
/// standard input: when that ends, because we close it or are gone ourselves in whatever way, it ends the program.
public final class FollowedProgram: Sendable {
    /// What it wrote since the last look.
    public struct News: Equatable, Sendable {
        /// What it wrote, on standard output and standard error.
        public var bytes: [UInt8] = []
        /// Whether it has ended, and this was the last of it.
        public var isOver = false
        /// Why it ended, when it did not end well by itself.
        public var fault: String?
    }

    /// What is read ahead, in bytes: a program that writes more waits until it is taken.
    public static let most = 1 << 20

    // The program gets no input, and the shell lets go of the output, so that its end is the program's.
    private static let guardian =
        #""$@" </dev/null 2>&1 & child=$!; exec >/dev/null 2>&1; read -r _; kill "$child"; wait "$child""#

    // The shell's word for a program that SIGTERM has ended: its own one comes as soon as the output has ended, and may
    // come before the program's end. Whoever else sends that signal wants it to end.
    private static let wasAsked = TerminationStatus.exited(128 + 15)

    private struct State {
        var news = News()
        var isClosed = false
        /// Whoever waits for room.
        var reader: CheckedContinuation<Void, Never>?
    }

    private enum Part { case read, closing, ended, late }

    private let words: [String]
    private let state = Mutex(State())
    private let closing = Latch<Void>()

    /// A program.
    /// - Parameter words: the program, looked for in `PATH`, and its arguments.
    public init(_ words: [String]) {
        self.words = words
    }

    /// Starts it; it runs until its end or `close`. That it could not be started is told as its end.
    public func start() {
        Task.detached { await self.run() }
    }

    /// Takes what has come. Does not wait for anything to come.
    public func take() -> News {
        let (news, reader) = state.withLock { state in
            defer {
                state.news.bytes = []
                state.news.fault = nil
                state.reader = nil
            }
            return (state.news, state.reader)
        }
        reader?.resume()
        return news
    }

    /// Ends it with everything that it has started: it is asked to go, and made to after a grace. Does not wait for that.
    public func close() {
        let reader = state.withLock { state in
            state.isClosed = true
            state.news = News(isOver: true)
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume()
        closing.set(())
    }

    // MARK: - Its life

    private typealias Process = Execution<CustomWriteInput, SequenceOutput, DiscardedOutput>

    private func run() async {
        let name = words.first ?? ""
        do {
            let outcome = try await Subprocess.run(
                .name("sh"), arguments: Arguments(["-c", Self.guardian, "sh"] + words),
                platformOptions: ProcessGroup.options, input: .inputWriter, output: .sequence, error: .discarded
            ) { process in
                await self.live(process)
            }
            let status = outcome.terminationStatus
            let isFine = status == .exited(0) || status == Self.wasAsked
            end(isFine ? nil : CommandFault.ending(of: name, status))
        } catch {
            end("\(name) could not be started: \(error)")
        }
    }

    private func live(_ process: Process) async {
        await withTaskGroup(of: Part.self) { group in
            group.addTask {
                await self.read(process.standardOutput)
                return .read
            }
            group.addTask {
                await self.closing.value()
                return .closing
            }
            _ = await group.next()
            // The shell ends the program, if it is there still, and itself.
            try? await process.standardInputWriter.finish()
            group.addTask {
                await process.ended()
                return .ended
            }
            group.addTask {
                try? await Task.sleep(for: .seconds(ProcessGroup.grace))
                return .late
            }
            waiting: for await part in group {
                switch part {
                case .read, .closing: continue
                case .ended, .late: break waiting
                }
            }
            process.killGroup()
            closing.set(())
            group.cancelAll()
        }
    }

    private func read(_ output: SubprocessOutputSequence) async {
        do {
            for try await buffer in output {
                await keep(buffer.withUnsafeBytes { Array($0) })
            }
        } catch {
            // It has ended; its status tells more.
        }
    }

    /// Keeps what came, and waits where that is much.
    private func keep(_ bytes: [UInt8]) async {
        let isMuch = state.withLock { state in
            guard !state.isClosed else { return false }
            state.news.bytes += bytes
            return state.news.bytes.count >= Self.most
        }
        guard isMuch else { return }
        await withCheckedContinuation { continuation in
            let waits = state.withLock { state in
                guard !state.isClosed, state.news.bytes.count >= Self.most else { return false }
                state.reader = continuation
                return true
            }
            if !waits { continuation.resume() }
        }
    }

    private func end(_ fault: String?) {
        state.withLock { state in
            guard !state.isClosed else { return }
            state.news.isOver = true
            state.news.fault = fault
        }
    }
}
