import ChainEngine
import Foundation
import PromptChainCore
import RunHistory

/// Keeps the runs of this program in the history.
public struct RunJournal: Sendable {
    private let database: HistoryDatabase
    private let socket: @Sendable (String) -> String?

    /// A journal.
    /// - Parameters:
    ///   - database: where runs are kept.
    ///   - socket: where a run tells its events while it lives, by its identifier.
    public init(_ database: HistoryDatabase, socket: @escaping @Sendable (String) -> String? = { _ in nil }) {
        self.database = database
        self.socket = socket
    }

    /// Begins to keep a run, or goes on with one that is kept already. Waits for nothing.
    /// - Returns: what is to be given every event of the run, in order. It returns at once.
    public func begin(_ run: ChainRun, input: String) -> @Sendable (ChainEventRecord) -> Void {
        let (id, chain, options, place) = (run.runID, run.chain, run.options, socket(run.runID))
        let now = Date()
        let recorder = RunRecorder(in: database) {
            let file = chain.file.flatMap(ChainFiles.absolute)
            let files = ChainFiles.digests(of: chain)
            var recorded = RecordedRun(
                id: id, chain: chain.name, file: file, chainText: file.flatMap(ChainFiles.text),
                chainDigest: files.isEmpty ? nil : ChainFiles.digest(of: files), input: input,
                options: options.recorded, host: RunProcess.host, processID: ProcessInfo.processInfo.processIdentifier,
                socket: place, startedAt: now, steps: chain.steps.count)
            recorded.files = files
            recorded.processStart = RunProcess.start(of: recorded.processID)
            return recorded
        }
        return { recorder.record($0) }
    }

    /// Notes the end of a run whose process could not.
    public func end(_ run: RecordedRun, with record: ChainEventRecord) {
        var run = run
        run.startedAt = record.time
        let ended = run
        RunRecorder(in: database) { ended }.record(record)
    }
}

/// The files that a chain is made of: its own, and those of the chains that are steps of it. Everything here waits for a
/// disk.
public enum ChainFiles {
    /// The files with their digests as they are now, the chain's own first. One that cannot be read is left out.
    public static func digests(of chain: Chain) -> [RecordedFile] {
        var seen: Set<String> = []
        return paths(of: chain).filter { seen.insert($0).inserted }.compactMap { path in
            FileManager.default.contents(atPath: path).map {
                RecordedFile(path: path, digest: ContentDigest.sha256($0))
            }
        }
    }

    /// One digest for all files.
    public static func digest(of files: [RecordedFile]) -> String {
        files.count == 1
            ? files[0].digest : ContentDigest.sha256(Data(files.map(\.digest).joined(separator: "\n").utf8))
    }

    /// The text of a file; `nil` when it cannot be read as text.
    public static func text(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }

    /// The absolute path of a file that is there; a chain that the program brings along comes from none.
    static func absolute(_ path: String) -> String? {
        let absolute = URL(fileURLWithPath: path).standardizedFileURL.path
        return FileManager.default.isReadableFile(atPath: absolute) ? absolute : nil
    }

    private static func paths(of chain: Chain) -> [String] {
        var paths = chain.file.flatMap(absolute).map { [$0] } ?? []
        for step in chain.steps {
            if case .chain(let inner) = step.action { paths += self.paths(of: inner) }
        }
        return paths
    }
}
