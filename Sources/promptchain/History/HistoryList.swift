import Foundation
import PromptChainCore
import RunHistory

/// Runs as a table, or as JSON.
struct HistoryList {
    var runs: [RecordedRun]

    /// The table's lines.
    var lines: [String] {
        var table = TextTable([
            ("#", .right), ("RUN", .left), ("CHAIN", .left), ("BEGAN", .left), ("STATUS", .left), ("STEPS", .right),
            ("TIME", .right), ("WAITED", .right),
        ])
        for run in runs {
            table.add([
                "\(run.number)", run.id, run.chain, HistoryWords.time(run.startedAt), HistoryWords.state(run),
                "\(run.stepsDone)/\(run.steps)", run.seconds.map(Seconds.text) ?? "",
                run.stallSeconds.map(Seconds.text) ?? "",
            ])
        }
        return table.lines
    }

    /// The runs as JSON.
    var json: JSONValue {
        ["runs": .array(runs.map { .object(HistoryPage.members($0)) })]
    }
}
