import ArgumentParser
import ChainEngine
import DashboardRuntime
import Foundation
import PromptChainCore
import RunHistory

/// `promptchain resume RUN`: goes on with a run that was killed, stopped or has failed.
struct ResumeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Go on with a run that was killed, stopped or has failed.",
        discussion: """
            RUN is a number of promptchain history, an identifier, the beginning of one, or latest. The run keeps its \
            identifier, its input and what it was asked for; the outputs of the steps that are done are taken from the \
            history, and the step in which it ended is done anew. A chain file that has changed since is refused \
            without --force.
            """)

    @Argument(help: ArgumentHelp("The run.", valueName: "run"))
    var name: String

    @Flag(help: "Go on although the chain has changed since, with the chain as it is now.")
    var force = false

    @Option(help: ArgumentHelp("Write the output to a file as well.", valueName: "file"), completion: .file())
    var output: String?

    @Flag(exclusivity: .exclusive)
    var presentation: RunCommand.Presentation?

    @OptionGroup var target: ServerOption
    @OptionGroup var common: CommonOptions

    func run() throws {
        let presentation =
            presentation ?? (Console.outputIsTerminal && Console.inputIsTerminal ? .dashboard : .plain)
        let composition = try Composition(common: common, logsToError: presentation == .plain)
        if let server = target.server { try composition.checkServer(server) }
        let lookup = RunLookup(composition)
        let recorded = try lookup.run(name)
        let request = ResumeRequest(
            run: recorded, continuation: try lookup.telling { try lookup.archive.continuation(of: recorded) },
            isForced: force)
        let chain = try request.chain()
        let file = try output.map { try OutputFile(path: $0) }
        if request.continuation.isComplete, chain.flatNames == request.continuation.names {
            return try close(request, composition, file: file)
        }
        var options = composition.resumeOptions(recorded)
        options.server = target.server ?? options.server
        options.verbose = common.verbose
        let resumed = ResumedRun(id: recorded.id, point: request.point(in: chain))
        if presentation == .dashboard {
            let outcome = try runInDashboard(chain, resumed, recorded, options: options, composition: composition)
            return try RunCommand.finish(outcome, printed: false, file: file)
        }
        if presentation == .plain {
            Console.error(
                Console.safe("\(recorded.chain): going on with step \(resumed.point.fromStep) (run \(recorded.id))"))
        }
        var session = RunSession(
            chain: chain, options: options, servers: composition.chainServers,
            measurements: composition.measurements, json: presentation == .json, verbose: common.verbose,
            log: composition.log, sockets: composition.sockets, journal: composition.journal)
        session.resuming = resumed
        let outcome = try session.run(input: recorded.input)
        try waitFor { await composition.chainServers.shutdown() }
        try RunCommand.finish(outcome, printed: presentation == .json, file: file)
    }

    private func runInDashboard(
        _ chain: Chain, _ resumed: ResumedRun, _ recorded: RecordedRun, options: ChainRunOptions,
        composition: Composition
    ) throws -> RunOutcome {
        var services = try composition.services(servers: options.server.map { [$0] } ?? [], vram: options.capacityBytes)
        services.runOptions = options
        let session = DashboardSession(
            services: services, settings: try composition.dashboardSettings(services),
            desktopNotice: composition.desktopNotice)
        let outcome = try session.run(starting: .init(chain: chain, input: recorded.input, resuming: resumed))
        for line in outcome.summary.lines { Console.error(line) }
        return outcome
    }

    // Its process died after the last step, while it unloaded its models: only the end is missing.
    private func close(_ request: ResumeRequest, _ composition: Composition, file: OutputFile?) throws {
        let run = request.run
        let text = request.continuation.outputs[request.continuation.names.count] ?? ""
        let result = ChainEvent.RunResult(
            status: .completed, output: text, stallSeconds: run.stallSeconds ?? 0,
            seconds: request.continuation.seconds ?? 0)
        composition.journal?.end(
            run,
            with: ChainEventRecord(
                sequence: run.lastSequence + 1, time: Date(), run: run.id, event: .runFinished(result)))
        Console.error("every step of run \(run.id) was done when its process ended: this is its output")
        var summary = RunSummary()
        summary.take(ChainEventRecord(sequence: 1, time: Date(), run: run.id, event: .runFinished(result)))
        try RunCommand.finish(RunOutcome(summary: summary), printed: false, file: file)
    }
}
