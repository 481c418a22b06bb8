import PromptChainCore

/// Says what a reading shows of something that was asked for: what became free, or how good an estimate was.
enum SettledUpdate {
    static func tell(_ entry: PendingState.Entry, _ snapshot: ServerSnapshot, _ state: inout DashboardState) {
        switch entry.operation {
        case .unload(_, let model):
            unloaded([model], entry, snapshot, &state)
        case .unloadAll:
            unloaded(
                entry.before.map { $0.models.keys.sorted { $0.canonical < $1.canonical } } ?? [], entry, snapshot,
                &state)
        case .load(let server, let model):
            loaded(ModelIdentity(server: server, model: model), entry, snapshot, &state)
        default: break
        }
    }

    private static func unloaded(
        _ models: [ModelName], _ entry: PendingState.Entry, _ snapshot: ServerSnapshot, _ state: inout DashboardState
    ) {
        guard let before = entry.before, let first = models.first else { return }
        let name = models.count == 1 ? first.short : Count.text(models.count, "model")
        let back = models.filter { model in snapshot.models.contains { $0.name == model } }
        guard back.isEmpty else {
            state.report(
                .warning, "\(back.map(\.short).joined(separator: ", ")) left memory and is there again",
                hint: "somebody has loaded it since")
            return
        }
        let time = RunningTime.passed(max(0, state.uptime - entry.since))
        let told = ByteCount.sum(models.compactMap { before.models[$0] })
        var text = "\(name) \(models.count == 1 ? "is" : "are") gone after \(time)"
        guard let used = before.used, let now = MemoryFacts(snapshot).measuredUsed else {
            if told > 0 { text += ": \(ByteCount.text(told)) of VRAM, as \(snapshot.name) told" }
            state.report(.info, text)
            return
        }
        let freed = used - now
        text += ": \(ByteCount.text(max(0, freed))) freed, measured"
        // Other models may have come or grown meanwhile; far less than it had is worth a look.
        let isShort = told > 0 && Double(freed) < Double(told) * 0.9
        state.report(
            isShort ? .warning : .info, text,
            hint: isShort
                ? "\(ByteCount.text(told)) were told: another program took memory, or it comes back late" : nil)
    }

    /// The estimate against what it takes.
    private static func loaded(
        _ identity: ModelIdentity, _ entry: PendingState.Entry, _ snapshot: ServerSnapshot,
        _ state: inout DashboardState
    ) {
        guard let info = snapshot.models.first(where: { $0.name == identity.model }), let size = info.sizeBytes,
            let context = info.contextLength, let forecast = state.outlooks[identity]?.footprint(at: context)
        else { return }
        let percent = Count.whole(forecast.difference(of: size) * 100)
        let isMeasured = forecast.basis == .measured
        var text = "\(identity.model.short) takes \(ByteCount.text(size)) at \(Count.tokens(context)); "
        text +=
            isMeasured
            ? "\(ByteCount.text(forecast.sizeBytes)) the last time" : "estimate ~\(ByteCount.text(forecast.sizeBytes))"
        text += percent == 0 ? "" : ", \(percent > 0 ? "+" : "")\(percent) %"
        if let cpu = info.cpuBytes, cpu > 0 {
            state.report(
                .warning, text + ". \(ByteCount.text(cpu)) run on the CPU", hint: "a smaller context would help")
        } else {
            state.report(.info, text)
        }
    }
}
