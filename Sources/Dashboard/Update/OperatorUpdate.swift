import PromptChainCore

/// Keys that ask a server for something: load, unload, keep, pull, delete.
enum OperatorUpdate {
    static func perform(_ binding: KeyBinding, _ state: inout DashboardState) -> [DashboardEffect] {
        guard let server = state.targetServer else {
            state.say(.warning, "there is no server to do that on")
            return []
        }
        guard !server.isTold else {
            state.say(
                .info, "\(server.name) is only told of here", hint: "start with --server to load and unload on it")
            return []
        }
        guard server.description.abilities.isSuperset(of: binding.needs) else {
            state.say(.warning, "\(server.name) (\(server.description.provider)) cannot do that: \(binding.help)")
            return []
        }
        if case .unreachable(let reason, let hint) = server.state {
            state.say(.warning, "\(server.name) is out of reach: \(reason)", hint: hint)
            return []
        }
        switch binding.action {
        case .load: return openLoad(&state)
        case .pull: openPull(on: server.name, &state)
        case .unloadAll: askUnloadAll(on: server, &state)
        case .unload, .keepAlive, .delete: return performOnRow(binding.action, &state)
        default: break
        }
        return []
    }

    private static func openLoad(_ state: inout DashboardState) -> [DashboardEffect] {
        let servers = state.servers.all.filter { server in
            server.description.abilities.contains(.load) && server.state == .ready
        }
        guard !servers.isEmpty else {
            state.say(.warning, "no server is ready to load a model", hint: "wait until it answers")
            return []
        }
        // What was measured since counts.
        state.outlooks.askAgain()
        for server in servers where state.installed[server.name] == nil { state.installed[server.name] = .asked }
        state.dialogs.append(.picker(PickerDialog(purpose: .load)))
        return servers.map { .listInstalled(server: $0.name) }
    }

    private static func openPull(on server: String, _ state: inout DashboardState) {
        state.dialogs.append(
            .input(
                InputDialog(
                    purpose: .pull(server: server), title: "Pull a model to \(server)",
                    explanation: "its name, as in llama3.2:3b", editor: TextEditor(isMultiline: false))))
    }

    private static func askUnloadAll(on server: ServersState.Server, _ state: inout DashboardState) {
        guard !server.models.isEmpty else {
            state.say(.info, "\(server.name) holds no model in memory")
            return
        }
        let names = server.models.map(\.name.short).joined(separator: ", ")
        state.dialogs.append(
            .confirm(
                ConfirmDialog(
                    purpose: .unloadAll(server: server.name),
                    title: "Unload \(Count.text(server.models.count, "model")) from \(server.name)?",
                    text: names + (state.run?.isRunning == true ? "\nA chain runs and may need one of them." : ""),
                    yes: "unload all", no: "keep")))
    }

    private static func performOnRow(_ action: KeyAction, _ state: inout DashboardState) -> [DashboardEffect] {
        guard let row = state.selectedRow else {
            state.say(.warning, "no model is selected", hint: "\(state.keys.key(of: .load)) loads one")
            return []
        }
        let name = row.identity.model.short
        if row.isLoading {
            state.say(.warning, "\(name) is still loading", hint: "wait until it is in memory")
            return []
        }
        if case .unloading = row.phase {
            let holder = state.use(of: row).holder
            state.say(
                .info, "\(name) is already unloading",
                hint: holder.map { "held by \($0)" } ?? "it goes when its last answer is written")
            return []
        }
        switch action {
        case .unload: return unload(row, &state)
        case .keepAlive:
            state.dialogs.append(.picker(PickerDialog(purpose: .keepAlive(row.identity))))
        case .delete: askDelete(row.identity, &state)
        default: break
        }
        return []
    }

    private static func unload(_ row: ModelRow, _ state: inout DashboardState) -> [DashboardEffect] {
        let identity = row.identity
        state.pending.begin(
            .unload(server: identity.server, model: identity.model), at: state.uptime,
            before: PendingState.MemoryBefore(state.servers[identity.server]?.snapshot))
        return [.unloadModel(server: identity.server, model: identity.model)]
    }

    static func askDelete(_ identity: ModelIdentity, _ state: inout DashboardState) {
        // A server keeps it in memory then, and finds it no longer by its name.
        let isLoaded = state.servers.model(identity) != nil
        let warning = isLoaded ? "\nIt is in memory: unload it first, since nobody can by its name afterwards." : ""
        state.dialogs.append(
            .confirm(
                ConfirmDialog(
                    purpose: .delete(identity), title: "Delete \(identity.model.short)?",
                    text:
                        "It is removed from the disk of \(identity.server); to have it back, it must be pulled again."
                        + warning,
                    yes: "delete", no: "keep")))
    }
}

extension DashboardState {
    var selectedRow: ModelRow? { modelRows.first { $0.identity == models.selection } }

    /// The server that keys without a model are meant for: the selected model's, or the first that is ready.
    var targetServer: ServersState.Server? {
        if let name = models.selection?.server, let server = servers[name] { return server }
        return servers.all.first { $0.state == .ready } ?? servers.all.first
    }
}
