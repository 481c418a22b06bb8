import ArgumentParser
import CellScreen
import ChainEngine
import Dashboard
import DashboardRuntime
import Foundation
import OllamaSimulator
import PromptChainCore

/// `promptchain demo`: a chain of models that do not fit in VRAM together, on a simulated server, in the dashboard.
struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Watch a chain run on a simulated server: nothing has to be installed.",
        usage: "promptchain demo [<options>]")

    @Option(
        help: ArgumentHelp("The memory of the simulated GPU (default: 48GiB).", valueName: "size"),
        transform: MemoryOption.init(parsing:))
    var vram = MemoryOption(bytes: 48 << 30)

    @Option(
        help: ArgumentHelp(
            "How much faster than real time the simulated server runs (default: 4x).", valueName: "factor"),
        transform: SpeedOption.init(parsing:))
    var speed = SpeedOption(factor: 4)

    @Option(
        help: ArgumentHelp("With --screen: the moment, counted from the start (default: 12s).", valueName: "duration"),
        transform: DurationOption.init(parsing:))
    var at: DurationOption?

    @OptionGroup var picture: PictureOptions
    @OptionGroup var common: CommonOptions

    /// What the demonstration's chain is asked.
    static let question = "Why is the sky blue?"
    static let chainFile = "research.yaml"

    func validate() throws {
        if let at, !(0...600).contains(at.seconds) { throw ValidationError("--at is a time from 0 to 10m") }
        if at != nil, picture.screen == nil { throw ValidationError("--at needs --screen WxH") }
    }

    func run() throws {
        let composition = try Composition(common: common, theme: picture.theme, usesConfiguration: false)
        // Before the server's threads run: ncurses reads variables of the process, which are set for a moment.
        let terminal = picture.screen == nil ? try DashboardTerminal(desktopNotice: nil) : nil
        let server = try SimulatedServer(
            configuration: SimulatorConfiguration(vramBytes: vram.bytes, speed: speed.factor))
        try waitFor { try await server.start() }
        defer { try? waitFor { await server.stop() } }
        let url = try waitFor { await server.url }
        let services = try composition.services(servers: [url], vram: vram.bytes, named: ["demo"])
        var settings = try composition.dashboardSettings(services)
        settings.usesASCII = picture.ascii
        // Nobody can come back to a demonstration.
        settings.outlivesTerminal = false
        let start = DashboardSession.Start(chain: try chain(on: url), input: Self.question)
        if let size = picture.size {
            let session = HeadlessSession(
                services: services, settings: settings, size: size, keys: picture.strokes)
            HeadlessSession.show(try session.picture(starting: start, after: at?.seconds ?? 12), color: picture.color)
        } else {
            let session = DashboardSession(services: services, settings: settings)
            let outcome = try session.run(on: terminal, starting: start)
            for line in outcome.summary.lines { Console.line(line) }
            if let signal = outcome.signal { throw ExitCode(128 + signal) }
        }
    }

    private func chain(on url: String) throws -> Chain {
        guard let file = ShippedExamples.files.first(where: { $0.name == Self.chainFile }),
            var chain = ChainFile.parse(file.text, file: file.name).chain
        else {
            throw CommandFailure(message: "the demonstration's chain is not part of this program")
        }
        chain.management.baseURL = url
        // What the memory is known to hold can be planned.
        chain.policy = .planned
        return chain
    }
}
