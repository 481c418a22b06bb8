import CellScreen
import Foundation
import PromptChainCore
import RunHistory

/// One run of the history: how it went, where the time of its steps went, and what was in memory when.
struct HistoryPage {
    var run: RecordedRun
    var steps: [RecordedStep]
    var notes: [ChainEventRecord]
    var timeline: ResidencyTimeline
    // The step that a run which goes on would begin with.
    private var nextStep: Int

    /// Reads a run.
    init(_ run: RecordedRun, from archive: HistoryArchive) throws {
        self.run = run
        steps = try archive.steps(of: run)
        notes = try archive.notes(of: run)
        nextStep = RunContinuation.firstOpen(steps, notes)
        timeline = ResidencyTimeline(
            run: run, steps: steps, changes: try archive.changes(of: run), samples: try archive.samples(of: run),
            pauses: try archive.pauses(of: run))
    }

    /// The page as lines.
    /// - Parameters:
    ///   - width: the columns that it may take.
    ///   - ascii: whether it does without block characters.
    func lines(width: Int, ascii: Bool) -> [String] {
        var lines = head.map(Console.safe) + [""] + table
        let heed = warnings
        if !heed.isEmpty { lines += [""] + heed.map(Console.safe) }
        let picture = ResidencyPicture(timeline: timeline, width: width, ascii: ascii).lines
        if !picture.isEmpty { lines += [""] + picture }
        return lines
    }

    private var head: [String] {
        let time = run.seconds.map { " after \(Seconds.text($0))" } ?? ""
        let failed = steps.first { $0.status == .failed && $0.item == nil }
        let place = run.status == .failed ? failed.map { " in step \($0.step)" } ?? "" : ""
        var lines = ["\(run.chain): \(HistoryWords.state(run))\(place)\(time) (run \(run.id), number \(run.number))"]
        var origin = "  began \(HistoryWords.time(run.startedAt, seconds: true)) on \(run.host)"
        if let file = run.file { origin += ", from \(file)" }
        lines.append(origin)
        if let error = run.error { lines.append("  why: \(error)") }
        if let peak = run.peakVRAMBytes, peak > 0 {
            let capacity = run.capacityBytes.map { " of \(ByteCount.text($0))" } ?? ""
            lines.append("  peak VRAM \(ByteCount.text(peak))\(capacity)")
        }
        if let stall = run.stallSeconds, stall >= 0.05 {
            lines.append("  \(Seconds.text(stall)) of it waiting for models to load or leave")
        }
        if run.lostEvents > 0 {
            lines.append("  \(run.lostEvents) of its events are missing: the history could not be written for too long")
        }
        return lines + next
    }

    // What can be done with it now.
    private var next: [String] {
        switch (run.status, run.liveness) {
        case (nil, .running): ["  it runs: promptchain watch --attach \(run.id)"]
        case (nil, .died):
            ["  its process is gone: promptchain resume \(run.id) goes on from step \(nextStep)"]
        case (.failed?, _), (.cancelled?, _):
            ["  promptchain resume \(run.id) goes on from step \(nextStep)"]
        default: []
        }
    }

    private var table: [String] {
        var table = TextTable([
            (" ", .left), ("STEP", .left), ("MODEL", .left), ("QUEUE", .right), ("LOAD", .right), ("FIRST", .right),
            ("WRITE", .right), ("TOKENS", .right), ("TOK/S", .right),
        ])
        for step in steps {
            let item = step.item.map { ", \($0)" } ?? ""
            table.add([
                Self.mark(step.status), "\(step.step) \(step.name)\(item)",
                step.model.map { ModelName($0).short } ?? "",
                Self.seconds(step.queueSeconds), Self.seconds(step.loadSeconds), Self.seconds(step.firstTokenSeconds),
                Self.seconds(step.generateSeconds), step.outputTokens.map { "\($0)" } ?? "",
                step.tokensPerSecond.map { ByteCount.fixed($0, digits: $0 < 10 ? 1 : 0) } ?? "",
            ])
        }
        return table.lines
    }

    private var warnings: [String] {
        notes.flatMap { note -> [String] in
            switch note.event {
            case .warning(let message, let hint): ["! \(message)"] + (hint.map { ["  \($0)"] } ?? [])
            case .contextCut(let cut): ["! \(cut.message)", "  \(cut.hint)"]
            case .stepFailed(let step, let reason, _): ["✘ step \(step): \(reason)"]
            case .modelLoadFailed(let model, let error, let hint):
                ["✘ \(model.short): \(error)"] + (hint.map { ["  \($0)"] } ?? [])
            case .chainBroken(let step, let breaker, let reason): ["■ step \(step): \(breaker): \(reason)"]
            default: []
            }
        }
    }

    private static func mark(_ status: RecordedStep.Status) -> String {
        switch status {
        case .waiting: "·"
        case .running: "■"
        case .done: "✔"
        case .failed: "✘"
        case .skipped: "–"
        }
    }

    private static func seconds(_ value: Double?) -> String { value.map(Seconds.text) ?? "" }
}
