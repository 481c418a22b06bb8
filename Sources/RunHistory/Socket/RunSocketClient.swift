import Foundation
import PromptChainCore
import Synchronization

/// A watcher's side of a run's socket. Reading waits: not in a task.
final class RunSocketClient: Sendable {
    /// What a wait for more brings.
    enum Reading: Equatable, Sendable {
        case answers([RunSocketLine.Answer])
        /// Nothing came within the time.
        case nothing
        /// The run has closed its socket, or the watcher has.
        case ended
    }

    private struct State {
        /// `nil` once it is closed.
        var descriptor: Int32?
        var partial = Data()
    }

    /// How long a run may take for its first line, in milliseconds.
    private static let helloPatience = 5000

    private let state: Mutex<State>
    private let descriptor: Int32

    /// Connects.
    /// - Throws: `RunSocketFault`.
    init(path: String) throws {
        descriptor = try UnixSocket.connect(to: path)
        state = Mutex(State(descriptor: descriptor))
    }

    deinit { Foundation.close(descriptor) }

    /// Waits for the first line.
    /// - Throws: `RunSocketFault.silent` when none comes.
    func hello() throws -> RunSocketLine.Hello {
        switch read(milliseconds: Self.helloPatience) {
        case .answers(let answers):
            if case .hello(let hello)? = answers.first { return hello }
            throw RunSocketFault.failed("it is the socket of something else")
        case .nothing: throw RunSocketFault.silent
        case .ended: throw RunSocketFault.dead
        }
    }

    /// Asks for the events after a number.
    func ask(after number: Int) { send(RunSocketLine.after(number)) }

    /// Asks for the run's end.
    func askToStop() { send(RunSocketLine.stop) }

    /// Ends a wait; nothing can be read any more.
    func close() {
        state.withLock { state in
            guard let open = state.descriptor else { return }
            shutdown(open, Int32(SHUT_RDWR))
            state.descriptor = nil
        }
    }

    /// Waits for more lines.
    /// - Parameter milliseconds: how long; negative for as long as it takes.
    func read(milliseconds: Int) -> Reading {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        while true {
            guard state.withLock({ $0.descriptor }) != nil else { return .ended }
            var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&wait, 1, Int32(clamping: milliseconds))
            if ready == 0 { return .nothing }
            if ready < 0, errno == EINTR { continue }
            let count = Foundation.read(descriptor, &bytes, bytes.count)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count > 0 else { return .ended }
            let answers = take(bytes[..<count])
            if !answers.isEmpty { return .answers(answers) }
        }
    }

    private func take(_ bytes: ArraySlice<UInt8>) -> [RunSocketLine.Answer] {
        let lines: [Data] = state.withLock { state in
            state.partial.append(contentsOf: bytes)
            guard let end = state.partial.lastIndex(of: 0x0A) else { return [] }
            let whole = state.partial[state.partial.startIndex..<end]
            let lines = whole.split(separator: 0x0A).map { Data($0) }
            state.partial = Data(state.partial[state.partial.index(after: end)...])
            return lines
        }
        return lines.compactMap(RunSocketLine.answer)
    }

    private func send(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        state.withLock { state in
            guard let open = state.descriptor else { return }
            // A request is small, and a run reads all of them: there is room.
            _ = Foundation.send(open, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        }
    }
}
