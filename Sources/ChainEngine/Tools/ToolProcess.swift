import Foundation
import PromptChainCore
import Subprocess
import Synchronization

/// A program that runs for a while and is spoken to by lines. It has a session of its own, so no terminal, and of our
/// descriptors it gets its three streams alone.
final class ToolProcess: Sendable {
    /// What is started.
    struct Launch: Equatable, Sendable {
        var command: String
        var arguments: [String]
        /// Set beside the variables of this program.
        var environment: [String: String]
        var folder: String?
    }

    /// What comes out of it.
    enum Output: Sendable {
        /// A line of its standard output.
        case line(Data)
        /// A line of its standard output that was too long to be taken.
        case oversized
        /// A line of its standard error.
        case complaint(String)
        /// It has ended; why, as a sentence about “it”.
        case end(String, ToolFault.Kind)
    }

    private enum Part { case output, errors, input, closing, grace }

    private let launch: Launch
    private let hear: @Sendable (Output) -> Void
    private let lines: AsyncStream<[UInt8]>
    private let outgoing: AsyncStream<[UInt8]>.Continuation
    private let closing = Latch<Void>()
    private let life = Mutex<Task<Void, Never>?>(nil)

    init(_ launch: Launch, hear: @escaping @Sendable (Output) -> Void) {
        self.launch = launch
        self.hear = hear
        (lines, outgoing) = AsyncStream.makeStream()
    }

    /// Starts it. That it could not be started is told as its end.
    func start() {
        let task = Task.detached { await self.run() }
        life.withLock { $0 = task }
    }

    /// Sends a line.
    func send(_ text: String) {
        outgoing.yield(Array(text.utf8) + [10])
    }

    /// Ends it: its standard input is closed; what is still there after a second is asked to go, and made to go after
    /// another two, with everything that it has started. Returns when it is gone.
    func close() async {
        outgoing.finish()
        closing.set(())
        await life.withLock { $0 }?.value
    }

    private func run() async {
        let executable: Executable =
            launch.command.contains("/") ? .path(.init(launch.command)) : .name(launch.command)
        do {
            let outcome = try await Subprocess.run(
                executable, arguments: Arguments(launch.arguments),
                environment: ProcessGroup.environment(launch.environment),
                workingDirectory: launch.folder.map { .init($0) }, platformOptions: ProcessGroup.options,
                input: .inputWriter, output: .sequence, error: .sequence
            ) { execution in
                await self.live(execution)
            }
            switch outcome.terminationStatus {
            case .exited(let code): hear(.end("it ended with status \(code)", .ended))
            case .signaled(let signal): hear(.end("it was ended by signal \(signal)", .ended))
            }
        } catch {
            hear(.end(sentence(error), .unavailable))
        }
        outgoing.finish()
        closing.set(())
    }

    private func live(_ execution: Execution<CustomWriteInput, SequenceOutput, SequenceOutput>) async {
        await withTaskGroup(of: Part.self) { group in
            group.addTask {
                await self.readLines(of: execution.standardOutput)
                return .output
            }
            group.addTask {
                await self.readComplaints(of: execution.standardError)
                return .errors
            }
            group.addTask {
                await self.write(to: execution.standardInputWriter)
                return .input
            }
            group.addTask {
                await self.closing.value()
                return .closing
            }
            var isLeaving = false
            waiting: for await part in group {
                switch part {
                case .output, .grace: break waiting
                case .errors: continue
                case .input, .closing:
                    guard !isLeaving else { continue }
                    isLeaving = true
                    group.addTask {
                        try? await Task.sleep(for: .seconds(1))
                        return .grace
                    }
                }
            }
            closing.set(())
            outgoing.finish()
            await execution.endGroup()
            group.cancelAll()
        }
    }

    private func readLines(of output: SubprocessOutputSequence) async {
        var cutter = LineCutter(limit: MessageLimit.bytes)
        do {
            for try await buffer in output {
                for line in cutter.feed(Array(buffer: buffer)) {
                    hear(line.map { .line(Data($0)) } ?? .oversized)
                }
            }
        } catch {
            // The program has ended; its status tells more.
        }
        if let last = cutter.finish() { hear(.line(Data(last))) }
    }

    private func readComplaints(of errors: SubprocessOutputSequence) async {
        var cutter = LineCutter(limit: 4096)
        do {
            for try await buffer in errors {
                for case let line? in cutter.feed(Array(buffer: buffer)) { complain(line) }
            }
        } catch {
            // The program has ended; its status tells more.
        }
        if let last = cutter.finish() { complain(last) }
    }

    private func complain(_ line: [UInt8]) {
        let trimmed = String(decoding: line, as: UTF8.self).withoutControls.trimmingCharacters(in: .whitespaces)
        if !trimmed.isEmpty { hear(.complaint(String(trimmed.prefix(500)))) }
    }

    private func write(to input: StandardInputWriter) async {
        do {
            for await line in lines { _ = try await input.write(line) }
        } catch {
            // It does not read any more, and will not answer either.
        }
        try? await input.finish()
    }

    private func sentence(_ error: any Error) -> String {
        guard let failure = error as? SubprocessError else { return "it could not be started: \(error)" }
        switch failure.code {
        case .executableNotFound:
            return launch.command.contains("/")
                ? "there is no program \(launch.command)" : "there is no program “\(launch.command)” in PATH"
        case .failedToChangeWorkingDirectory: return "there is no folder \(launch.folder ?? "")"
        default: return "it could not be started: \(failure)"
        }
    }
}

extension Array where Element == UInt8 {
    fileprivate init(buffer: SubprocessOutputSequence.Buffer) {
        self = buffer.withUnsafeBytes { Array($0) }
    }
}
