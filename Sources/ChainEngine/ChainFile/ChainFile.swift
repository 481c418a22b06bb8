import ModelManagement
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

/// Reads chains from files. Whatever a file holds, the worst that comes of it is faults.
public enum ChainFile {
    /// The largest file that is read, in bytes.
    public static let byteLimit = 4 * 1024 * 1024

    /// Reads the file at a path.
    public static func read(path: String) -> ChainFileResult { read(path: path, within: []) }

    /// - Parameter outer: the files that are being read and lead to this one.
    static func read(path: String, within outer: [String]) -> ChainFileResult {
        switch ChainFileText.read(path: path, limit: byteLimit) {
        case .success(let text): parse(text, file: path, within: outer)
        case .failure(let fault): ChainFileResult(chain: nil, faults: [fault])
        }
    }

    /// Reads a chain from a text.
    /// - Parameter file: The name by which the faults call the text, and from which files in it are found.
    public static func parse(_ text: String, file: String) -> ChainFileResult {
        parse(text, file: file, within: [])
    }

    private static func parse(_ text: String, file: String, within outer: [String]) -> ChainFileResult {
        let faults = FaultCollector(file: file)
        let source = SourceText(text)
        var chain: Chain?
        if isReadable(source, faults: faults) {
            if let root = YAMLDocument.parse(text, faults: faults), !root.isNull {
                chain = ChainReader(source: source, faults: faults, folder: ChainFolder(file: file, within: outer))
                    .chain(from: root)
            } else if !faults.hasErrors {
                faults.add(
                    message: text.isEmpty ? "the file is empty" : "the file holds no chain",
                    hint: "A chain has a name and steps: docs/chain-files.md shows one.")
            }
        }
        return ChainFileResult(chain: faults.hasErrors ? nil : chain, faults: faults.faults)
    }

    private static func isReadable(_ source: SourceText, faults: FaultCollector) -> Bool {
        if source.text.utf8.count > byteLimit {
            faults.add(message: ChainFileText.tooLarge, hint: ChainFileText.tooLargeHint)
            return false
        }
        if let line = source.lineNestedTooDeeply {
            faults.add(
                line: line, column: 1,
                message: "lists and mappings stand more than \(SourceText.depthLimit) deep in each other",
                hint: "Are brackets in a text meant as text? Close them, or shorten the text.")
            return false
        }
        if source.mayGrowBeyondBounds {
            faults.add(message: "the file repeats itself by too many anchors (&) and aliases (*)", hint: nil)
            return false
        }
        return true
    }
}
