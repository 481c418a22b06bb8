/// Makes embeddings that follow from model and text: texts with common words have similar vectors.
enum EmbeddingComposer {
    /// A vector of length 1.
    static func vector(_ text: String, model: SimulatedModel, dimensions: Int? = nil) -> [Float] {
        let size = model.geometry.embedding
        var sum = direction("\(model.weightsKey) bias", size).map { $0 * 0.5 }
        for piece in WordPieces.split(text.lowercased()) {
            let part = direction("\(model.weightsKey)\u{1}\(piece.trimmingWhitespace)", size)
            for index in 0..<size { sum[index] += part[index] }
        }
        if let dimensions, dimensions > 0, dimensions < size { sum = Array(sum.prefix(dimensions)) }
        let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return sum.map { Float($0 / max(length, 1e-12)) }
    }

    private static func direction(_ seed: String, _ size: Int) -> [Double] {
        var generator = SeededGenerator(seed: StableHash.of(seed))
        return (0..<size).map { _ in Double.random(in: -1...1, using: &generator) }
    }
}
