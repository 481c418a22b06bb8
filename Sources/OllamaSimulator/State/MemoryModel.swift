/// How much memory a model needs, and where it goes.
///
/// The need is the file, the keys and values of a context at 16 bits, and a compute buffer. Ollama's own prediction,
/// which decides about evictions, is another figure: it takes embedding / heads for the length of a head, ignores
/// sliding windows, and adds room for large batches.
enum MemoryModel {
    /// Where the bytes of a loaded model are.
    struct Placement: Sendable, Equatable {
        /// All bytes, on the GPU and beside it.
        var sizeBytes: Int64
        /// The bytes on the GPU.
        var vramBytes: Int64
    }

    /// Bytes of one element of a key or a value: f16.
    private static let elementBytes: Int64 = 2

    /// The context that a runner gets: clamped to what the model was trained for.
    static func effectiveContext(_ asked: Int, model: SimulatedModel) -> Int {
        min(asked, model.geometry.contextMaximum)
    }

    /// Bytes of the keys and values of `context` tokens for each of `parallel` requests.
    static func cacheBytes(_ model: SimulatedModel, context: Int, parallel: Int) -> Int64 {
        let geometry = model.geometry
        // llama.cpp keeps the cells in steps of 256.
        let cells = Int64((context * parallel + 255) / 256 * 256)
        let perToken = Int64(geometry.kvHeads * geometry.headLength * 2) * elementBytes
        guard let window = geometry.slidingWindow else { return Int64(geometry.layers) * perToken * cells }
        let global = Int64(geometry.layers / max(geometry.globalEvery, 1))
        let windowCells = min(cells, Int64(window * parallel + 512))
        return perToken * (global * cells + (Int64(geometry.layers) - global) * windowCells)
    }

    /// Bytes of the buffers for a batch of 512 tokens; the factor fits what was measured on a real server.
    static func computeBytes(_ model: SimulatedModel) -> Int64 { Int64(model.geometry.embedding) * 512 * 4 * 14 }

    /// All bytes that a loaded model holds.
    static func neededBytes(_ model: SimulatedModel, context: Int, parallel: Int) -> Int64 {
        model.fileBytes + cacheBytes(model, context: context, parallel: parallel) + computeBytes(model)
    }

    /// What Ollama predicts that a model needs on the GPU, with the room for its batch.
    static func predictedBytes(_ model: SimulatedModel, context: Int, parallel: Int, available: Int64) -> Int64 {
        let geometry = model.geometry
        let headLength = Int64(geometry.embedding / max(geometry.heads, 1))
        let cells = Int64(context * parallel)
        let cache = 2 * Int64(geometry.layers) * Int64(geometry.kvHeads) * headLength * cells * elementBytes
        let predicted = model.fileBytes + cache
        guard model.can("completion") else { return predicted }
        return predicted + batchSurcharge(context: context * parallel, predicted: predicted, available: available)
    }

    /// Puts a model on a GPU with `free` bytes left, layer by layer; what does not fit stays beside it.
    ///
    /// - Parameter layers: how many layers the request wants on the GPU (`num_gpu`); `nil` or negative for all.
    static func place(
        _ model: SimulatedModel, context: Int, parallel: Int, free: Int64, layers: Int? = nil
    ) -> Placement {
        let size = neededBytes(model, context: context, parallel: parallel)
        // The output layer counts as one more.
        let total = Int64(model.geometry.layers + 1)
        let asked = layers.flatMap { $0 < 0 ? nil : Int64($0) } ?? total
        if asked >= total, size <= free { return Placement(sizeBytes: size, vramBytes: size) }
        let compute = computeBytes(model)
        let perLayer = (size - compute) / total
        let fitting = max(0, min(asked, (free - compute) / max(perLayer, 1), total - (size > free ? 1 : 0)))
        return Placement(sizeBytes: size, vramBytes: fitting > 0 ? compute + fitting * perLayer : 0)
    }

    /// Ollama's batch grows with the context where memory allows it, and its prediction with the batch.
    private static func batchSurcharge(context: Int, predicted: Int64, available: Int64) -> Int64 {
        let threshold = available * 80 / 100
        let large: Int64 = 2 << 30
        let medium: Int64 = 768 << 20
        if context > 32768, predicted <= available * 60 / 100, large <= threshold - predicted { return large }
        if context > 4096, predicted <= available * 75 / 100, medium <= threshold - predicted { return medium }
        return 0
    }
}
