import PromptChainCore

/// One line of a list to choose from.
struct PickerItem: Equatable, Sendable {
    /// What is chosen with it.
    enum Value: Equatable, Sendable {
        case installed(ModelIdentity)
        case chain(ChainFileSummary)
        case recorded(RecordedRunSummary)
        /// Seconds; negative for ever, `nil` as the server does it.
        case keepAlive(Double?)
        case theme(String)
    }

    var id: String
    var value: Value
    /// The first column.
    var title: String
    /// The columns right of it.
    var columns: [String] = []
    /// What is special about it, in a word: `loaded`, `2 faults`.
    var mark: String = ""
    /// Whether something is wrong with it.
    var isFaulty = false
}

/// What a list offers, from what is known now.
enum PickerItems {
    static func items(of picker: PickerDialog, in state: DashboardState) -> [PickerItem] {
        let needle = picker.filter.text.lowercased()
        return all(of: picker.purpose, in: state).filter {
            needle.isEmpty || $0.title.lowercased().contains(needle)
        }
    }

    /// The model that is highlighted in a list of installed ones.
    static func model(in picker: PickerDialog, _ state: DashboardState) -> ModelIdentity? {
        let items = items(of: picker, in: state)
        let item = items.first { $0.id == picker.selection } ?? items.first
        guard case .installed(let identity) = item?.value else { return nil }
        return identity
    }

    /// How many there are without a filter, which is what the dialog's height goes by.
    static func count(of purpose: PickerDialog.Purpose, in state: DashboardState) -> Int {
        all(of: purpose, in: state).count
    }

    /// The headings over the columns.
    static func headings(of purpose: PickerDialog.Purpose, in state: DashboardState) -> [String] {
        switch purpose {
        case .load: (state.servers.all.count > 1 ? ["SERVER"] : []) + ["PARAMS", "QUANT", "CTX MAX", "DISK"]
        case .chain: ["STEPS", "MODELS"]
        case .history: ["BEGAN", "STATUS", "STEPS", "TIME", "WAITED"]
        case .keepAlive, .theme: []
        }
    }

    /// What stands in place of the list while it is empty.
    static func emptyText(of picker: PickerDialog, in state: DashboardState) -> (text: String, role: ThemeRole) {
        if !all(of: picker.purpose, in: state).isEmpty {
            return ("nothing holds “\(picker.filter.text)”: Esc clears the filter", .muted)
        }
        switch picker.purpose {
        case .load:
            for case .failed(let reason, let hint) in state.installed.values {
                return ("cannot list what is installed: \(reason)" + (hint.map { " — \($0)" } ?? ""), .error)
            }
            let isWaiting = state.installed.values.contains { $0 == .asked }
            return isWaiting
                ? ("asking what is installed…", .muted)
                : ("nothing is installed: Esc, then \(state.keys.key(of: .pull)) pulls a model", .muted)
        case .chain:
            return state.chainFiles == nil
                ? ("looking for chain files…", .muted)
                : ("no chain files here: start promptchain in a folder that has some (*.yaml)", .muted)
        case .history:
            switch state.recordedRuns {
            case .known: return ("no run is recorded yet: \(state.keys.key(of: .run)) runs a chain", .muted)
            case .failed(let reason, let hint): return (reason + (hint.map { " — \($0)" } ?? ""), .error)
            case .asked, nil: return ("looking for recorded runs…", .muted)
            }
        case .keepAlive, .theme: return ("nothing to choose from", .muted)
        }
    }

    private static func all(of purpose: PickerDialog.Purpose, in state: DashboardState) -> [PickerItem] {
        switch purpose {
        case .load: installed(in: state)
        case .chain: (state.chainFiles ?? []).map { item(for: $0) }
        case .history: recorded(in: state)
        case .keepAlive: keepAlive
        case .theme:
            state.themeNames.map {
                PickerItem(id: $0, value: .theme($0), title: $0, mark: $0 == state.theme.name ? "in use" : "")
            }
        }
    }

    private static func recorded(in state: DashboardState) -> [PickerItem] {
        guard case .known(let runs) = state.recordedRuns else { return [] }
        return runs.map { run in
            PickerItem(
                id: run.id, value: .recorded(run), title: run.chain,
                columns: [
                    run.began(utcOffset: state.utcOffset), run.word, "\(run.stepsDone)/\(run.steps)",
                    run.seconds.map(Seconds.text) ?? "", run.stallSeconds.map(Seconds.text) ?? "",
                ],
                mark: "\(run.number)", isFaulty: run.state == .failed || run.state == .died)
        }
    }

    private static func installed(in state: DashboardState) -> [PickerItem] {
        let hasSeveral = state.servers.all.count > 1
        var items: [PickerItem] = []
        for server in state.servers.all {
            guard case .known(let models) = state.installed[server.name] else { continue }
            let sorted = models.sorted { $0.name.canonical.lowercased() < $1.name.canonical.lowercased() }
            for model in sorted {
                let identity = ModelIdentity(server: server.name, model: model.name)
                items.append(
                    PickerItem(
                        id: "\(server.name)/\(model.name.canonical)", value: .installed(identity),
                        title: model.name.short,
                        columns: (hasSeveral ? [server.name] : []) + [
                            model.parameterSize ?? "", model.quantization ?? "",
                            model.contextMaximum.map { Count.tokens($0) } ?? "",
                            model.isCloud ? "cloud" : model.sizeBytes.map { SizeText.short($0) } ?? "",
                        ],
                        mark: mark(of: identity, model, in: state)))
            }
        }
        return items
    }

    private static func mark(of identity: ModelIdentity, _ model: InstalledModel, in state: DashboardState) -> String {
        if state.pending.contains(.delete(server: identity.server, model: identity.model)) { return "deleting" }
        if state.pending.contains(.load(server: identity.server, model: identity.model)) { return "loading" }
        if state.servers.model(identity) != nil { return "loaded" }
        return model.isEmbeddingOnly ? "embeds" : ""
    }

    private static func item(for file: ChainFileSummary) -> PickerItem {
        let errors = file.faults.count { $0.severity == .error }
        let models = file.models.map(\.short).joined(separator: ", ")
        return PickerItem(
            id: file.path, value: .chain(file), title: file.name,
            columns: [errors > 0 ? "" : "\(file.steps.count)", errors > 0 ? file.path : models],
            mark: errors > 0 ? Count.text(errors, "fault") : file.faults.isEmpty ? "" : "warning",
            isFaulty: errors > 0)
    }

    private static let keepAlive: [PickerItem] = {
        let choices: [(String, String, Double?)] = [
            ("5m", "5 minutes after its last use", 300), ("30m", "30 minutes", 1800), ("2h", "2 hours", 7200),
            ("24h", "a day", 86_400), ("pinned", "until somebody unloads it", -1),
            ("default", "as the server does it by itself", nil),
        ]
        return choices.map { PickerItem(id: $0.0, value: .keepAlive($0.2), title: $0.0, columns: [$0.1]) }
    }()
}
