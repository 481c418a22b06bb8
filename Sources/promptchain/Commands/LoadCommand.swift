import ArgumentParser
import ChainEngine
import DashboardRuntime
import ModelManagement
import PromptChainCore

/// `promptchain load MODEL`: brings a model into memory.
struct LoadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load", abstract: "Load a model and wait until it is ready.",
        usage: "promptchain load <model> [<options>]")

    @Argument(help: "The model, as in llama3.1:8b.")
    var model: String

    @Option(
        help: ArgumentHelp(
            "The context to allocate: a number of tokens; max; or fit, the largest that keeps the model in VRAM.",
            valueName: "n|max|fit"),
        transform: ContextOption.init(parsing:))
    var context: ContextOption?

    @Option(
        name: .customLong("keep-alive"), parsing: .unconditional,
        help: ArgumentHelp("How long it stays after its last use: 5m, 1h, 300; -1 pins it.", valueName: "duration"),
        transform: DurationOption.init(parsing:))
    var keepAlive: DurationOption?

    @Option(
        help: ArgumentHelp("The GPU memory of the server, such as 24GiB, where it cannot be read.", valueName: "size"),
        transform: MemoryOption.init(parsing:))
    var vram: MemoryOption?

    @OptionGroup var target: ServerOption
    @OptionGroup var output: JSONOption
    @OptionGroup var common: CommonOptions

    func run() throws {
        let composition = try Composition(common: common)
        let name = ModelName(model)
        let store = composition.measurements
        let command = self
        let (info, loaded, outlook, asked, canChoose) = try composition.withServer(
            target.server, waiting: "loading \(name.short)"
        ) {
            server in
            var outlook = await composition.outlook(
                of: name, on: server, choice: command.target.server, option: command.vram)
            let parameters = try await command.parameters(outlook, on: server)
            outlook.contextLength = parameters.contextLength
            command.warn(of: outlook)
            let info = try await server.manager.loadModel(name, params: parameters)
            let loaded = try? await server.manager.loadedModels()
            return (info, loaded, outlook, parameters.contextLength, server.capabilities.contains(.chooseContext))
        }
        for measurement in outlook.measurements(of: info, beside: loaded) { store?.record(measurement) }
        if output.json {
            Console.line(JSONText.pretty(info))
        } else {
            Console.line(Console.safe(Self.sentence(info)))
        }
        for line in warnings(
            info, asked: asked, maximum: outlook.description?.model.contextMaximum, canChoose: canChoose)
        {
            Console.error(Console.safe(line))
        }
    }

    private func parameters(_ outlook: ModelOutlook, on server: WatchedServer) async throws -> LoadParameters {
        var parameters = LoadParameters()
        if let keepAlive {
            parameters.keepAlive = keepAlive.seconds < 0 ? .forever : .seconds(keepAlive.seconds)
        }
        switch context?.policy {
        case .tokens(let tokens)?: parameters.contextLength = tokens
        case .maximum?:
            // Asked again where it was not told, so that the reason is.
            let description =
                if let known = outlook.description { known } else { try await server.describe(outlook.model) }
            parameters.contextLength = description.model.contextMaximum
        case .fit? where !outlook.model.isCloud:
            parameters.contextLength = try await fittingContext(outlook, on: server)
        case .fit?, .serverDefault?, nil: break
        }
        return parameters
    }

    private func fittingContext(_ outlook: ModelOutlook, on server: WatchedServer) async throws -> Int {
        let description =
            if let known = outlook.description { known } else { try await server.describe(outlook.model) }
        guard outlook.basis.usableBytes != nil else {
            throw CommandFailure(
                message: "nobody says how much GPU memory \(server.name) has, so no context can be fitted to it",
                hint: "--vram SIZE says how much there is, as does vram of the server in the configuration. "
                    + "A number of tokens needs no capacity.",
                status: ExitStatus.usage)
        }
        let smallest = min(2048, description.model.contextMaximum ?? 2048)
        guard outlook.footprint(at: smallest) != nil else {
            throw CommandFailure(
                message: "\(server.name) does not say how much memory a context of \(outlook.model.short) takes",
                hint: "Give the context as a number of tokens.")
        }
        // Where not even a small context fits, the less of the model runs on the CPU the better.
        return outlook.fittingContext ?? smallest
    }

    private func warn(of outlook: ModelOutlook) {
        guard let spill = outlook.spill else { return }
        Console.error(Console.safe("warning: \(spill.message)"))
        Console.error(Console.safe("  \(spill.advice)"))
    }

    private static func sentence(_ info: ModelInfo) -> String {
        guard !info.name.isCloud else { return "\(info.name.short) runs in the cloud: there is nothing to load" }
        var text = "\(info.name.short) is loaded on \(info.server)"
        if let seconds = info.loadSeconds { text += " after \(Seconds.text(seconds))" }
        if let bytes = info.vramBytes, bytes > 0 { text += ", \(ByteCount.text(bytes)) of VRAM" }
        if let context = info.contextLength { text += ", context \(context)" }
        if info.isPinned { text += ", pinned" }
        return text
    }

    private func warnings(_ info: ModelInfo, asked: Int?, maximum: Int?, canChoose: Bool) -> [String] {
        var lines: [String] = []
        if context?.policy == .maximum, asked == nil {
            lines.append("warning: the server does not tell the maximum of \(info.name.short): its default is used")
        }
        if let asked, let got = info.contextLength, got != asked {
            lines.append(
                "warning: the context is \(got), not \(asked): \(Self.reason(info, asked, maximum, canChoose))")
        }
        if let spill = info.cpuBytes, spill > 0, let size = info.sizeBytes {
            lines += [
                "warning: \(ByteCount.text(spill)) of the \(ByteCount.text(size)) of \(info.name.short) are not in VRAM "
                    + "and run on the CPU, which is slow",
                "  A smaller context (--context N), a smaller quantization or unloading other models makes room.",
            ]
        }
        return lines
    }

    /// Why a model has another context than was asked for. One without a load time was in memory before, and nothing
    /// was loaded now.
    private static func reason(_ info: ModelInfo, _ asked: Int, _ maximum: Int?, _ canChoose: Bool) -> String {
        if !canChoose { return "the server decides, and was set up with that" }
        if info.loadSeconds == nil { return "it was loaded with that before" }
        let got = info.contextLength ?? 0
        return got < asked && asked > maximum ?? got
            ? "more than \(info.name.short) can do" : "the server chose another one"
    }
}
