import ArgumentParser
import CellScreen
import Dashboard
import DashboardRuntime
import Foundation
import PromptChainCore

/// `promptchain replay RUN`: a recorded run in the dashboard, from its events alone.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Play a recorded run back in the dashboard.",
        discussion: """
            Space pauses, Left and Right go five seconds, [ and ] go by steps, Home and End to the ends, + and - change \
            the speed. No server is asked: what was in memory is shown as it was recorded.
            """)

    @Argument(help: ArgumentHelp("The run: its identifier, the beginning of one, or latest.", valueName: "run"))
    var name = "latest"

    @Option(
        help: ArgumentHelp("Seconds of the run in one second (default: 1x).", valueName: "factor"),
        transform: SpeedOption.init(parsing:))
    var speed = SpeedOption(factor: 1)

    @Option(
        help: ArgumentHelp(
            "The moment to begin at, counted from the run's beginning. With --screen: the moment that is shown "
                + "(default: the end).", valueName: "duration"),
        transform: DurationOption.init(parsing:))
    var at: DurationOption?

    @OptionGroup var picture: PictureOptions
    @OptionGroup var common: CommonOptions

    func validate() throws {
        if let at, at.seconds < 0 { throw ValidationError("--at is a time from 0 on") }
    }

    func run() throws {
        let composition = try Composition(common: common, theme: picture.theme)
        let found = try composition.findRun(name)
        guard let archive = composition.archive, let recorded = found.recorded else {
            throw CommandFailure(
                message: "nothing was recorded of the run \(found.id)",
                hint: "promptchain watch --attach \(found.id) shows it as long as it goes on.")
        }
        var services = composition.services(watching: [])
        services.feed = RecordedTape(run: recorded.id, archive: archive)
        var settings = try composition.dashboardSettings(services)
        settings.usesASCII = picture.ascii
        settings.isReadOnly = true
        let start = ReplayStart(
            speed: speed.factor, at: at?.seconds ?? (picture.screen == nil ? 0 : .infinity),
            isPaused: picture.screen != nil)
        settings.feed = FeedDescription(kind: .replay(start), name: "run \(recorded.id)")
        if let size = picture.size {
            let session = HeadlessSession(
                services: services, settings: settings, size: size, keys: picture.strokes)
            HeadlessSession.show(try session.picture(after: .infinity) { $0.hasCaughtUp }, color: picture.color)
        } else {
            let outcome = try DashboardSession(services: services, settings: settings).run()
            if let signal = outcome.signal { throw ExitCode(128 + signal) }
        }
    }
}
