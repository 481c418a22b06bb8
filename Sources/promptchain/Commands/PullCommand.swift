import ArgumentParser
import ModelManagement
import PromptChainCore

/// `promptchain pull MODEL`: downloads a model.
struct PullCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull", abstract: "Download a model.", usage: "promptchain pull <model> [<options>]")

    @Argument(help: "The model, as in llama3.1:8b.")
    var model: String

    @OptionGroup var target: ServerOption
    @Flag(help: "Print the progress as JSON, one object a line.")
    var json = false
    @OptionGroup var common: CommonOptions

    func run() throws {
        let composition = try Composition(common: common)
        let name = ModelName(model)
        let json = json
        let status = StatusLine()
        defer { status.end() }
        try composition.withServer(target.server, waiting: "pulling \(name.short)") { server in
            var last = ""
            for try await progress in try server.library(for: "pull \(name.short)").pull(name) {
                let line = json ? JSONText.line(Progress(progress)) : Self.text(progress)
                guard line != last else { continue }
                last = line
                if json {
                    guard Console.line(line) else { return }
                } else if Console.errorIsTerminal {
                    status.show(line)
                } else {
                    Console.error(line)
                }
            }
        }
        status.end()
        if !json { Console.line(Console.safe("\(name.short) is installed")) }
    }

    /// A step of the download as JSON.
    private struct Progress: Encodable {
        private enum CodingKeys: String, CodingKey {
            case status
            case completed = "completed_bytes"
            case total = "total_bytes"
        }

        private let progress: PullProgress

        init(_ progress: PullProgress) {
            self.progress = progress
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(progress.status, forKey: .status)
            try container.encode(progress.completedBytes, forKey: .completed)
            try container.encode(progress.totalBytes, forKey: .total)
        }
    }

    private static func text(_ progress: PullProgress) -> String {
        let status = Console.safe(progress.status)
        // The small layers (a template, a licence) are there before anybody has read a figure.
        guard let total = progress.totalBytes, let done = progress.completedBytes, total >= 1 << 20 else {
            return status
        }
        let fraction = min(1, Double(done) / Double(total))
        // Whole tenths where every line stays, so that a download prints ten lines and not thousands.
        let percent = Console.errorIsTerminal ? Int(fraction * 100) : Int(fraction * 10) * 10
        return "\(status): \(percent) % of \(ByteCount.text(total))"
    }
}
