import Foundation
import PromptChainCore
import Testing

@testable import DashboardRuntime

@Suite struct ChainLibraryTests {
    private let chain = "name: One\nsteps:\n  - {name: Only, model: m, instruction: \"Say {input}\"}\n"

    /// A folder with files, removed at the end.
    private func withFolder(_ files: [String: String], _ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files {
            try text.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
        }
        try body(folder.path)
    }

    @Test func goodAndBadFilesAreListedAndOthersAreNot() throws {
        let files = [
            "one.yaml": chain, "bad.yml": "steps: 3\n", "compose.yaml": "services: {}\n", "notes.txt": "steps:",
        ]
        try withFolder(files) { folder in
            let found = ChainLibrary(folders: [folder, "/nowhere"]).summaries()
            #expect(found.map(\.name) == ["bad.yml", "One"])
            #expect(found.map(\.isUsable) == [false, true])
            #expect(found[1].models == ["m"] && found[1].steps == ["Only"])
        }
    }

    @Test func aCopyInAFolderGoesBeforeTheShippedFile() throws {
        try withFolder(["one.yaml": chain]) { folder in
            let shipped = [(name: "one.yaml", text: chain), (name: "two.yaml", text: chain)]
            let library = ChainLibrary(folders: [folder], shipped: shipped)
            #expect(library.summaries().map(\.path) == ["\(folder)/one.yaml", "shipped:two.yaml"])
            #expect(library.read("shipped:two.yaml").chain?.name == "One")
        }
    }
}
