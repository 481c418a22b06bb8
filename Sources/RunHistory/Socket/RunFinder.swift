import Foundation
import PromptChainCore

/// A run that can be watched: as it was recorded, on its socket, or both.
public struct FoundRun: Equatable, Sendable {
    /// The run's identifier.
    public var id: String
    /// The chain's name, where it is known before the run is listened to.
    public var chain: String?
    /// What was recorded of it.
    public var recorded: RecordedRun?
    /// Where its socket lies, or lay.
    public var socket: String

    /// A run.
    public init(id: String, chain: String? = nil, recorded: RecordedRun? = nil, socket: String) {
        self.id = id
        self.chain = chain
        self.recorded = recorded
        self.socket = socket
    }
}

/// Finds the run that a user means, in the record and among the sockets. Everything here waits for a disk.
public struct RunFinder: Sendable {
    /// Why there is no run to watch.
    public struct Fault: Error, Equatable, Sendable {
        /// What is missing, in a sentence.
        public var message: String
        /// What there is instead, and what helps.
        public var hint: String
    }

    private let archive: (any RunArchive)?
    private let folder: RunSocketFolder

    /// A finder.
    /// - Parameters:
    ///   - archive: what was recorded; `nil` for nothing.
    ///   - folder: where runs have their sockets.
    public init(archive: (any RunArchive)?, folder: RunSocketFolder) {
        self.archive = archive
        self.folder = folder
    }

    /// The run of a name: `latest`, an identifier, or the beginning of one.
    ///
    /// A run that keeps no record is found by its socket, as long as it lives.
    /// - Throws: `Fault`, or what the archive throws.
    public func find(_ name: String) throws -> FoundRun {
        let recorded = try archive?.run(matching: name)
        if name == "latest" {
            let living = livingRuns { run, began in
                run != recorded?.id && began > (recorded?.startedAt ?? .distantPast)
            }
            if let newest = living.first { return try found(newest) }
        } else if recorded == nil {
            let living = livingRuns { run, _ in run.hasPrefix(name) }
            if living.count > 1, !living.contains(name) {
                throw Fault(
                    message: "several runs begin with “\(name)”: \(living.joined(separator: ", "))",
                    hint: "Give more of the identifier.")
            }
            if let run = living.first(where: { $0 == name }) ?? living.first { return try found(run) }
        }
        guard let recorded else { throw try nothing(name) }
        return found(recorded)
    }

    private func found(_ recorded: RecordedRun) -> FoundRun {
        FoundRun(
            id: recorded.id, chain: recorded.chain, recorded: recorded,
            socket: recorded.socket ?? folder.socket(of: recorded.id))
    }

    /// A run whose socket is there may have begun to be recorded in the meantime.
    private func found(_ run: String) throws -> FoundRun {
        if let recorded = try archive?.run(matching: run) { return found(recorded) }
        return FoundRun(id: run, socket: folder.socket(of: run))
    }

    private func livingRuns(where fits: (String, Date) -> Bool) -> [String] {
        folder.runs().filter { fits($0.run, $0.began) && !UnixSocket.isDead(folder.socket(of: $0.run)) }.map(\.run)
    }

    private func nothing(_ name: String) throws -> Fault {
        let recorded = try archive?.runs(limit: 3) ?? []
        let living = livingRuns { run, _ in !recorded.contains { $0.id == run } }
        let names = living + recorded.map { "\($0.id) (\($0.chain))" }
        if names.isEmpty {
            return Fault(
                message: name == "latest" ? "no run is recorded, and none is going on" : "there is no run “\(name)”",
                hint: "Start one with promptchain run CHAIN; promptchain history list shows what was recorded.")
        }
        return Fault(
            message: "there is no run “\(name)”",
            hint: "The newest are \(names.joined(separator: ", ")); promptchain history list shows all.")
    }
}
