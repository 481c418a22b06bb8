import ArgumentParser
import Foundation
import ModelManagement
import PromptChainCore
import RunHistory

/// `promptchain doctor`: what is wrong, and what to do about it.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look at servers, GPUs, leftovers, configuration, files and terminal: what is wrong, and what to do.",
        usage: "promptchain doctor [<options>]",
        discussion: """
            Servers are asked at the same time, each for a few seconds at most. Nothing is changed.

            Exit status: 0 nothing is wrong (warnings do not count) · 1 something is · 3 no server answers.
            """)

    @Option(
        help: ArgumentHelp("A chain file whose settings are explained as well.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"]))
    var chain: String?

    @Flag(help: "Write with ASCII characters only.")
    var ascii = false

    @OptionGroup var target: ServerOption
    @OptionGroup var output: JSONOption
    @OptionGroup var common: CommonOptions

    func run() throws {
        let environment = ProcessInfo.processInfo.environment
        let status = StatusLine("asking the servers")
        defer { status.end() }
        let report = try Doctor(
            Doctor.Request(
                environment: environment, configurationFile: common.config, server: target.server, chainFile: chain,
                measurements: Self.measurements(environment))
        ).examine()
        status.end()
        if output.json {
            Console.line(JSONText.pretty(report))
        } else {
            let page = DoctorPage(
                report: report, isASCII: ascii || !TerminalDiagnosis.isUTF8(environment),
                isColored: Self.wantsColor(environment), width: Self.width)
            for line in page.lines { Console.line(line) }
        }
        if report.exitStatus != 0 { throw ExitCode(report.exitStatus) }
    }

    // Looked at only where there is a history: nothing is begun for being diagnosed. What is wrong with it the check of
    // files tells.
    private static func measurements(_ environment: [String: String]) -> Measurements {
        let path = RuntimeDirectories(environment: environment).state + "/history.db"
        guard FileManager.default.fileExists(atPath: path) else { return Measurements() }
        let database = MeasurementDatabase(path: path) { _ in }
        defer { database.close() }
        return database.measurements
    }

    private static func wantsColor(_ environment: [String: String]) -> Bool {
        let term = environment["TERM"] ?? ""
        return Console.outputIsTerminal && (environment["NO_COLOR"] ?? "").isEmpty && !term.isEmpty && term != "dumb"
    }

    // Long lines are hard to read, however wide the terminal is.
    private static var width: Int {
        guard let size = TerminalDiagnosis(environment: [:]).size else { return 80 }
        return max(40, min(100, size.columns))
    }
}
