import Foundation
import PromptChainCore
import Synchronization

/// The built program, started with folders of its own in place of the user's. A test waits for what it says and never
/// for a time.
final class ProgramRun: Sendable {
    /// How it ended.
    struct Result: Sendable, CustomStringConvertible {
        /// The exit status; 128 and the number of the signal that ended it without its consent.
        var status: Int32
        /// What stood on standard output.
        var output: String
        /// What stood on standard error.
        var errors: String

        /// Standard output as JSON.
        func json() throws -> JSONValue { try JSONDecoder().decode(JSONValue.self, from: Data(output.utf8)) }

        /// Standard output as JSON, a value a line.
        func jsonLines() throws -> [JSONValue] {
            try output.split(separator: "\n").map { try JSONDecoder().decode(JSONValue.self, from: Data($0.utf8)) }
        }

        var description: String { "status \(status)\noutput: \(output)\nerrors: \(errors)" }
    }

    /// Why it could not be started.
    struct NoProgram: Error {
        var path: String
    }

    private let pid: pid_t
    private let output: PipeReading?
    private let errors: PipeReading
    private let exit = ExitNote()
    // Kept until the program has ended.
    private let folder: TestFolder

    /// Starts it.
    /// - Parameters:
    ///   - arguments: what stands behind its name.
    ///   - input: what it can read; nothing without.
    ///   - folder: holds its configuration, state and locks; an empty one without.
    ///   - environment: more variables.
    ///   - file: where standard output goes instead.
    init(
        _ arguments: [String], input: String = "", in folder: TestFolder = TestFolder(),
        environment: [String: String] = [:], outputTo file: String? = nil
    ) throws {
        self.folder = folder
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try Self.path())
        process.arguments = arguments
        var variables = ProcessInfo.processInfo.environment.filter { $0.key != "OLLAMA_HOST" }
        variables["XDG_CONFIG_HOME"] = folder.path("config")
        variables["XDG_STATE_HOME"] = folder.path("state")
        variables["XDG_RUNTIME_DIR"] = folder.path("run")
        process.environment = variables.merging(environment) { $1 }
        let errorPipe = Pipe()
        process.standardError = errorPipe
        let outputPipe = Pipe()
        process.standardOutput = file.flatMap { FileHandle(forWritingAtPath: $0) } ?? outputPipe
        let inputFile = try folder.write(input, to: "standard-input-\(UUID().uuidString)")
        process.standardInput = FileHandle(forReadingAtPath: inputFile)
        let exit = exit
        process.terminationHandler = { process in
            let status = process.terminationStatus
            exit.set(process.terminationReason == .uncaughtSignal ? 128 + status : status)
        }
        try process.run()
        pid = process.processIdentifier
        errors = PipeReading(errorPipe)
        output = file == nil ? PipeReading(outputPipe) : nil
    }

    /// Starts it and waits for its end.
    static func result(
        _ arguments: String..., input: String = "", in folder: TestFolder = TestFolder(),
        environment: [String: String] = [:], outputTo file: String? = nil
    ) async throws -> Result {
        try await result(arguments, input: input, in: folder, environment: environment, outputTo: file)
    }

    /// Starts it and waits for its end. Not too many run at a time: each is as large as the tests themselves.
    static func result(
        _ arguments: [String], input: String = "", in folder: TestFolder = TestFolder(),
        environment: [String: String] = [:], outputTo file: String? = nil
    ) async throws -> Result {
        try await Turnstile.programs.pass {
            try await ProgramRun(arguments, input: input, in: folder, environment: environment, outputTo: file).end()
        }
    }

    /// Waits until a text stands on standard error.
    /// - Returns: `false` when it ended without it.
    func says(_ text: String) async -> Bool { await errors.contains(text) }

    /// Waits until a text stands on standard output.
    /// - Returns: `false` when it ended without it.
    func prints(_ text: String) async -> Bool { await output?.contains(text) ?? false }

    /// Sends it a signal.
    func signal(_ number: Int32) { kill(pid, number) }

    /// Waits for its end.
    func end() async -> Result {
        let status = await exit.value()
        return Result(status: status, output: await output?.end() ?? "", errors: await errors.end())
    }

    /// The program lies beside the tests.
    private static func path() throws -> String {
        if let path = ProcessInfo.processInfo.environment["PROMPTCHAIN"] { return path }
        let folder = (CommandLine.arguments[0] as NSString).deletingLastPathComponent
        let candidates = [folder, Bundle.main.bundlePath].map { $0 + "/promptchain" }
        guard let path = candidates.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
            throw NoProgram(path: candidates[0])
        }
        return path
    }
}

/// The exit status of a program, once there is one.
private final class ExitNote: Sendable {
    private let state = Mutex<(status: Int32?, waiting: [CheckedContinuation<Int32, Never>])>((nil, []))

    func set(_ status: Int32) {
        let waiting = state.withLock { state in
            state.status = status
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: status) }
    }

    func value() async -> Int32 {
        await withCheckedContinuation { continuation in
            let status = state.withLock { state in
                if state.status == nil { state.waiting.append(continuation) }
                return state.status
            }
            if let status { continuation.resume(returning: status) }
        }
    }
}
