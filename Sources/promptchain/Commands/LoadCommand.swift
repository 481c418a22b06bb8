import ArgumentParser
import ModelManagement
import PromptChainCore

/// `promptchain load MODEL`: brings a model into memory.
struct LoadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load", abstract: "Load a model and wait until it is ready.")

    @Argument(help: "The model.")
    var model: String

    @Option(help: ArgumentHelp("The context to allocate: a number of tokens, or max.", valueName: "n|max"))
    var context: String?

    @Option(
        name: .customLong("keep-alive"), parsing: .unconditional,
        help: ArgumentHelp("How long it stays after its last use: 5m, 1h, 300; -1 pins it.", valueName: "duration"))
    var keepAlive: DurationOption?

    @OptionGroup var target: ServerOption
    @OptionGroup var output: JSONOption
    @OptionGroup var common: CommonOptions

    func run() throws {
        let composition = try Composition(common: common)
        let name = ModelName(model)
        let parameters = try loadParameters
        let wantsMaximum = context?.lowercased() == "max"
        let info = try composition.withServer(target.server) { server in
            var parameters = parameters
            if wantsMaximum {
                parameters.contextLength = try await server.describe(name).model.contextMaximum
            }
            return try await server.manager.loadModel(name, params: parameters)
        }
        if output.json {
            Console.line(JSONText.pretty(info))
        } else {
            var text = "\(info.name.short) is loaded on \(info.server)"
            if let seconds = info.loadSeconds { text += " after \(Seconds.text(seconds))" }
            if let bytes = info.vramBytes, bytes > 0 { text += ", \(ByteCount.text(bytes)) of VRAM" }
            if let context = info.contextLength { text += ", context \(context)" }
            Console.line(text)
        }
        if let spill = info.cpuBytes, spill > 0, let vram = info.vramBytes, vram > 0 {
            Console.error(
                "warning: \(ByteCount.text(spill)) of \(info.name.short) do not fit in VRAM and run on the CPU")
            Console.error("  a smaller context or quantization would be faster: --context N")
        }
    }

    private var loadParameters: LoadParameters {
        get throws {
            var parameters = LoadParameters()
            if let context, context.lowercased() != "max" {
                guard let tokens = Int(context), tokens > 0 else {
                    throw ValidationError("--context takes a number of tokens, or max; not '\(context)'")
                }
                parameters.contextLength = tokens
            }
            if let keepAlive {
                parameters.keepAlive = keepAlive.seconds < 0 ? .forever : .seconds(keepAlive.seconds)
            }
            return parameters
        }
    }
}
