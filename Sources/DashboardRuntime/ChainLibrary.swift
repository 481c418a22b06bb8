import ChainEngine
import Dashboard
import Foundation
import PromptChainCore

/// The chain files that can be picked: those of some folders, and those that the program brings along.
public struct ChainLibrary: Sendable {
    /// The path under which a chain that the program brings along is known.
    public static let shippedPrefix = "shipped:"

    private let folders: [String]
    private let shipped: [(name: String, text: String)]

    /// A library.
    /// - Parameters:
    ///   - folders: where to look, in order; what is not there is passed over.
    ///   - shipped: file names and texts of chains that the program brings along.
    public init(folders: [String], shipped: [(name: String, text: String)] = []) {
        self.folders = folders
        self.shipped = shipped
    }

    /// All chain files, good and bad alike. A YAML file that is plainly something else is left out.
    func summaries() -> [ChainFileSummary] {
        let found = folders.flatMap(Self.chainFiles).map { Self.summary(path: $0, ChainFile.read(path: $0)) }
        // A copy in a folder goes before the one that the program brings along.
        let names = Set(found.map { Self.fileName($0.path) })
        let brought = shipped.filter { !names.contains($0.name) }.map { file in
            let path = Self.shippedPrefix + file.name
            return Self.summary(path: path, ChainFile.parse(file.text, file: path))
        }
        return found + brought
    }

    /// Reads one chain by the path that `summaries` gave.
    func read(_ path: String) -> ChainFileResult {
        if let file = shipped.first(where: { Self.shippedPrefix + $0.name == path }) {
            return ChainFile.parse(file.text, file: path)
        }
        return ChainFile.read(path: path)
    }

    private static func summary(path: String, _ result: ChainFileResult) -> ChainFileSummary {
        return ChainFileSummary(
            path: path, name: result.chain?.name ?? fileName(path), steps: result.chain?.steps.map(\.name) ?? [],
            models: result.chain?.models ?? [], faults: result.faults)
    }

    private static func fileName(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    private static func chainFiles(in folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }.map { name in
            folder == "." ? name : "\(folder)/\(name)"
        }.filter(looksLikeChain)
    }

    private static func looksLikeChain(_ path: String) -> Bool {
        guard let handle = FileHandle(forReadingAtPath: path) else { return false }
        defer { try? handle.close() }
        let head = String(decoding: (try? handle.read(upToCount: 65_536)) ?? Data(), as: UTF8.self)
        return head.split(separator: "\n").contains { $0.hasPrefix("steps:") || $0.hasPrefix("instructions:") }
    }
}
