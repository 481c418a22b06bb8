import Foundation
import PromptChainCore
import Subprocess

/// A program that runs once, from its start to its end: input on its standard input, output from its standard output.
///
/// It runs in a session of its own, without a terminal, and has none of our descriptors but its three streams. When it
/// takes too long, writes too much or is not wanted any more, it is asked to end with everything that it has started,
/// and made to after a grace. What it leaves running behind it when it ends by itself is ended as well.
struct CommandRun: Sendable {
    /// What is started.
    struct Launch: Equatable, Sendable {
        /// The program and its arguments.
        var words: [String]
        /// Set beside the variables of this program.
        var environment: [String: String] = [:]
        /// The folder in which it runs; `nil` for this program's own.
        var folder: String?

        /// What sentences call it.
        var name: String { words.first ?? "" }
    }

    /// What a program gave.
    struct Output: Equatable, Sendable {
        /// Its standard output, with broken UTF-8 repaired.
        var text: String
        /// The end of its standard error.
        var complaint: String
    }

    /// The most that is taken from standard output, in bytes.
    static let usualByteLimit = 16 * 1024 * 1024
    /// How long streams are read on after the program's end, in milliseconds, where something else holds them open.
    static let drainMilliseconds = 500

    var launch: Launch
    var byteLimit = CommandRun.usualByteLimit
    /// The longest that it may take, in seconds; `nil` for no limit.
    var timeout: Double?
    var clock: any RunClock = SystemRunClock()

    private enum Ending: Sendable {
        case timedOut, cancelled, tooLong, over
    }

    /// Runs it.
    /// - Throws: `CommandFault`; `CancellationError` when the task was cancelled, once the program is gone.
    func run(input: String) async throws -> Output {
        try Task.checkCancellation()
        guard !launch.name.isEmpty else { throw CommandFault("the command names no program", hint: "Write [wc, -w].") }
        if let word = launch.words.first(where: { $0.utf8.contains(0) }) {
            throw CommandFault(
                "\(launch.name) cannot be given an argument with a NUL character: \(word.prefix(20))",
                hint: "Hand the text over on its standard input.")
        }
        let ending = Latch<Ending>()
        let life = Task.detached { await perform(input: Array(input.utf8), ending: ending) }
        let timer = timeout.map { seconds in
            Task {
                try await clock.sleep(seconds: seconds)
                ending.set(.timedOut)
            }
        }
        defer { timer?.cancel() }
        return try await withTaskCancellationHandler {
            try await life.value.get()
        } onCancel: {
            ending.set(.cancelled)
        }
    }

    private func perform(input: [UInt8], ending: Latch<Ending>) async -> Result<Output, any Error> {
        defer { ending.set(.over) }
        let watch = Watch(byteLimit: byteLimit)
        do {
            let outcome = try await Subprocess.run(
                ProcessGroup.executable(launch.name, in: launch.folder),
                arguments: Arguments(Array(launch.words.dropFirst())),
                environment: ProcessGroup.environment(launch.environment),
                workingDirectory: launch.folder.map { .init($0) }, platformOptions: ProcessGroup.options,
                input: .inputWriter, output: .sequence, error: .sequence
            ) { execution in
                await live(execution, input: input, ending: ending, watch)
            }
            return try .success(output(outcome.closureResult, status: outcome.terminationStatus, watch))
        } catch let error as SubprocessError {
            return .failure(CommandFault(starting: launch, error))
        } catch {
            return .failure(error)
        }
    }

    private func output(_ ending: Ending, status: TerminationStatus, _ watch: Watch) throws -> Output {
        let complaint = watch.complaint
        switch ending {
        case .cancelled: throw CancellationError()
        case .timedOut:
            let tail = complaint.isEmpty ? "" : ": \(complaint)"
            throw CommandFault("\(launch.name) did not end within \(Seconds.text(timeout ?? 0))\(tail)")
        case .tooLong:
            throw CommandFault(
                "\(launch.name) wrote more than \(ByteCount.text(Int64(byteLimit))) to its standard output",
                hint: "Let it write less, for instance through head.")
        case .over:
            if let fault = CommandFault(launch.name, status: status, complaint: complaint) { throw fault }
            return Output(text: watch.text, complaint: complaint)
        }
    }

    // MARK: - Its life

    private typealias Process = Execution<CustomWriteInput, SequenceOutput, SequenceOutput>

    private enum Part: Sendable {
        case written, read, exited, drained
        case told(Ending)
    }

    private func live(
        _ process: Process, input: [UInt8], ending: Latch<Ending>, _ watch: Watch
    ) async -> Ending {
        await withTaskGroup(of: Part.self) { group in
            group.addTask {
                await write(input, to: process.standardInputWriter)
                return .written
            }
            group.addTask {
                await read(process.standardOutput) { if !watch.take($0) { ending.set(.tooLong) } }
                return .read
            }
            group.addTask {
                await read(process.standardError) { watch.takeComplaint($0) }
                return .read
            }
            group.addTask {
                await process.ended()
                return .exited
            }
            group.addTask { .told(await ending.value()) }
            let result = await outcome(of: &group)
            if result == .over { process.killGroup() } else { await process.endGroup() }
            ending.set(.over)
            group.cancelAll()
            return result
        }
    }

    private func outcome(of group: inout TaskGroup<Part>) async -> Ending {
        var streams = 2
        var hasExited = false
        for await part in group {
            switch part {
            case .written: continue
            case .read: streams -= 1
            case .exited:
                hasExited = true
                // Something that it has started may hold its streams open for good.
                group.addTask {
                    try? await Task.sleep(for: .milliseconds(Self.drainMilliseconds))
                    return .drained
                }
            case .drained: return .over
            case .told(let ending): return ending
            }
            if hasExited, streams == 0 { return .over }
        }
        return .over
    }

    private func write(_ input: [UInt8], to writer: StandardInputWriter) async {
        // It need not read what it is given.
        if !input.isEmpty { _ = try? await writer.write(input) }
        try? await writer.finish()
    }

    private func read(_ stream: SubprocessOutputSequence, _ take: ([UInt8]) -> Void) async {
        do {
            for try await buffer in stream { take(buffer.withUnsafeBytes { Array($0) }) }
        } catch {
            // Its status tells more.
        }
    }
}
