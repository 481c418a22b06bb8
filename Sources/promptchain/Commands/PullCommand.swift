import ArgumentParser
import ModelManagement
import PromptChainCore

/// `promptchain pull MODEL`: downloads a model.
struct PullCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "pull", abstract: "Download a model.")

    @Argument(help: "The model.")
    var model: String

    @OptionGroup var target: ServerOption
    @OptionGroup var output: JSONOption
    @OptionGroup var common: CommonOptions

    private struct Progress: Encodable {
        var status: String
        var completed_bytes: Int64?
        var total_bytes: Int64?
    }

    func run() throws {
        let composition = try Composition(common: common)
        let name = ModelName(model)
        let json = output.json
        try composition.withServer(target.server) { server in
            var last = ""
            for try await progress in try server.library(for: "pull \(name)").pull(name) {
                let line = json ? Self.json(progress) : Self.text(progress)
                if line != last { _ = json ? Console.line(line) : Console.error(line) }
                last = line
            }
        }
        if !json { Console.line("\(name.short) is installed") }
    }

    private static func json(_ progress: PullProgress) -> String {
        JSONText.line(
            Progress(
                status: progress.status, completed_bytes: progress.completedBytes, total_bytes: progress.totalBytes))
    }

    private static func text(_ progress: PullProgress) -> String {
        guard let total = progress.totalBytes, let done = progress.completedBytes, total > 0 else {
            return Console.safe(progress.status)
        }
        // Whole tenths, so that a download prints ten lines and not thousands.
        let percent = Int(Double(done) / Double(total) * 10) * 10
        return "\(Console.safe(progress.status)): \(percent) % of \(ByteCount.text(total))"
    }
}
