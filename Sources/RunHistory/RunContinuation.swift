import Foundation
import GRDB
import PromptChainCore

/// Where a run that has ended, or died, would go on.
public struct RunContinuation: Equatable, Sendable {
    /// The step to go on with, counted from 1; one more than there are when all are done.
    public var fromStep: Int
    /// The outputs of the steps that gave one, by their numbers.
    public var outputs: [Int: String]
    /// The newest output of all, where a rule had sent the run back and forth; `nil` where the steps' order tells it.
    public var newest: String?
    /// The names of the steps, in order.
    public var names: [String]
    /// How often rules had steps done again or sent the run elsewhere.
    public var uses: [RuleUse: Int] = [:]
    /// How long the run has run, in seconds; of one whose process died, to the last that it told.
    public var seconds: Double?

    /// Whether every step is done.
    public var isComplete: Bool { !names.isEmpty && fromStep > names.count }
}

extension RunContinuation {
    /// The step to go on with, from what became of the steps and what is to be heeded.
    public static func firstOpen(_ steps: [RecordedStep], _ notes: [ChainEventRecord]) -> Int {
        let jumps = notes.compactMap { note -> (sequence: Int, to: Int)? in
            if case .jumped(_, let to, _) = note.event { (note.sequence, to) } else { nil }
        }
        return firstOpen(steps, jump: jumps.last)
    }

    /// The step to go on with, from what became of the steps.
    /// - Parameter jump: the last time that a rule sent the run elsewhere.
    static func firstOpen(_ steps: [RecordedStep], jump: (sequence: Int, to: Int)?) -> Int {
        let last = steps.filter { $0.item == nil && $0.sequence > 0 }.max { $0.sequence < $1.sequence }
        if let jump, jump.sequence > last?.sequence ?? 0 { return jump.to }
        guard let last else { return 1 }
        return last.status == .done || last.status == .skipped ? last.step + 1 : last.step
    }
}

extension HistoryArchive {
    /// Where a run goes on.
    /// - Throws: `HistoryFault`.
    public func continuation(of run: RecordedRun) throws -> RunContinuation {
        let steps = try steps(of: run).filter { $0.item == nil }
        let jump = try lastJump(of: run)
        let outputs = try outputs(of: run)
        var newest: String?
        if jump != nil {
            newest = steps.filter { outputs[$0.step] != nil }.max { $0.sequence < $1.sequence }.flatMap {
                outputs[$0.step]
            }
        }
        return RunContinuation(
            fromStep: RunContinuation.firstOpen(steps, jump: jump), outputs: outputs, newest: newest,
            names: steps.map(\.name), uses: try ruleUses(of: run),
            seconds: try reading { try RunRow.seconds(of: run.id, in: $0) })
    }

    private func ruleUses(of run: RecordedRun) throws -> [RuleUse: Int] {
        let lines = try reading { database in
            try String.fetchAll(
                database,
                sql: "SELECT line FROM event WHERE run = ? AND kind IN ('jumped', 'step_retried') ORDER BY sequence",
                arguments: [run.number])
        }
        var reader = ChainEventReader(run: run.id)
        return (lines ?? []).reduce(into: [:]) { uses, line in
            guard let record = try? reader.read(line), let use = RuleUse(record) else { return }
            uses[use, default: 0] += 1
        }
    }

    private func lastJump(of run: RecordedRun) throws -> (sequence: Int, to: Int)? {
        let record = try notes(of: run, kind: "jumped").last
        guard let record, case .jumped(_, let to, _) = record.event else { return nil }
        return (record.sequence, to)
    }
}
