/// What will happen to a model that does not fit: how much of it the CPU will compute, and what would fit.
public struct SpillForecast: Equatable, Sendable {
    /// The model.
    public var model: ModelName
    /// What it needs, and what that rests on.
    public var footprint: FootprintForecast
    /// The GPU memory that it can use, in bytes.
    public var usableBytes: Int64
    /// What does not fit, in bytes.
    public var spilledBytes: Int64
    /// About how many layers the CPU computes; `nil` when it is not known how many there are.
    public var spilledLayers: Int?
    /// The largest context with which it fits, in tokens; `nil` when none does.
    public var fittingContext: Int?

    /// The forecast of a load; `nil` when the model fits, or when it is not known what it needs.
    /// - Parameters:
    ///   - contextLength: the context to load it with, in tokens.
    ///   - usableBytes: the GPU memory that it can use: the capacity without a margin and without what must stay.
    ///   - settings: what is known of the server.
    ///   - measured: what these weights took on the server before, the smallest context first.
    public init?(
        description: ModelDescription, contextLength: Int, usableBytes: Int64,
        settings: ServerSettings = ServerSettings(), measured: [MeasuredFootprint] = []
    ) {
        let usable = max(0, usableBytes)
        guard
            let footprint = FootprintForecast(
                description, contextLength: contextLength, settings: settings, measured: measured),
            footprint.sizeBytes > usable
        else { return nil }
        model = description.model.name
        self.footprint = footprint
        self.usableBytes = usable
        spilledBytes = footprint.sizeBytes - usable
        // Servers place whole layers, which are about equally large.
        spilledLayers = description.geometry.map { geometry in
            let share = Double(spilledBytes) / Double(footprint.sizeBytes)
            return min(geometry.layers, Int((share * Double(geometry.layers)).rounded(.up)))
        }
        fittingContext = FootprintForecast.largestContext(
            description, within: usable, settings: settings, measured: measured)
    }

    /// The context that was asked about, in tokens.
    public var contextLength: Int { footprint.contextLength }

    /// The share of the model that the CPU computes, 0…1.
    public var spilledShare: Double { Double(spilledBytes) / Double(footprint.sizeBytes) }

    /// What will happen, in a sentence.
    public var message: String {
        let measured = footprint.basis == .measured ? " (measured)" : ""
        return "\(model.short) at \(contextLength) tokens needs \(ByteCount.text(footprint.sizeBytes))\(measured); "
            + "\(ByteCount.text(usableBytes)) can be used: about \(ByteCount.text(spilledBytes)) would run on the CPU."
    }

    /// What would help, in a sentence.
    public var advice: String {
        fittingContext.map { "A context of \($0) fits." }
            ?? "No context fits: a smaller quantization or a smaller model does."
    }

    /// Both sentences.
    public var sentence: String { "\(message) \(advice)" }
}
