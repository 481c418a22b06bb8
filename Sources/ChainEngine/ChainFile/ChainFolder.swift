import Foundation
import ModelManagement
import PromptChainCore

/// Where a chain file stands, and so where the files are that it names.
struct ChainFolder {
    /// Why a file cannot be part of a chain.
    struct Refusal: Error {
        var message: String
        var hint: String?
    }

    /// How deep chains may stand in each other.
    static let depthLimit = 16

    /// The files that are being read, the outermost first.
    let files: [String]

    init(file: String, within outer: [String] = []) { files = outer + [file] }

    /// The path of a file that is named in this one.
    func path(of name: String) -> String {
        let base = URL(filePath: files.last ?? "").deletingLastPathComponent()
        return name.hasPrefix("/") ? name : URL(filePath: name, relativeTo: base).path()
    }

    /// Reads a chain that is named in this file.
    func chain(named name: String) -> Result<ChainFileResult, Refusal> {
        let path = path(of: name)
        if files.contains(where: { URL(filePath: $0).standardizedFileURL == URL(filePath: path).standardizedFileURL }) {
            return .failure(Refusal(message: "\(name) is this chain itself, or one that it is a step of"))
        }
        guard files.count < Self.depthLimit else {
            return .failure(Refusal(message: "chains stand more than \(Self.depthLimit) deep in each other"))
        }
        return .success(ChainFile.read(path: path, within: files))
    }
}
