import PromptChainCore

/// What stands in the columns of the Models pane.
enum ModelCell {
    static func text(_ column: ModelColumn, of row: ModelRow, in state: DashboardState) -> (String, ThemeRole) {
        let info = row.info
        switch column {
        case .size: return (info?.sizeBytes.map { SizeText.short($0) } ?? "", .text)
        case .vram:
            guard let fraction = info?.vramFraction else { return ("", .text) }
            let percent = Count.whole((fraction * 100).rounded(.down))
            return percent < 100 ? ("\(percent)%!", .warning) : ("100%", .text)
        case .cpu:
            guard let cpu = info?.cpuBytes, cpu > 0 else { return ("", .text) }
            return ("\(SizeText.short(cpu))", .warning)
        case .parts: return (state.parts(of: row)?.short ?? "", .muted)
        case .context: return (info?.contextLength.map { Count.tokens($0) } ?? "", .text)
        case .used: return used(row.activity)
        case .requests:
            let use = state.use(of: row)
            return (use.count == "0" ? "" : use.count, (use.waiting ?? 0) > 0 ? .warning : .text)
        case .until:
            if let age = row.age { return ("\(RunningTime.passed(age)) old", .stale) }
            return (PhaseText.short(row.phase), PhaseText.role(row.phase))
        case .client: return client(state.use(of: row))
        case .server: return (state.servers.shortName(of: row.identity.server), .muted)
        case .quantization: return (parameter("quantization", of: info), .muted)
        case .parameters: return (parameter("parameter_size", of: info), .muted)
        case .load: return (info?.loadSeconds.map { Seconds.text($0) } ?? "", .muted)
        }
    }

    /// The context in use; nearly full, the server cuts what comes next.
    private static func used(_ activity: ModelActivity?) -> (String, ThemeRole) {
        guard let tokens = activity?.contextTokens else { return ("", .text) }
        let isFull = activity?.contextLength.map { $0 > 0 && Double(tokens) / Double($0) > 0.9 } ?? false
        return (Count.tokens(tokens) + (isFull ? "!" : ""), isFull ? .warning : .text)
    }

    private static func client(_ use: ModelUse) -> (String, ThemeRole) {
        guard let client = use.client else { return ("", .muted) }
        return (client + (use.seconds.map { " \(RunningTime.passed($0))" } ?? ""), .muted)
    }

    private static func parameter(_ name: String, of info: ModelInfo?) -> String {
        if case .string(let text) = info?.parameters[name] { return text }
        return ""
    }

    /// What a model waits for that is to leave, the longest first; `nil` when nothing is known to hold it.
    static func waiting(_ use: ModelUse, seconds: Double) -> [String]? {
        let time = RunningTime.passed(seconds)
        guard let requests = use.requests, requests > 0 else { return nil }
        let count = Count.text(requests, "request")
        return ["unload \(time): \(count)", "\(time): \(count)", "\(time): \(requests) req"]
    }
}
