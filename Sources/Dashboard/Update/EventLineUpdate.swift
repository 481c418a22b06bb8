import PromptChainCore

/// From something that happened to its line in the log.
enum EventLineUpdate {
    static func perform(_ state: inout DashboardState) {
        switch state.focus {
        case .models: goToModel(&state)
        case .chain: goToStep(&state)
        case .vram, .residency, .output, .log: break
        }
    }

    /// To where a finding began.
    static func go(to entry: VerdictBoard.Entry, _ state: inout DashboardState) {
        let subject = entry.finding.subject
        let times = entry.finding.evidence.compactMap(\.time)
        LogUpdate.go(
            to: LogMoment(
                time: times.max() ?? entry.since,
                words: entry.finding.logLine.map { [$0] } ?? subject.model.map(Self.words) ?? []),
            about: "what \(entry.finding.text.lowercased()) is about", &state)
    }

    private static func goToStep(_ state: inout DashboardState) {
        guard let number = state.outputStep, let step = state.run?.step(number) else {
            return state.say(.info, "no chain has run yet", hint: "\(state.keys.key(of: .run)) runs one")
        }
        let isBad =
            switch step.status {
            case .failed, .broken: true
            default: false
            }
        guard let time = isBad ? step.finishedAt : step.startedAt else {
            return state.say(.info, "step \(number) has not begun")
        }
        LogUpdate.go(to: LogMoment(time: time, words: ["step \(number) "]), about: "step \(number)", &state)
    }

    private static func goToModel(_ state: inout DashboardState) {
        guard let row = state.selectedRow else { return state.say(.info, "no model is selected") }
        let model = row.identity.model
        let tracks = [state.run?.residency.track(of: model)] + [state.servers.track(of: row.identity)]
        guard let time = tracks.compactMap({ $0?.lastChange }).max() else {
            return state.say(.info, "nobody has seen \(model.short) being loaded or unloaded")
        }
        LogUpdate.go(to: LogMoment(time: time, words: words(of: model)), about: model.short, &state)
    }

    private static func words(of model: ModelName) -> [String] { [model.short] }
}

extension ServersState {
    /// What a model did in memory, as its server's readings tell.
    fileprivate func track(of identity: ModelIdentity) -> ResidencyTrack? {
        presence.tracks(of: identity.server).first { $0.model == identity.model }
    }
}

extension ResidencyTrack {
    /// When it last began to be loaded or unloaded, came or went, in seconds since 1970.
    fileprivate var lastChange: Double? {
        let moves = spans.last { $0.phase == .loading || $0.phase == .loadingAhead || $0.phase == .unloading }
        if let moves { return moves.start }
        // It was there when it was first seen, or came between two readings.
        var came = spans.last
        for span in spans.reversed().dropFirst() where span.end == came?.start { came = span }
        return came?.start
    }
}
