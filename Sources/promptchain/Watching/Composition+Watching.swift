import Dashboard
import DashboardRuntime
import Foundation
import RunHistory

extension Composition {
    /// Where runs have their sockets.
    var sockets: RunSocketFolder { RunSocketFolder(path: directories.runs) }

    /// What was recorded of runs; `nil` for a program that keeps no record.
    var archive: (any RunArchive)? { keepsHistory ? HistoryArchive(path: historyFile) : nil }

    /// The run of a name, in the record or on its socket.
    /// - Throws: `CommandFailure` when there is none.
    func findRun(_ name: String) throws -> FoundRun {
        do {
            return try RunFinder(archive: archive, folder: sockets).find(name)
        } catch let fault as RunFinder.Fault {
            throw CommandFailure(message: fault.message, hint: fault.hint)
        } catch let fault as HistoryFault {
            throw CommandFailure(message: fault.message, hint: fault.hint)
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(message: "\(error)")
        }
    }

    /// A run of another process, to be followed.
    /// - Parameter inOutline: whether a long run comes in outline first.
    func attached(to name: String, inOutline: Bool) throws -> FeedOptions.Source {
        let run = try findRun(name)
        return FeedOptions.Source(
            description: FeedDescription(kind: .attached, name: "run \(run.id)"),
            feed: AttachedRun(run, archive: archive, beginsInOutline: inOutline), recorded: run.recorded)
    }
}
