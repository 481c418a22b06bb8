import Foundation
import PromptChainCore
import Synchronization

extension CommandRun {
    /// Collects what a program writes.
    final class Watch: Sendable {
        /// How much of standard error is kept, in bytes.
        static let complaintBytes = 4096
        /// How many lines of it are told.
        static let complaintLines = 5

        private struct State {
            var output: [UInt8] = []
            var complaint: [UInt8] = []
        }

        private let byteLimit: Int
        private let state = Mutex(State())

        init(byteLimit: Int) { self.byteLimit = byteLimit }

        /// Takes some of its standard output.
        /// - Returns: Whether there was room for it.
        func take(_ bytes: [UInt8]) -> Bool {
            state.withLock { state in
                guard state.output.count + bytes.count <= byteLimit else { return false }
                state.output += bytes
                return true
            }
        }

        /// Takes some of its standard error.
        func takeComplaint(_ bytes: [UInt8]) {
            state.withLock { state in
                state.complaint += bytes.suffix(Self.complaintBytes)
                let excess = state.complaint.count - Self.complaintBytes
                if excess > 0 { state.complaint.removeFirst(excess) }
            }
        }

        var text: String { String(decoding: state.withLock { $0.output }, as: UTF8.self) }

        /// The last lines of its standard error, in one line that a terminal can show.
        var complaint: String {
            let text = String(decoding: state.withLock { $0.complaint }, as: UTF8.self)
            let lines = text.split(whereSeparator: \.isNewline).map {
                $0.withoutControls.trimmingCharacters(in: .whitespaces)
            }
            return lines.filter { !$0.isEmpty }.suffix(Self.complaintLines).joined(separator: " / ")
        }
    }
}
