import Foundation
import PromptChainCore

extension ChainRunner {
    /// Runs the program of a step and gives its output without the line breaks at its end, as a shell does for `$(…)`.
    /// What it says on standard error goes into the log.
    /// - Throws: `CommandFault`; `CancellationError`.
    func runCommand(_ call: CommandCall, named name: String, input: String, timeout: Double?) async throws -> String {
        let launch = CommandRun.Launch(
            words: call.arguments.map(\.text), environment: call.environment, folder: call.folder)
        let output = try await CommandRun(launch: launch, timeout: timeout, clock: clock).run(input: input)
        if !output.complaint.isEmpty {
            emit(.log(level: "info", component: "promptchain.command", message: "\(name): \(output.complaint)"))
        }
        var text = Substring(output.text)
        while let last = text.last, last.isNewline { text.removeLast() }
        return String(text)
    }
}
