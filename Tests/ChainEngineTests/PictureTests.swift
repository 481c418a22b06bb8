import Foundation
import ModelManagement
import PromptChainCore
import Testing

@testable import ChainEngine

@Suite struct PictureTests {
    private let bench = Bench()

    private func run(_ images: [String], on server: FakeServer) async -> ChainEvent.RunResult {
        var chain = chain([small])
        chain.steps[0].call?.images = images
        return await bench.run(chain, on: server)
    }

    @Test func picturesGoWithTheInstruction() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "picture-\(UUID().uuidString).png").path()
        try Data([0x89, 0x50, 0x4E, 0x47]).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let server = gpuBox(bench.clock)
        #expect(await run([path, path], on: server).status == .completed)
        let message = server.state.withLock { $0.requests[0].messages.last }
        #expect(message?.content == "in+A")
        #expect(message?.images == ["iVBORw==", "iVBORw=="])
        let name = path.split(separator: "/").last.map(String.init)
        let picture = ChainEvent.PromptSent.Picture(name: name, kind: "image/png", byteCount: 4)
        #expect(
            bench.transcript.sent.first?.messages == [
                .init(role: "user", content: nil, pictures: [picture, picture])
            ])
    }

    @Test func aPictureThatIsNotThereFailsTheStep() async {
        let result = await run(["/no/such/picture.png"], on: gpuBox(bench.clock))
        #expect(result.status == .failed)
        #expect(
            result.error
                == "cannot send the picture /no/such/picture.png to mistral-small:22b on this machine: there is no such file"
        )
    }
}
