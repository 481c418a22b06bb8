import PromptChainCore
import Testing

@Suite struct ModelOutlookTests {
    private static let gib: Int64 = 1 << 30
    private static let buffers: Int64 = 322_122_547

    // A model of 40 GiB whose cache takes 320 KiB a token: llama with 80 layers and 8 heads of 128.
    private func description(_ architecture: String = "llama", own: Int? = nil) -> ModelDescription {
        ModelDescription(
            model: InstalledModel(
                name: "deepseek-r1:70b", server: "s", sizeBytes: 40 * Self.gib, contextMaximum: 131_072),
            geometry: ModelGeometry(
                architecture: architecture, layers: 80, embeddingLength: 8192, keyValueHeads: [8], heads: [64],
                keyLength: 128, valueLength: 128), defaultContext: own, weights: "sha256:aa")
    }

    private func outlook(asked: Int? = nil, own: Int? = nil, slots: Int? = nil) -> ModelOutlook {
        var basis = ModelOutlook.Basis(server: "http://box", serverVersion: "1")
        basis.capacity = ServerCapacity(
            devices: [.init(totalBytes: 64 * Self.gib, othersBytes: 2 * Self.gib)], source: .gpu,
            settings: ServerSettings(parallelSlots: slots))
        return ModelOutlook("deepseek-r1:70b", description(own: own), contextLength: asked, basis: basis)
    }

    @Test("The context is the one asked for, or the model's own, or the usual one, and never above the maximum")
    func context() {
        #expect(outlook().reckonedContext == 4096)
        #expect(outlook(own: 8192).reckonedContext == 8192)
        #expect(outlook(asked: 2048, own: 8192).reckonedContext == 2048)
        #expect(outlook(asked: 1_000_000).reckonedContext == 131_072)
        #expect(ModelOutlook("m", contextLength: 1_000_000).reckonedContext == 1_000_000)
    }

    @Test("What can be used is the capacity without other programs, a margin and models that stay")
    func memory() {
        var outlook = outlook()
        // A twentieth of 64 GiB is left free.
        let usable = (64 - 2) * Self.gib - 64 * Self.gib / 20
        #expect(outlook.basis.usableBytes == usable)
        outlook.basis.stayingBytes = 10 * Self.gib
        #expect(outlook.basis.usableBytes == usable - 10 * Self.gib)
        outlook.basis.stayingBytes = 100 * Self.gib
        #expect(outlook.basis.usableBytes == 0)
        outlook.basis.capacity = nil
        #expect(outlook.basis.usableBytes == nil && outlook.fittingContext == nil)
        #expect(outlook.spill(at: 131_072) == nil)
    }

    @Test("It says what fits and what spills, by formula and then by what was measured")
    func footprint() throws {
        var outlook = outlook(asked: 32_768)
        #expect(outlook.footprint?.sizeBytes == 50 * Self.gib + Self.buffers)
        #expect(outlook.estimate(at: 32_768)?.totalBytes == 50 * Self.gib + Self.buffers)
        #expect(outlook.spill == nil)
        #expect(outlook.fittingContext == 60_416)
        let spill = try #require(outlook.spill(at: 131_072))
        #expect(spill.fittingContext == 60_416)
        outlook.basis.measurements.add(
            .footprint(outlook.subject(at: 32_768), sizeBytes: 60 * Self.gib, vramBytes: 58 * Self.gib))
        #expect(outlook.footprint?.basis == .measured)
        #expect(outlook.footprint(at: 131_072)?.basis == .derived)
        #expect(outlook.spill?.spilledBytes == 60 * Self.gib - (outlook.basis.usableBytes ?? 0))
        #expect(outlook.measured.map(\.contextLength) == [32_768])
    }

    @Test("Times are those of the context that is reckoned with, or of the nearest")
    func times() {
        var outlook = outlook(asked: 8192)
        #expect(outlook.measuredLoadSeconds == nil && outlook.measuredWarmSeconds == nil)
        outlook.basis.measurements.add(.load(outlook.subject(at: 8192), seconds: 9, isWarm: false))
        outlook.basis.measurements.add(.load(outlook.subject(at: 4096), seconds: 5, isWarm: false))
        outlook.basis.measurements.add(.load(outlook.subject(at: 4096), seconds: 2, isWarm: true))
        outlook.basis.measurements.add(.unload(outlook.subject(at: nil), seconds: 1))
        #expect(outlook.measuredLoadSeconds == 9)
        #expect(outlook.measuredWarmSeconds == 2)
        #expect(outlook.measuredUnloadSeconds == 1)
        outlook.basis.serverVersion = "2"
        #expect(outlook.measuredLoadSeconds == nil)
    }

    @Test("Measurements are kept under the weights, or else the digest, or else the name")
    func subject() {
        var outlook = outlook()
        #expect(
            outlook.subject(at: 7)
                == MeasuredModel(
                    server: "http://box", weights: "sha256:aa", contextLength: 7, serverVersion: "1"))
        outlook.description?.weights = nil
        outlook.description?.model.digest = "bb"
        #expect(outlook.subject(at: nil).weights == "bb")
        outlook.description = nil
        #expect(outlook.subject(at: nil).weights == "deepseek-r1:70b")
    }

    @Test("A server that cannot batch a model reckons with one request, whatever it was told")
    func prediction() {
        var outlook = outlook(slots: 4)
        let four = outlook.schedulerPrediction(at: 4096)
        #expect(four == 40 * Self.gib + 4 * 4096 * 320 * 1024)
        outlook.description = description("qwen3next")
        #expect(outlook.schedulerPrediction(at: 4096) == 40 * Self.gib + 4096 * 320 * 1024)
        outlook.description?.geometry = nil
        #expect(outlook.schedulerPrediction(at: 4096) == nil)
    }
}
