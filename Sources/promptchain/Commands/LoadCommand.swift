import ArgumentParser
import ChainEngine
import ModelManagement
import PromptChainCore

/// `promptchain load MODEL`: brings a model into memory.
struct LoadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load", abstract: "Load a model and wait until it is ready.",
        usage: "promptchain load <model> [<options>]")

    @Argument(help: "The model.")
    var model: String

    @Option(
        help: ArgumentHelp("The context to allocate: a number of tokens, or max.", valueName: "n|max"),
        transform: ContextOption.init(parsing:))
    var context: ContextOption?

    @Option(
        name: .customLong("keep-alive"), parsing: .unconditional,
        help: ArgumentHelp("How long it stays after its last use: 5m, 1h, 300; -1 pins it.", valueName: "duration"),
        transform: DurationOption.init(parsing:))
    var keepAlive: DurationOption?

    @OptionGroup var target: ServerOption
    @OptionGroup var output: JSONOption
    @OptionGroup var common: CommonOptions

    func run() throws {
        let composition = try Composition(common: common)
        let name = ModelName(model)
        let asked = loadParameters
        let wantsMaximum = context?.policy == .maximum
        let (info, parameters, canChoose) = try composition.withServer(target.server, waiting: "loading \(name.short)")
        { server in
            var parameters = asked
            if wantsMaximum {
                parameters.contextLength = try await server.describe(name).model.contextMaximum
            }
            let info = try await server.manager.loadModel(name, params: parameters)
            return (info, parameters, server.capabilities.contains(.chooseContext))
        }
        if output.json {
            Console.line(JSONText.pretty(info))
        } else {
            Console.line(Console.safe(Self.sentence(info)))
        }
        for line in warnings(info, asked: parameters.contextLength, canChoose: canChoose) {
            Console.error(Console.safe(line))
        }
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

    private func warnings(_ info: ModelInfo, asked: Int?, canChoose: Bool) -> [String] {
        var lines: [String] = []
        if context?.policy == .maximum, asked == nil {
            lines.append("warning: the server does not tell the maximum of \(info.name.short): its default is used")
        }
        if let asked, let got = info.contextLength, got < asked {
            let reason =
                canChoose ? "more than \(info.name.short) can do" : "the server decides, and was set up with that"
            lines.append("warning: the context is \(got), not \(asked): \(reason)")
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

    private var loadParameters: LoadParameters {
        var parameters = LoadParameters()
        if case .tokens(let tokens)? = context?.policy { parameters.contextLength = tokens }
        if let keepAlive {
            parameters.keepAlive = keepAlive.seconds < 0 ? .forever : .seconds(keepAlive.seconds)
        }
        return parameters
    }
}
