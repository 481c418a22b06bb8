import ArgumentParser
import CellScreen
import Dashboard
import DashboardRuntime
import Foundation
import PromptChainCore

/// `promptchain watch`: the dashboard, or one reading of everything.
struct WatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Watch servers in the dashboard (the default command).",
        usage: "promptchain [watch] [<options>]",
        discussion: """
            --once prints one reading and ends, with exit status 3 when a server is out of reach. \
            --json prints readings as a stream, one object a line; together they print one object. \
            --screen prints the dashboard as text, without a terminal: it waits up to 2 s for each server's first answer.

            --attach and --events show a run that another process runs: with --once what is known of it, with --json \
            alone its events as they come.
            """)

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            "A server of the configuration, or an address. May be given several times.", valueName: "name|url"))
    var server: [String] = []

    @Option(
        help: ArgumentHelp("The GPU memory of the servers, such as 24GiB, where it cannot be read.", valueName: "size"),
        transform: MemoryOption.init(parsing:))
    var vram: MemoryOption?

    @Flag(name: .customLong("read-only"), help: "Offer no key that changes something.")
    var readOnly = false

    @Option(
        help: ArgumentHelp(
            "The time between two polls while something happens, such as 500ms or 5s (default: 1s).",
            valueName: "duration"),
        transform: DurationOption.init(parsing:))
    var interval: DurationOption?

    @Flag(help: "Print one reading of everything, then end.")
    var once = false

    @Flag(help: "Print readings as JSON, one object a line.")
    var json = false

    @OptionGroup var feed: FeedOptions
    @OptionGroup var picture: PictureOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if let interval, interval.seconds < 0.1 || interval.seconds > 3600 {
            throw ValidationError("--interval is a time from 100ms to 1h")
        }
        if picture.screen != nil, once || json { throw ValidationError("give --screen or --once and --json, not both") }
    }

    func run() throws {
        let composition = try Composition(common: common, theme: picture.theme)
        let source = try feed.source(
            composition, mustExist: once || json || picture.screen != nil, isDrawn: !once && !json)
        if let source, once || json { return try read(source) }
        var services = try services(composition, showing: source)
        services.feed = source?.feed
        if let interval { services.interval = interval.seconds }
        if once {
            try readOnce(services)
        } else if json {
            try stream(services)
        } else {
            var settings = try composition.dashboardSettings(services)
            settings.isReadOnly = readOnly
            settings.usesASCII = picture.ascii
            settings.feed = source?.description
            try show(services, settings, composition)
        }
    }

    private func show(
        _ services: RuntimeServices, _ settings: DashboardSettings, _ composition: Composition
    ) throws {
        if let size = picture.size {
            let session = HeadlessSession(
                services: services, settings: settings, size: size, keys: picture.strokes)
            // Whoever pipes events in decides when they end.
            let drawn = try session.picture(after: feed.events == "-" ? .infinity : 2) { heard in
                heard.servers.isSuperset(of: services.connections.map(\.name)) && (heard.hasCaughtUp || !feed.isGiven)
            }
            HeadlessSession.show(drawn, color: picture.color)
        } else {
            let outcome = try DashboardSession(
                services: services, settings: settings, desktopNotice: composition.desktopNotice
            ).run()
            if let signal = outcome.signal { throw ExitCode(128 + signal) }
            switch outcome.unseen?.status {
            case .failed?, .cancelled?: throw ExitCode(ExitStatus.failed)
            case .completed?, .broken?, nil: break
            }
        }
    }

    /// What is watched beside a run of somebody else: servers that are named, and that of a run on this host.
    private func services(_ composition: Composition, showing source: FeedOptions.Source?) throws -> RuntimeServices {
        guard let source, server.isEmpty else { return try composition.services(servers: server, vram: vram?.bytes) }
        guard let recorded = source.recorded, recorded.status == nil,
            let server = recorded.options["server"]?.stringValue
        else { return composition.services(watching: []) }
        return try composition.services(servers: [server], vram: vram?.bytes)
    }

    private func read(_ source: FeedOptions.Source) throws {
        let reading = FeedReading(feed: source.feed)
        guard once else {
            if let signal = reading.stream() { throw ExitCode(128 + signal) }
            return
        }
        let report = reading.report()
        let now = Date()
        if json {
            Console.line(JSONText.pretty(report.json(at: now)))
        } else {
            for line in report.lines(at: now) { Console.line(line) }
        }
    }

    private func readOnce(_ services: RuntimeServices) throws {
        let status = StatusLine("waiting for \(services.connections.map(\.name).joined(separator: ", "))")
        let snapshots = try Self.read(services.connections.map { SnapshotReader(connection: $0) })
        status.end()
        var judge = ServerJudge()
        let listing = ServerListing(time: Date(), servers: snapshots.map { judge.judged($0) })
        if json {
            Console.line(JSONText.pretty(listing))
        } else {
            for line in listing.lines { Console.line(line) }
        }
        if !listing.isComplete { throw ExitCode(ExitStatus.unreachable) }
    }

    private func stream(_ services: RuntimeServices) throws {
        let readers = services.connections.map { SnapshotReader(connection: $0) }
        let interval = services.interval
        let ended = DispatchSemaphore(value: 0)
        let signals = SignalWatch { _ in ended.signal() }
        var judge = ServerJudge()
        repeat {
            let snapshots = try Self.read(readers).map { judge.judged($0) }
            guard Console.line(JSONText.line(ServerListing(time: Date(), servers: snapshots))) else { return }
        } while ended.wait(timeout: .now() + interval) == .timedOut
        if let signal = signals.signal { throw ExitCode(128 + signal) }
    }

    private static func read(_ readers: [SnapshotReader]) throws -> [ServerSnapshot] {
        try waitFor {
            await withTaskGroup(of: (Int, ServerSnapshot).self) { group in
                for (index, reader) in readers.enumerated() { group.addTask { (index, await reader.read()) } }
                var found: [(Int, ServerSnapshot)] = []
                for await answer in group { found.append(answer) }
                return found.sorted { $0.0 < $1.0 }.map(\.1)
            }
        }
    }
}
