import Foundation
import Subprocess

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// How programs are started that must not outlive their purpose: in a session of their own, so that they have no
/// terminal and can be ended with everything that they have started.
enum ProcessGroup {
    /// Seconds between the polite request to end and the end.
    static let grace = 2

    /// Options for a program with a session of its own.
    static var options: PlatformOptions {
        // A program that does not read its input must not end us.
        _ = brokenPipesAreErrors
        var options = PlatformOptions()
        options.createSession = true
        return options
    }

    private static let brokenPipesAreErrors: Bool = {
        _ = signal(SIGPIPE, SIG_IGN)
        return true
    }()

    /// What is started for the first word of a command. A path with a slash counts from the folder in which it runs.
    static func executable(_ command: String, in folder: String?) -> Executable {
        command.contains("/") ? .path(.init(path(command, in: folder))) : .name(command)
    }

    /// A path, counted from a folder.
    static func path(_ name: String, in folder: String?) -> String {
        let base = URL(filePath: folder ?? FileManager.default.currentDirectoryPath, directoryHint: .isDirectory)
        return URL(filePath: name, relativeTo: base).path(percentEncoded: false)
    }

    /// Variables beside those of this program.
    static func environment(_ variables: [String: String]) -> Environment {
        .inherit.updating(
            Dictionary(
                variables.map { (Environment.Key(stringLiteral: $0.key), Optional($0.value)) },
                uniquingKeysWith: { $1 }))
    }
}

extension Execution {
    /// Asks the whole group to end, and ends what is left of it after the grace. Returns when the program is gone.
    func endGroup() async {
        await teardown(using: [
            .send(
                signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: .seconds(ProcessGroup.grace))
        ])
        killGroup()
    }

    /// Ends whatever the program has started and left behind.
    func killGroup() {
        try? send(signal: .kill, toProcessGroup: true)
    }

    /// Waits until the program has ended by itself.
    func ended() async {
        // Signal 0 does nothing; the wait is what counts.
        await teardown(using: [
            .send(signal: Signal(rawValue: 0), allowedDurationToNextStep: .seconds(1_000_000_000))
        ])
    }
}
