import ArgumentParser
import Dashboard
import DashboardRuntime
import Foundation
import RunHistory

/// Whose run a dashboard shows when it is not its own.
struct FeedOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Watch a run of another process: its identifier, the beginning of one, or latest.",
            valueName: "run|latest"))
    var attach: String?

    @Option(
        help: ArgumentHelp(
            "Watch a run that any program reports, an event a line (docs/events.md): a file, which is followed as it "
                + "grows, or - for standard input.", valueName: "file|-"),
        completion: .file())
    var events: String?

    /// What is shown, and where its events come from.
    struct Source {
        var description: FeedDescription
        var feed: any RunFeed
        /// What was recorded of the run, if anything.
        var recorded: RecordedRun?
    }

    /// Whether somebody else's run is asked for.
    var isGiven: Bool { attach != nil || events != nil }

    mutating func validate() throws {
        if attach != nil, events != nil { throw ValidationError("give --attach or --events, not both") }
        if events == "-", isatty(STDIN_FILENO) == 1 {
            throw ValidationError("--events - reads standard input: pipe a program's events into it")
        }
    }

    /// Finds what is asked for.
    /// - Parameters:
    ///   - mustExist: whether a file that is not there is a fault, since nobody would wait for it.
    ///   - isDrawn: whether it is shown on a screen, for which a long run may come in outline.
    /// - Throws: `CommandFailure`.
    func source(_ composition: Composition, mustExist: Bool, isDrawn: Bool) throws -> Source? {
        if let attach { return try composition.attached(to: attach, inOutline: isDrawn) }
        guard let events else { return nil }
        guard events != "-" else {
            return Source(
                description: FeedDescription(kind: .events, name: "standard input"),
                feed: EventInput(.stream(STDIN_FILENO)))
        }
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: events, isDirectory: &isFolder)
        if isFolder.boolValue || (mustExist && !exists) {
            throw CommandFailure(
                message: isFolder.boolValue ? "\(events) is a folder" : "there is no file \(events)",
                hint: "--events takes a file of events, one JSON object a line, or - for standard input.")
        }
        return Source(
            description: FeedDescription(kind: .events, name: events), feed: EventInput(.file(events)))
    }
}
