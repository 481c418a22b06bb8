import ChainEngine
import DashboardRuntime
import Foundation
import PromptChainCore
import RunHistory

/// A run that is to go on: whether it may, and from where.
struct ResumeRequest {
    let run: RecordedRun
    let continuation: RunContinuation
    /// Whether it goes on although the chain has changed, or although it may still run elsewhere.
    var isForced: Bool

    /// The chain as it is now.
    /// - Throws: `CommandFailure` when the run cannot go on, with the reason.
    func chain() throws -> Chain {
        try checkState()
        guard let file = run.file else {
            throw CommandFailure(
                message: "run \(run.id) cannot go on: its chain came from no file",
                hint: "Only chains that lie in files can be read again.")
        }
        guard FileManager.default.fileExists(atPath: file) else {
            throw CommandFailure(
                message: "run \(run.id) cannot go on: \(file) is gone",
                hint: "Put the chain's file back where it was.")
        }
        let result = ChainFile.read(path: file)
        guard let chain = result.chain, !result.faults.contains(where: { $0.severity == .error }) else {
            for fault in result.faults { Console.error(Console.safe(fault.description)) }
            throw CommandFailure(message: "run \(run.id) cannot go on: its chain has faults now")
        }
        let changes = ChainChanges(run: run, chain: chain).lines
        if !changes.isEmpty, !isForced {
            throw CommandFailure(
                message: "run \(run.id) cannot go on: its chain has changed since\n  "
                    + changes.map(Console.safe).joined(separator: "\n  "),
                hint: "--force goes on with the chain as it is now; steps that are done keep their outputs.")
        }
        return chain
    }

    /// Where the run goes on in a chain. A step that is another one now is done anew, and so is all that follows.
    func point(in chain: Chain) -> ResumePoint {
        let names = chain.flatNames
        let same = zip(names, continuation.names).prefix { $0 == $1 }.count
        let from = max(1, min(continuation.fromStep, same + 1, max(1, names.count)))
        let isCut = from < continuation.fromStep
        return ResumePoint(
            fromStep: from, outputs: continuation.outputs, newest: isCut ? nil : continuation.newest,
            sequence: run.lastSequence, uses: continuation.uses, seconds: continuation.seconds,
            stallSeconds: run.stallSeconds ?? 0)
    }

    private func checkState() throws {
        switch run.status {
        case .completed?:
            throw CommandFailure(
                message: "run \(run.id) is completed: there is nothing to go on with",
                hint: "promptchain history show \(run.id) shows it.")
        case .broken?:
            throw CommandFailure(
                message: "run \(run.id) was ended by a rule of its chain: there is nothing to go on with",
                hint: "promptchain history show \(run.id) tells which.")
        case .failed?, .cancelled?: return
        case nil: break
        }
        switch run.liveness {
        case .running:
            throw CommandFailure(
                message: "run \(run.id) still runs, in process \(run.processID)",
                hint: "promptchain watch --attach \(run.id) shows it.")
        case .elsewhere where !isForced:
            throw CommandFailure(
                message: "run \(run.id) ran on \(run.host): whether it still does cannot be seen from here",
                hint: "Resume it there; or with --force here, when it is certain that it has ended.")
        case .ended, .died, .elsewhere: return
        }
    }
}

extension Chain {
    /// The names of all steps as events number them: the steps of a chain that is a step stand in its place.
    var flatNames: [String] {
        steps.flatMap { step -> [String] in
            guard case .chain(let inner) = step.action else { return [step.name] }
            return inner.flatNames.map { "\(step.name) › \($0)" }
        }
    }
}

/// What has changed in a chain's files since a run of it began.
struct ChainChanges {
    var run: RecordedRun
    /// The chain as it is now.
    var chain: Chain

    /// A sentence for each change; empty when there is none.
    var lines: [String] {
        let now = ChainFiles.digests(of: chain)
        guard now != run.files else { return [] }
        var lines: [String] = []
        for file in run.files {
            guard let other = now.first(where: { $0.path == file.path }) else {
                lines.append("\(file.path) is no part of it any more")
                continue
            }
            if other.digest != file.digest {
                lines.append("\(file.path) is not what it was" + (file.path == run.file ? steps : ""))
            }
        }
        for file in now where !run.files.contains(where: { $0.path == file.path }) {
            lines.append("\(file.path) is new in it")
        }
        return lines.isEmpty ? ["its files stand in another order"] : lines
    }

    // Which steps are concerned, where the earlier text can still be read.
    private var steps: String {
        guard let text = run.chainText, let before = ChainFile.parse(text, file: run.file ?? "").chain else {
            return ""
        }
        let old = Dictionary(before.steps.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let new = Dictionary(chain.steps.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var parts = before.steps.filter { new[$0.name] == nil }.map { "step “\($0.name)” is gone" }
        for step in chain.steps {
            guard let other = old[step.name] else {
                parts.append("step “\(step.name)” is new")
                continue
            }
            if other != step { parts.append("step “\(step.name)” is another") }
        }
        if parts.isEmpty, before.steps.map(\.name) != chain.steps.map(\.name) {
            parts.append("its steps stand in another order")
        }
        return parts.isEmpty ? "" : ": " + parts.joined(separator: ", ")
    }
}
