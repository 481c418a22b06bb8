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
        discussion: "Exit status 1 when a file has a fault; warnings alone do not count.")

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
            if !failed {
                let warnings = faults.isEmpty ? "" : " (\(faults.count) warnings)"
                Console.line(
                    files.count == 1 ? "\(files[0]): fine\(warnings)" : "\(files.count) files: fine\(warnings)")
            }
        }
        if failed { throw ExitCode(ExitStatus.failed) }
    }

    /// What kind of file it is, by the keys at its left margin.
    private static func faults(of path: String) -> [FileFault] {
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let keys = Set(
            text.split(separator: "\n").compactMap { line in
                line.first?.isLetter == true ? line.split(separator: ":").first.map(String.init) : nil
            })
        if keys.contains("roles") || keys.contains("palette") {
            return ThemeFile.read(text, file: path).faults
        }
        let isChain = !keys.isDisjoint(with: ["steps", "instructions", "models"])
        if !isChain, !keys.isDisjoint(with: ["servers", "theme"]) || path.hasSuffix("config.yaml") {
            return ConfigurationFile.parse(
                text: text, file: path, environment: ProcessInfo.processInfo.environment
            ).1
        }
        return ChainFile.read(path: path).faults
    }
}
