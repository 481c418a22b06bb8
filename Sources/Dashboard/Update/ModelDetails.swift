import PromptChainCore

/// Says all that is known about a model, and who says it.
enum ModelDetails {
    private static let names = ["parameter_size": "parameters", "quantization_level": "quantization"]

    static func dialog(for row: ModelRow, in state: DashboardState) -> MessageDialog {
        var page = Page()
        told(row, state, &page)
        seen(row, state, &page)
        reckoned(row, state, &page)
        return MessageDialog(title: row.identity.model.short, lines: page.lines)
    }

    private struct Page {
        var lines: [MessageDialog.Line] = []

        mutating func add(_ label: String, _ text: String?, role: ThemeRole = .text) {
            if let text { lines.append(MessageDialog.Line(label: label, text: text, role: role)) }
        }

        mutating func heading(_ text: String) { lines.append(MessageDialog.Line(text: text, role: .muted)) }
    }

    /// What the server says.
    private static func told(_ row: ModelRow, _ state: DashboardState, _ page: inout Page) {
        let info = row.info
        page.add("name", row.identity.model.canonical)
        page.add("server", source(row, state))
        page.add("memory", info?.sizeBytes.map { ByteCount.text($0) })
        page.add(
            "in VRAM",
            info?.vramBytes.map { bytes in
                ByteCount.text(bytes) + (info?.vramFraction.map { ", \(Count.whole($0 * 100)) %" } ?? "")
            })
        if let cpu = info?.cpuBytes, cpu > 0 {
            page.add("on the CPU", "\(ByteCount.text(cpu)): it did not fit, and is slower for it", role: .warning)
        }
        page.add("context", info?.contextLength.map { Count.text($0, "token") })
        page.add("state", PhaseText.long(row.phase))
        page.add("load took", info?.loadSeconds.map { Seconds.text($0) })
        let usual = state.servers[row.identity.server]?.snapshot?.usualLoadSeconds[row.identity.model]
        page.add("usually", usual.map { Seconds.text($0) })
        if state.servers[row.identity.server]?.snapshot?.missingModels?.contains(row.identity.model) == true {
            page.add("on disk", "no: once it leaves memory it is gone", role: .warning)
        }
        for (key, value) in (info?.parameters ?? [:]).sorted(by: { $0.key < $1.key }) {
            if case .string(let text) = value, !text.isEmpty {
                page.add(names[key] ?? key.split(separator: "_").joined(separator: " "), text)
            }
        }
        page.add("digest", info?.digest)
    }

    /// `gpu-box (Ollama 0.32.1), 2s ago`.
    private static func source(_ row: ModelRow, _ state: DashboardState) -> String? {
        guard let server = state.servers[row.identity.server] else {
            return row.identity.server.isEmpty ? nil : row.identity.server
        }
        let version = server.snapshot?.version.map { " \($0)" } ?? ""
        // A silent server's newest reading only says that it is silent.
        let seconds = row.age ?? server.snapshot.map { max(0, state.clock - $0.time.timeIntervalSince1970) }
        let age = seconds.map { ", \(RunningTime.passed($0)) ago" }
        return "\(server.name) (\(server.description.provider)\(version))\(age ?? "")"
    }

    /// What its runner and the kernel show.
    private static func seen(_ row: ModelRow, _ state: DashboardState, _ page: inout Page) {
        guard let activity = row.activity else { return }
        let use = state.use(of: row)
        page.heading("what its runner shows")
        page.add("requests", use.requestText)
        page.add("at work", use.seconds.flatMap { $0 >= 1 ? "at least \(RunningTime.passed($0))" : nil })
        page.add("for", use.client)
        page.add(
            "in the context",
            activity.contextTokens.map { tokens in
                Count.text(tokens, "token") + (activity.contextLength.map { " of \(Count.tokens($0))" } ?? "")
            })
        page.add("speed", activity.tokensPerSecond.map { "\(ByteCount.fixed($0, digits: 1)) tokens/s" })
        guard let process = activity.process else { return }
        let parts = [
            "\(process.processID)", process.state?.rawValue, process.ageSeconds.map { "\(RunningTime.passed($0)) old" },
            process.readBytes.map { "\(ByteCount.text($0)) read from disk" },
        ]
        page.add("process", parts.compactMap { $0 }.joined(separator: ", "))
        page.add("started with", process.settings.map(settings))
    }

    /// `8192 tokens for 2 requests, KV q8_0, flash attention on, 33 layers on the GPU`.
    private static func settings(_ settings: RunnerSettings) -> String {
        let slots = settings.parallelSlots.map { " for \(Count.text($0, "request"))" } ?? ""
        let keys = settings.keyType ?? settings.valueType
        let values = settings.valueType.flatMap { $0 == keys ? nil : " and \($0)" } ?? ""
        let parts = [
            settings.contextTokens.map { Count.text($0, "token") + slots }, keys.map { "KV \($0)\(values)" },
            settings.flashAttention.map { "flash attention \($0)" },
            // Numbers beyond any model's stand for all of its layers.
            settings.gpuLayers.map { ($0 >= 999 ? "all layers" : Count.text($0, "layer")) + " on the GPU" },
        ]
        return parts.compactMap { $0 }.joined(separator: ", ")
    }

    /// What is made of it.
    private static func reckoned(_ row: ModelRow, _ state: DashboardState, _ page: inout Page) {
        guard let outlook = state.outlooks[row.identity] else { return }
        if let parts = state.parts(of: row) {
            page.heading("its memory, in parts")
            page.add("weights", "\(ByteCount.text(parts.weights)), the size of its files")
            page.add("KV cache", "~\(ByteCount.text(parts.cache)), by formula")
            page.add(
                "buffers",
                "~\(ByteCount.text(parts.buffers)), \(parts.isMeasured ? "the rest of what the server says" : "by formula")"
            )
        }
        if let maximum = outlook.description?.model.contextMaximum {
            page.add("longest context", Count.text(maximum, "token"))
        }
        if let info = row.info, let size = info.sizeBytes, let context = info.contextLength,
            let forecast = outlook.footprint(at: context)
        {
            let difference = Count.whole(forecast.difference(of: size) * 100)
            page.add(
                forecast.basis == .measured ? "the last time" : "estimate",
                "\(ByteCount.text(forecast.sizeBytes)); it takes \(difference > 0 ? "+" : "")\(difference) %")
        }
    }
}
