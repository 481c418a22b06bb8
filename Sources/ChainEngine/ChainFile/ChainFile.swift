import PromptChainCore

/// What reading a chain file gave.
public struct ChainFileResult: Equatable, Sendable {
    /// The chain; `nil` when the file has an error.
    public var chain: Chain?
    /// Everything that is wrong with the file, in the order of its lines. Warnings leave the chain usable.
    public var faults: [FileFault]

    /// A result.
    public init(chain: Chain?, faults: [FileFault]) {
        self.chain = chain
        self.faults = faults
    }
}

/// Reads chains from files. Nothing that a file holds makes this fail in another way than by its faults.
public enum ChainFile {
    /// The largest file that is read, in bytes.
    public static let byteLimit = 4 * 1024 * 1024

    /// Reads the file at a path.
    public static func read(path: String) -> ChainFileResult {
        switch ChainFileText.read(path: path, limit: byteLimit) {
        case .success(let text): parse(text, file: path)
        case .failure(let fault): ChainFileResult(chain: nil, faults: [fault])
        }
    }

    /// Reads a chain from a text.
    /// - Parameter file: The name by which the faults call the text.
    public static func parse(_ text: String, file: String) -> ChainFileResult {
        guard text.utf8.count <= byteLimit else {
            return ChainFileResult(chain: nil, faults: [ChainFileText.tooLarge(file: file, limit: byteLimit)])
        }
        let source = SourceText(text, file: file)
        switch source.compose() {
        case .success(let root):
            let faults = FaultCollector(source: source)
            let chain = ChainReader(faults: faults).chain(from: root)
            let sorted = faults.sorted
            return ChainFileResult(chain: sorted.contains { $0.severity == .error } ? nil : chain, faults: sorted)
        case .failure(let fault):
            return ChainFileResult(chain: nil, faults: [fault])
        }
    }
}
