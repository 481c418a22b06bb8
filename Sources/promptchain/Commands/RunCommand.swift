import ArgumentParser
import ChainEngine
import Foundation
import PromptChainCore
import Synchronization

/// `promptchain run CHAIN`: runs a chain to its end.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a chain.",
        discussion: """
            The chain's output, and nothing else, goes to standard output (--json: one event a line instead). \
            Without --plain or --json the dashboard shows the run where there is a terminal.

            Exit status: 0 done · 1 failed · 3 a server is out of reach · 64 usage · \
            129, 130, 143 ended by SIGHUP, SIGINT, SIGTERM, after the models were unloaded.
            """)

    /// How the run is shown.
    enum Presentation: String, EnumerableFlag {
        case dashboard
        case plain
        case json

        static func help(for value: Presentation) -> ArgumentHelp? {
            switch value {
            case .dashboard: "Show the run in the dashboard."
            case .plain: "Tell the run as lines on standard error."
            case .json: "Print events as JSON, one a line."
            }
        }
    }

    @Argument(help: "The chain file.", completion: .file(extensions: ["yaml", "yml"]))
    var chain: String

    @Option(
        parsing: .unconditional,
        help: "The input. Without --input and --input-file it is read from standard input, unless that is a terminal.")
    var input: String?

    @Option(
        name: .customLong("input-file"), help: ArgumentHelp("Read the input from a file.", valueName: "file"),
        completion: .file())
    var inputFile: String?

    @Option(
        help: ArgumentHelp(
            "What happens to models between steps: strict, same-model, lru or planned. Default: the chain's; planned "
                + "where the GPU memory is known.", valueName: "name"),
        completion: .policies, transform: PolicyOption.init(parsing:))
    var policy: PolicyOption?

    @Option(
        help: ArgumentHelp("The GPU memory of the server, such as 24GiB, where it cannot be read.", valueName: "size"),
        transform: MemoryOption.init(parsing:))
    var vram: MemoryOption?

    @Option(
        help: ArgumentHelp("The context of all models: a number of tokens, max or fit.", valueName: "n|max|fit"),
        transform: ContextOption.init(parsing:))
    var context: ContextOption?

    @Flag(name: .customLong("keep-loaded"), help: "Unload nothing, also not at the end.")
    var keepLoaded = false

    @Flag(help: "Fetch models that are not installed.")
    var pull = false

    @Option(
        name: .customLong("on-hangup"),
        help: ArgumentHelp(
            "What becomes of the run when its terminal goes away: continue or stop. Default: the configuration's; "
                + "continue in the dashboard, stop otherwise.", valueName: "rule"),
        transform: HangUpOption.init(parsing:))
    var onHangUp: HangUpOption?
    @Flag(name: .customLong("no-history"), help: "Keep nothing of the run: no history, no measurements.")
    var noHistory = false

    @Option(help: ArgumentHelp("Write the output to a file as well.", valueName: "file"), completion: .file())
    var output: String?

    @Flag(exclusivity: .exclusive)
    var presentation: Presentation?

    @OptionGroup var target: ServerOption
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if input != nil, inputFile != nil { throw ValidationError("give --input or --input-file, not both") }
    }

    func run() throws {
        let presentation = chosenPresentation
        let opened = try Composition(common: common, logsToError: presentation == .plain)
        let composition = noHistory ? opened.keepingNothing() : opened
        if let server = target.server { try composition.checkServer(server) }
        let chain = try readChain()
        let file = try output.map { try OutputFile(path: $0) }
        let text = try readInput()
        var options = composition.runOptions
        options.policy = policy?.policy
        options.context = context?.policy
        options.keepLoaded = options.keepLoaded || keepLoaded
        options.pull = pull
        options.server = target.server
        options.capacityBytes = vram?.bytes
        options.verbose = common.verbose
        if presentation == .dashboard {
            let outcome = try runInDashboard(chain, input: text, options: options, composition: composition)
            try Self.finish(outcome, printed: false, file: file)
        } else {
            let session = RunSession(
                chain: chain, options: options, servers: composition.chainServers,
                measurements: composition.measurements, json: presentation == .json, verbose: common.verbose,
                log: composition.log, sockets: composition.sockets, outlivesTerminal: onHangUp?.rule == .goOn,
                journal: composition.journal)
            let outcome = try session.run(input: text)
            try waitFor { await composition.chainServers.shutdown() }
            try Self.finish(outcome, printed: presentation == .json, file: file)
        }
    }

    private var chosenPresentation: Presentation {
        presentation ?? (Console.outputIsTerminal && Console.inputIsTerminal ? .dashboard : .plain)
    }

    private func readChain() throws -> Chain {
        let result = ChainFile.read(path: chain)
        for fault in result.faults { Console.error(Console.safe(fault.description)) }
        guard let chain = result.chain, !result.faults.contains(where: { $0.severity == .error }) else {
            throw CommandFailure(message: "the chain was not started")
        }
        return chain
    }

    private func readInput() throws -> String {
        if let input { return input }
        if let inputFile {
            guard let text = try? String(contentsOfFile: inputFile, encoding: .utf8) else {
                throw CommandFailure(
                    message: "cannot read the input file \(inputFile)", hint: "It has to exist and hold UTF-8 text.")
            }
            return text
        }
        guard !Console.inputIsTerminal else { return "" }
        return String(decoding: FileHandle.standardInput.readDataToEndOfFile(), as: UTF8.self)
    }

    private func runInDashboard(
        _ chain: Chain, input: String, options: ChainRunOptions, composition: Composition
    ) throws -> RunOutcome {
        var services = try composition.services(servers: target.server.map { [$0] } ?? [], vram: vram?.bytes)
        services.runOptions = options
        var settings = try composition.dashboardSettings(services)
        settings.chainTitle = chain.name
        if let onHangUp { settings.outlivesTerminal = onHangUp.rule == .goOn }
        let session = DashboardSession(
            services: services, settings: settings, desktopNotice: composition.desktopNotice)
        let outcome = try session.run(starting: .init(chain: chain, input: input))
        for line in outcome.summary.lines { Console.error(line) }
        return outcome
    }

    /// Writes the output where it belongs and ends with the status that tells how the run went.
    static func finish(_ outcome: RunOutcome, printed: Bool, file: OutputFile?) throws {
        let result = outcome.summary.result
        if let text = result?.output, result?.status == .completed || result?.status == .broken {
            if !printed, !text.isEmpty {
                let safe = Console.outputIsTerminal ? Console.safe(text) : text
                Console.text(safe.hasSuffix("\n") ? safe : safe + "\n")
            }
            try file?.write(text)
        }
        if let signal = outcome.signal { throw ExitCode(128 + signal) }
        switch result?.status {
        case .completed?: return
        // A rule says with `exit: failure` that its end is one.
        case .broken? where result?.error == nil: return
        case .broken?: throw ExitCode(ExitStatus.failed)
        default: throw ExitCode(outcome.isUnreachable ? ExitStatus.unreachable : ExitStatus.failed)
        }
    }
}
