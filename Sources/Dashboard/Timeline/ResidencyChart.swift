import PromptChainCore

/// The rows and columns of the Residency pane, from what servers said, from a run's events, and from its plan.
struct ResidencyChart: Equatable, Sendable {
    struct Row: Equatable, Sendable {
        var server: String
        var model: ModelName
        /// Whether the run uses the model on this server.
        var isOfRun: Bool
        /// What it did, a column each.
        var past: [ResidencyPhase?] = []
        /// What is planned, a column each.
        var ahead: [ResidencyPhase?] = []
        /// The models that it left for, by the column after its end.
        var departures: [Int: String] = [:]
        var label: String { model.short }
    }

    /// A step's number where it began or will begin.
    struct Mark: Equatable, Sendable {
        var column: Int
        var step: Int
        var isPlanned: Bool
    }

    var scale: ResidencyScale
    var rows: [Row]
    var marks: [Mark]

    /// - Parameters:
    ///   - state: the dashboard.
    ///   - columns: the columns for times.
    init(_ state: DashboardState, columns: Int) {
        let now = state.clock
        let run = state.run
        let forecast = run.map { ResidencyForecast($0, now: now) }
        let isPlanned = forecast.map { !$0.spans.isEmpty } ?? false
        let future = isPlanned ? max(1, (forecast?.end ?? now) - now) : 0
        marks = []
        rows = []
        scale = ResidencyScale(
            columns: columns, now: now, seconds: Self.past(of: state.residency.span, run, now: now), future: future)
        rows = Self.emptyRows(state, forecast)
        let known = Set(rows.map(\.label))
        for index in rows.indices { fill(index, state, forecast, known) }
        marks = Self.marks(run, forecast, scale)
    }

    private static func past(of span: ResidencyState.Span, _ run: LiveRun?, now: Double) -> Double {
        if let seconds = span.seconds { return seconds }
        guard let run, now - run.startedAt < ReadingHistory.span else { return run == nil ? 300 : ReadingHistory.span }
        return max(15, now - run.startedAt)
    }

    /// The models, those of the run first and each where it was: a row keeps its place.
    private static func emptyRows(_ state: DashboardState, _ forecast: ResidencyForecast?) -> [Row] {
        var result: [Row] = []
        var known: Set<ModelIdentity> = []
        let earliest = state.clock - ReadingHistory.span
        func server(of model: ModelName) -> String {
            state.servers.names.first { name in
                state.servers.presence.tracks(of: name).contains { $0.model == model }
            } ?? state.servers.only?.name ?? ""
        }
        func add(_ server: String, _ model: ModelName, isOfRun: Bool) {
            guard known.insert(ModelIdentity(server: server, model: model)).inserted else { return }
            result.append(Row(server: server, model: model, isOfRun: isOfRun))
        }
        if let run = state.run {
            var models: Set<ModelName> = []
            let inMemory = Set(run.residency.tracks.map(\.model)).union(forecast.map { Set($0.spans.keys) } ?? [])
            for step in run.steps.prefix(2000) {
                guard let model = step.model, inMemory.contains(model), models.insert(model).inserted else { continue }
                let told = step.server.flatMap { state.servers[$0]?.name }
                add(told ?? server(of: model), model, isOfRun: true)
            }
            for track in run.residency.tracks where models.insert(track.model).inserted {
                add(server(of: track.model), track.model, isOfRun: true)
            }
        }
        for name in state.servers.names {
            for track in state.servers.presence.tracks(of: name) where (track.spans.last?.end ?? 0) >= earliest {
                add(name, track.model, isOfRun: false)
            }
        }
        return result
    }

    private mutating func fill(
        _ index: Int, _ state: DashboardState, _ forecast: ResidencyForecast?, _ known: Set<String>
    ) {
        let (server, model) = (rows[index].server, rows[index].model)
        var spans = state.servers.presence.tracks(of: server).first { $0.model == model }?.spans ?? []
        // What the newest reading says holds until the next one.
        if let last = spans.last, last.end == state.servers.presence.answeredAt(server) {
            spans[spans.count - 1].end = .infinity
        }
        let told = rows[index].isOfRun ? state.run?.residency.track(of: model)?.spans ?? [] : []
        spans = (spans + told).filter { $0.start <= state.clock }
        // What goes on fills the column of now, so that it does not flicker at the column's border.
        let edge = scale.start + Double(scale.past) * scale.length
        for place in spans.indices where spans[place].end > state.clock { spans[place].end = edge }
        rows[index].past = spans.columns(from: scale.start, length: scale.length, count: scale.past)
        let planned = rows[index].isOfRun ? forecast?.spans[model] ?? [] : []
        let first = edge
        // What is planned begins behind the column of now, whose rest is shown as its first one.
        let shift = first - scale.length < state.clock ? first - state.clock : 0
        let moved = planned.map { span in
            ResidencySpan(span.phase, start: span.start + shift, end: span.end + shift)
        }
        rows[index].ahead = moved.columns(from: first, length: scale.length, count: scale.ahead)
        for span in told where span.phase == .unloading {
            guard let words = span.reason?.split(separator: " ").first.map(String.init), words != rows[index].label,
                known.contains(words), let column = scale.column(of: min(span.end, state.clock))
            else { continue }
            rows[index].departures[column + 1] = words
        }
    }

    private static func marks(
        _ run: LiveRun?, _ forecast: ResidencyForecast?, _ scale: ResidencyScale
    ) -> [Mark] {
        let past = (run?.residency.beginnings ?? []).compactMap { beginning in
            scale.column(of: beginning.at).flatMap {
                $0 < scale.past ? Mark(column: $0, step: beginning.step, isPlanned: false) : nil
            }
        }
        let ahead = (forecast?.beginnings ?? []).compactMap { beginning in
            scale.column(of: beginning.at, isPlanned: true).map {
                Mark(column: max($0, scale.past + 1), step: beginning.step, isPlanned: true)
            }
        }
        return past + ahead
    }
}
