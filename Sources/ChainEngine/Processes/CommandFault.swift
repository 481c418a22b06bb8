import Foundation
import PromptChainCore
import Subprocess

/// Why a program gave no output.
struct CommandFault: Error, Equatable, CustomStringConvertible {
    /// What happened, as a sentence that begins with the program's name.
    var sentence: String
    /// What helps.
    var hint: String?

    var description: String { hint.map { "\(sentence). \($0)" } ?? sentence }

    /// That a program could not be started, as its library tells it.
    init(starting call: CommandRun.Launch, _ error: any Error) {
        let name = call.name
        let failure = error as? SubprocessError
        switch failure?.code {
        case SubprocessError.Code.executableNotFound? where name.contains("/"):
            self = Self.fault(ofPath: name, in: call.folder)
        case SubprocessError.Code.executableNotFound?:
            sentence = "there is no program “\(name)” in PATH"
            hint = "Install it, or give its path. A command is no line for a shell: write [sh, -c, \"…\"] for one."
        case SubprocessError.Code.failedToChangeWorkingDirectory?:
            sentence = "\(name) cannot run in \(call.folder ?? "its folder"): there is no such folder"
        default:
            sentence = "\(name) could not be started: \(failure?.underlyingError.map { "\($0)" } ?? "\(error)")"
            switch failure?.underlyingError?.rawValue {
            case EACCES?: hint = "Make it executable: chmod +x."
            case ENOEXEC?: hint = "A script begins with a line such as #!/bin/sh."
            case E2BIG?: hint = "Long texts belong on its standard input, not among its arguments."
            default: hint = nil
            }
        }
    }

    init(_ sentence: String, hint: String? = nil) {
        self.sentence = sentence
        self.hint = hint
    }

    /// That a program has ended otherwise than well.
    init?(_ name: String, status: TerminationStatus, complaint: String) {
        guard status != .exited(0) else { return nil }
        let end = Self.ending(of: name, status)
        sentence = complaint.isEmpty ? "\(end) and said nothing about it" : "\(end): \(complaint)"
        hint = nil
    }

    /// How a program ended.
    static func ending(of name: String, _ status: TerminationStatus) -> String {
        switch status {
        case .exited(let code): "\(name) ended with status \(code)"
        case .signaled(let number): "\(name) was ended by \(signalName(number))"
        }
    }

    // Whatever is wrong with a path, the library calls it not found.
    private static func fault(ofPath name: String, in folder: String?) -> Self {
        let path = ProcessGroup.path(name, in: folder)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            return Self(
                "there is no program \(name)",
                hint: "Check the path; it counts from the folder in which the program runs.")
        }
        if isFolder.boolValue { return Self("\(name) is a folder, no program") }
        if !FileManager.default.isExecutableFile(atPath: path) {
            return Self("\(name) is no program that can be run", hint: "Make it executable: chmod +x.")
        }
        return Self("\(name) could not be started", hint: "Is there what its first line names, as in #!/bin/sh?")
    }

    private static let signals: [Int32: String] = [
        SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGILL: "SIGILL", SIGABRT: "SIGABRT",
        SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGKILL: "SIGKILL", SIGSEGV: "SIGSEGV", SIGPIPE: "SIGPIPE",
        SIGALRM: "SIGALRM", SIGTERM: "SIGTERM", SIGXCPU: "SIGXCPU", SIGXFSZ: "SIGXFSZ",
    ]

    static func signalName(_ number: Int32) -> String {
        signals[number].map { "signal \(number) (\($0))" } ?? "signal \(number)"
    }
}
