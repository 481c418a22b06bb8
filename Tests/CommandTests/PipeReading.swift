import Foundation
import Synchronization

/// What a program writes, read while it runs.
final class PipeReading: Sendable {
    private struct State {
        var data = Data()
        var isAtEnd = false
        var waiting: [(text: String, resume: CheckedContinuation<Bool, Never>)] = []
    }

    private let state = Mutex(State())

    /// Begins to read.
    init(_ pipe: Pipe) {
        let handle = pipe.fileHandleForReading
        Thread.detachNewThread { [self] in
            while true {
                let data = handle.availableData
                take(data)
                if data.isEmpty { return }
            }
        }
    }

    /// Waits until a text is there.
    /// - Returns: `false` when the program ended without it.
    func contains(_ text: String) async -> Bool {
        await withCheckedContinuation { continuation in
            let answer: Bool? = state.withLock { state in
                if String(decoding: state.data, as: UTF8.self).contains(text) { return true }
                if state.isAtEnd { return false }
                state.waiting.append((text, continuation))
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    /// All of it, once there is no more.
    func end() async -> String {
        // No program writes this, so that it is waited for until the end.
        _ = await contains("\u{0}the end\u{0}")
        return state.withLock { String(decoding: $0.data, as: UTF8.self) }
    }

    private func take(_ data: Data) {
        let settled = state.withLock { state in
            state.data += data
            state.isAtEnd = data.isEmpty
            let text = String(decoding: state.data, as: UTF8.self)
            let settled = state.waiting.filter { data.isEmpty || text.contains($0.text) }
                .map { ($0.resume, text.contains($0.text)) }
            state.waiting.removeAll { data.isEmpty || text.contains($0.text) }
            return settled
        }
        for (continuation, isFound) in settled { continuation.resume(returning: isFound) }
    }
}
