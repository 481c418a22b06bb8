import ArgumentParser
import ChainEngine
import Dashboard
import Foundation
import ModelManagement
import PromptChainCore

/// `promptchain check FILE…`: every fault of chain files, configurations and themes at once.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check chain files, configurations and themes: every fault at once.",
        usage: "promptchain check <files> ... [--json]",
        discussion: "Exit status 1 when a file has a fault or cannot be read; warnings alone do not count.")

    @Argument(help: "The files.", completion: .file(extensions: ["yaml", "yml"]))
    var files: [String]

    @OptionGroup var output: JSONOption
    @OptionGroup var common: CommonOptions

    private struct Report: Encodable {
        var faults: [FileFault]
    }

    func run() throws {
        let faults = files.flatMap { Self.faults(of: $0) }
        let failed = faults.contains { $0.severity == .error }
        if output.json {
            Console.line(JSONText.pretty(Report(faults: faults)))
        } else {
            for fault in faults { Console.error(Console.safe(fault.description)) }
            tell(faults)
        }
        if failed { throw ExitCode(ExitStatus.failed) }
    }

    private func tell(_ faults: [FileFault]) {
        let errors = faults.filter { $0.severity == .error }
        let what = files.count == 1 ? Console.safe(files[0]) : "\(files.count) files"
        guard errors.isEmpty else {
            // One file's faults need no sum.
            let bad = Set(errors.map(\.file)).count
            if files.count > 1 { Console.error("\(bad) of \(what) cannot be used") }
            return
        }
        let warnings = faults.count
        let note = warnings == 0 ? "" : warnings == 1 ? " (1 warning)" : " (\(warnings) warnings)"
        Console.line("\(what): fine\(note)")
    }

    /// The faults of a file; what kind it is, the keys at its left margin tell.
    private static func faults(of path: String) -> [FileFault] {
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let keys = Set(
            text.split(separator: "\n").compactMap { line in
                line.first?.isLetter == true ? line.split(separator: ":").first.map(String.init) : nil
            })
        if keys.contains("roles") || keys.contains("palette") {
            return ThemeFile.read(text, file: path).faults
        }
        // A chain may have `model_management` as well.
        let isChain = !keys.isDisjoint(with: ["name", "steps", "instructions", "models"])
        let isConfiguration = !keys.isDisjoint(with: ConfigurationFile.sections)
        if !isChain, isConfiguration || path.hasSuffix("config.yaml") {
            return UserConfiguration(text: text, file: path, environment: ProcessInfo.processInfo.environment).faults
        }
        return ChainFile.read(path: path).faults
    }
}
