import CellScreen
import ChainEngine
import PromptChainCore

/// Plans as text for people: what each policy costs, what it saves, and every decision with its reason.
struct PlanReport {
    /// How wide the lines are, in columns.
    static let width = 80

    let chain: Chain
    let subject: PlanSubject
    let comparison: ResidencyComparison
    /// The policies whose steps are shown one by one.
    let detailed: [PlanningPolicy]

    /// The report.
    var lines: [String] {
        var lines = Self.wrapped(headline) + [""] + table
        if let saving { lines += [""] + Self.wrapped(saving) }
        let notes = comparison.policies.flatMap(\.notes).reduce(into: [String]()) { notes, note in
            if !notes.contains(note) { notes.append(note) }
        }
        if !notes.isEmpty { lines += [""] + notes.flatMap { Self.item($0) } }
        for plan in comparison.policies where detailed.contains(plan.policy) {
            lines += [""] + timeline(plan)
        }
        if !subject.assumptions.isEmpty {
            lines += ["", subject.server == nil ? "Assumed:" : "What the plan goes by:"]
            lines += subject.assumptions.flatMap { Self.item($0) }
            let advice = subject.server == nil ? "Add them to the file." : "Give real ones with --assume FILE."
            lines += Self.wrapped(advice, indent: "  ")
        }
        return lines.map(Console.safe)
    }

    private var headline: String {
        let models = Set(subject.problem.steps.compactMap(\.model)).count
        var text = "\(chain.name): \(Self.count(chain.steps.count, "step")), \(Self.count(models, "model"))"
        if let server = subject.server { text += " on \(server)" }
        guard let capacity = comparison.capacityBytes else { return text + ", capacity unknown (--vram SIZE)" }
        text += ", \(ByteCount.text(capacity)) of GPU memory"
        if let usable = subject.problem.memory.usableBytes, usable != capacity {
            text += ", \(ByteCount.text(usable)) of it to plan with"
        }
        return text
    }

    private var table: [String] {
        var table = TextTable([
            ("POLICY", .left), ("WAITING", .right), ("LOADS", .right), ("PEAK VRAM", .right),
            ("LESS THAN STRICT", .right), ("", .left),
        ])
        let base = comparison.policies.first { $0.policy == .strict }?.stallSeconds ?? 0
        for plan in comparison.policies {
            let saved = base - plan.stallSeconds
            let isSaving = saved >= 0.05
            table.add([
                plan.policy.rawValue, Seconds.text(plan.stallSeconds), "\(plan.loads)",
                plan.peakVRAMBytes.map(ByteCount.text) ?? "unknown",
                isSaving ? "\(Seconds.text(saved)) (\(Self.percent(saved / base)))" : "",
                plan.policy == .planned ? Self.proof(plan) : "",
            ])
        }
        return table.lines
    }

    private static func proof(_ plan: ResidencySchedule) -> String {
        plan.isOptimal ? "no plan waits less" : "not proven best"
    }

    private var saving: String? {
        guard let planned = comparison.policies.first(where: { $0.policy == .planned }),
            let same = comparison.policies.first(where: { $0.policy == .sameModel })
        else { return nil }
        let saved = same.stallSeconds - planned.stallSeconds
        let run = subject.problem.steps.reduce(0) { $0 + $1.seconds }
        guard saved >= 0.05 else {
            return "Planning saves nothing here" + (planned.isOptimal ? ": no other order waits less." : ".")
        }
        return "planned waits \(Seconds.text(planned.stallSeconds)) for models where same-model waits "
            + "\(Seconds.text(same.stallSeconds)): \(Seconds.text(saved)) less, "
            + "\(Self.percent(saved / same.stallSeconds)) of the waiting. The whole chain takes "
            + "\(Seconds.text(run + planned.stallSeconds)) in place of \(Seconds.text(run + same.stallSeconds))."
    }

    private func timeline(_ plan: ResidencySchedule) -> [String] {
        var lines = ["\(plan.policy.rawValue), step by step: \(Seconds.text(plan.stallSeconds)) of waiting", ""]
        var table = TextTable([
            ("  AT", .right), ("WAITS", .right), ("RUNS", .right), ("STEP", .left), ("MODEL", .left),
        ])
        var time = 0.0
        for (index, step) in plan.steps.enumerated() {
            let seconds = subject.problem.steps[index].seconds
            table.add([
                Seconds.clock(time), step.stallSeconds < 0.05 ? "·" : Seconds.text(step.stallSeconds),
                Seconds.text(seconds), Self.cut("\(step.number) \(name(of: index))", 28),
                Self.cut(step.model?.short ?? "–", 28),
            ])
            time += step.stallSeconds + seconds
        }
        let rows = table.lines
        lines.append(rows[0])
        for (row, step) in zip(rows.dropFirst(), plan.steps) {
            lines.append(row)
            lines += Self.wrapped(step.why, indent: "        ")
        }
        return lines
    }

    private func name(of index: Int) -> String {
        chain.steps.indices.contains(index) ? chain.steps[index].name : ""
    }

    // MARK: Setting of text

    private static func cut(_ text: String, _ width: Int) -> String { DisplayWidth.truncate(text, to: width) }

    private static func count(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    private static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }

    private static func item(_ text: String) -> [String] {
        let lines = wrapped(text, indent: "    ")
        guard let first = lines.first else { return [] }
        return ["  · " + first.dropFirst(4)] + lines.dropFirst()
    }

    static func wrapped(_ text: String, indent: String = "") -> [String] {
        var lines: [String] = []
        var line = indent
        for word in text.split(separator: " ") {
            let isEmpty = line == indent
            if !isEmpty, DisplayWidth.columns(of: line) + 1 + DisplayWidth.columns(of: word) > width {
                lines.append(line)
                line = indent + word
            } else {
                line += (isEmpty ? "" : " ") + word
            }
        }
        return lines + [line]
    }
}
