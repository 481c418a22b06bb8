/// How much memory a model will take at a context by the best that is known: measured, or carried over from another
/// context that was measured, or reckoned by formula.
public struct FootprintForecast: Equatable, Sendable {
    /// What a forecast rests on.
    public enum Basis: String, Equatable, Sendable {
        /// The model was loaded with this context before.
        case measured
        /// It was loaded with other contexts; the difference is reckoned.
        case derived
        /// It was never loaded: weights, KV cache and buffers by formula.
        case estimated
    }

    /// The context, in tokens.
    public var contextLength: Int
    /// All of its memory, in bytes.
    public var sizeBytes: Int64
    /// What the size rests on.
    public var basis: Basis

    /// The forecast for a context; `nil` when nothing was measured and the server does not tell the model's size or
    /// shape. A context above the model's maximum is cut down to it, as servers do.
    ///
    /// Between two measured contexts the line through them counts. Outside, the nearest measured one counts, and the
    /// difference between the two estimates: the formula may err in the weights and buffers, and is good at the cache.
    /// - Parameters:
    ///   - settings: what is known of the server.
    ///   - measured: what these weights took on the same version of the server, the smallest context first.
    public init?(
        _ description: ModelDescription, contextLength: Int, settings: ServerSettings = ServerSettings(),
        measured: [MeasuredFootprint] = []
    ) {
        guard contextLength > 0, !description.model.isCloud else { return nil }
        let context = min(contextLength, description.model.contextMaximum ?? contextLength)
        self.contextLength = context
        if let exact = measured.first(where: { $0.contextLength == context }) {
            sizeBytes = exact.sizeBytes
            basis = .measured
            return
        }
        func estimate(_ context: Int) -> Int64? {
            FootprintEstimate(description, contextLength: context, settings: settings)?.totalBytes
        }
        let below = measured.last { $0.contextLength < context }
        let above = measured.first { $0.contextLength > context }
        if let below, let above {
            let span = Double(above.contextLength) - Double(below.contextLength)
            let share = (Double(context) - Double(below.contextLength)) / span
            let difference = Double(above.sizeBytes) - Double(below.sizeBytes)
            sizeBytes = Self.bounded(Double(below.sizeBytes) + difference * share)
            basis = .derived
            return
        }
        guard let reckoned = estimate(context) else { return nil }
        if let nearest = below ?? above, let there = estimate(nearest.contextLength) {
            let sum = Double(nearest.sizeBytes) + Double(reckoned) - Double(there)
            sizeBytes = sum > 0 ? Self.bounded(sum) : reckoned
            basis = .derived
        } else {
            sizeBytes = reckoned
            basis = .estimated
        }
    }

    /// The largest context, in tokens, with which a model takes no more than some memory: the maximum, or a multiple of
    /// 256 from 512 on; `nil` when none fits or nothing is known.
    public static func largestContext(
        _ description: ModelDescription, within bytes: Int64, settings: ServerSettings = ServerSettings(),
        measured: [MeasuredFootprint] = []
    ) -> Int? {
        FootprintEstimate.largestContext(maximum: description.model.contextMaximum) { context in
            FootprintForecast(description, contextLength: context, settings: settings, measured: measured)
                .map { $0.sizeBytes <= bytes } ?? false
        }
    }

    /// By how much what a model takes differs from the forecast, as a part of it: 0.1 for a tenth more.
    public func difference(of size: Int64) -> Double {
        (Double(size) - Double(sizeBytes)) / max(1, Double(sizeBytes))
    }

    private static func bounded(_ bytes: Double) -> Int64 { Int64(max(0, min(bytes, 9e18))) }
}
