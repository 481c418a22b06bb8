import Foundation
import RunHistory

/// Finds the run of the history that a user means.
struct RunLookup {
    let archive: HistoryArchive

    init(_ composition: Composition) {
        archive = HistoryArchive(path: composition.historyFile)
    }

    /// The run of a name: its identifier, the beginning of one, its number, or `latest`.
    /// - Throws: `CommandFailure`.
    func run(_ name: String) throws -> RecordedRun {
        try telling {
            if let run = try archive.run(matching: name) { return run }
            let newest = try archive.runs(limit: 3)
            guard !newest.isEmpty else {
                throw CommandFailure(
                    message: "no run is recorded",
                    hint: "Every promptchain run is, unless --no-history or the configuration says otherwise.")
            }
            let names = newest.map { "\($0.number) (\($0.id), \($0.chain))" }.joined(separator: ", ")
            throw CommandFailure(
                message: "there is no run “\(name)”",
                hint: "The newest are \(names); promptchain history lists more.")
        }
    }

    /// Does something with the history, and tells what is wrong with it.
    /// - Throws: `CommandFailure`.
    func telling<Value>(_ work: () throws -> Value) throws -> Value {
        do {
            return try work()
        } catch let fault as HistoryFault {
            throw CommandFailure(message: fault.message, hint: fault.hint)
        }
    }
}
