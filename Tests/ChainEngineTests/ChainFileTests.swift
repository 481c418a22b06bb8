import Foundation
import PromptChainCore
import Testing

@testable import ChainEngine

private let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

private func files(in folder: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: fixtures.appending(path: folder).path())) ?? []
    return names.filter { $0.hasSuffix(".yaml") }.sorted()
}

/// What `check` prints for a file, with the path cut down to the file's name.
private func report(_ result: ChainFileResult, name: String) -> String {
    result.faults.map { fault in
        var short = fault
        short.file = name
        return short.description + "\n"
    }.joined()
}

@Suite struct ChainFileTests {
    @Test(arguments: files(in: "invalid"))
    func faultsOf(name: String) throws {
        let path = fixtures.appending(path: "invalid/\(name)").path()
        let result = ChainFile.read(path: path)
        // Set to write the expectations anew, after a look at what changed.
        if ProcessInfo.processInfo.environment["PROMPTCHAIN_WRITE_EXPECTED"] != nil {
            try report(result, name: name)
                .write(toFile: path.replacing(".yaml", with: ".expected"), atomically: true, encoding: .utf8)
        }
        let expected = try? String(contentsOfFile: path.replacing(".yaml", with: ".expected"), encoding: .utf8)
        #expect(report(result, name: name) == expected)
        #expect(result.chain == nil)
    }

    @Test(arguments: files(in: "valid"))
    func noFaultsIn(name: String) {
        let result = ChainFile.read(path: fixtures.appending(path: "valid/\(name)").path())
        #expect(report(result, name: name) == "")
        #expect(result.chain != nil)
    }
}
