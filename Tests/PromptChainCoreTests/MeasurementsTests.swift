import PromptChainCore
import Testing

private func model(
    _ context: Int?, weights: String = "sha", version: String? = "1", server: String = "http://gpu"
) -> MeasuredModel {
    MeasuredModel(server: server, weights: weights, contextLength: context, serverVersion: version)
}

@Suite struct MeasurementsTests {
    private func footprints(_ entries: (context: Int?, size: Int64, vram: Int64)...) -> Measurements {
        var measurements = Measurements()
        for entry in entries {
            measurements.add(.footprint(model(entry.context), sizeBytes: entry.size, vramBytes: entry.vram))
        }
        return measurements
    }

    @Test func theLatestFootprintCounts() {
        let measurements = footprints((4096, 100, 100), (4096, 90, 80))
        #expect(measurements.footprint(model(4096))?.sizeBytes == 90)
        #expect(measurements.footprint(model(4096))?.vramBytes == 80)
        #expect(measurements.footprint(model(nil)) == nil)
        #expect(measurements.footprint(model(4096, weights: "other")) == nil)
        #expect(measurements.footprint(model(4096, version: "2")) == nil)
        #expect(measurements.footprint(model(4096, server: "http://b")) == nil)
    }

    // Weights of 1000 and a byte for each token.
    @Test(arguments: [
        (context: 6000, size: Int64(7000)), (4001, 5001), (12_000, 13_000), (1, 1001),
    ])
    func aLineThroughTwoContexts(context: Int, size: Int64) throws {
        let measurements = footprints((4000, 5000, 5000), (8000, 9000, 9000))
        let found = try #require(measurements.footprint(model(context)))
        #expect(found.sizeBytes == size)
        #expect(found.vramBytes == size)
        #expect(measurements.measuredFootprint(model(context)) == nil)
    }

    @Test func aLineHoldsOnlyNearItsEnds() {
        let measurements = footprints((4000, 5000, 5000), (5000, 6000, 6000))
        #expect(measurements.footprint(model(6000))?.sizeBytes == 7000)
        #expect(measurements.footprint(model(6001)) == nil)
        #expect(measurements.footprint(model(3000))?.sizeBytes == 4000)
        #expect(measurements.footprint(model(2999)) == nil)
        #expect(footprints((4000, 5000, 5000)).footprint(model(4001)) == nil)
    }

    @Test func theNearestTwoContextsMakeTheLine() {
        let measurements = footprints((1000, 1, 1), (4000, 5000, 4000), (8000, 9000, 4000), (nil, 7, 7))
        #expect(measurements.footprint(model(6000))?.sizeBytes == 7000)
        #expect(measurements.footprint(model(6000))?.vramBytes == 4000)
        #expect(measurements.measuredFootprints(model(nil)).map(\.contextLength) == [1000, 4000, 8000])
    }

    @Test func whatDoesNotGrowWithTheContextIsNoLine() {
        #expect(footprints((4000, 9000, 1), (8000, 5000, 1)).footprint(model(6000)) == nil)
    }

    @Test func whatCannotBeTrueIsLeftOut() {
        var measurements = footprints((1, 0, 0), (2, -5, 0), (3, 5, -1), (4, 5, 9))
        #expect((1...3).allSatisfy { measurements.footprint(model($0)) == nil })
        #expect(measurements.footprint(model(4))?.vramBytes == 5)
        for seconds in [-1, .nan, Double.infinity] {
            measurements.add(.load(model(1), seconds: seconds, isWarm: false))
            measurements.add(.step(chain: "c", step: "s", model: model(1), seconds: seconds))
        }
        #expect(measurements.loadSeconds(model(1), isWarm: false) == nil)
        #expect(measurements.stepSeconds(chain: "c", step: "s", model: model(1)) == nil)
    }

    @Test func hostileSizesNeverOverflow() {
        let measurements = footprints((1, 1, 0), (.max, .max, .max), (.min, 5, 5))
        #expect((measurements.footprint(model(.max - 1))?.sizeBytes ?? 0) > 1 << 60)
        #expect((measurements.footprint(model(2))?.sizeBytes ?? 0) >= 1)
    }

    @Test func theMedianOfTheLatestNineCounts() {
        var measurements = Measurements()
        for seconds in 1...12 { measurements.add(.load(model(1), seconds: Double(seconds), isWarm: false)) }
        #expect(measurements.loadSeconds(model(1), isWarm: false) == 8)
        measurements.add(.unload(model(1), seconds: 1))
        measurements.add(.unload(model(1), seconds: 2))
        #expect(measurements.unloadSeconds(model(1)) == 1.5)
    }

    @Test func anotherContextTellsHowLongALoadTakes() {
        var measurements = Measurements()
        measurements.add(.load(model(4096), seconds: 10, isWarm: false))
        measurements.add(.load(model(32_768), seconds: 12, isWarm: false))
        measurements.add(.unload(model(4096), seconds: 1))
        #expect(measurements.loadSeconds(model(8192), isWarm: false) == 10)
        #expect(measurements.loadSeconds(model(131_072), isWarm: false) == 12)
        #expect(measurements.loadSeconds(model(18_432), isWarm: false) == 12)
        #expect(measurements.loadSeconds(model(nil), isWarm: false) == 10)
        #expect(measurements.unloadSeconds(model(nil)) == 1)
        #expect(measurements.loadSeconds(model(8192), isWarm: true) == nil)
        #expect(measurements.loadSeconds(model(8192, version: "2"), isWarm: false) == nil)
        measurements.add(.load(model(4096), seconds: 3, isWarm: true))
        #expect(measurements.loadSeconds(model(8192), isWarm: true) == 3)
    }

    @Test func aStepIsKnownByItsChainAndItsWeights() {
        var measurements = Measurements()
        measurements.add(.step(chain: "c", step: "s", model: model(1), seconds: 5))
        #expect(measurements.stepSeconds(chain: "c", step: "s", model: model(2, version: "9")) == 5)
        #expect(measurements.stepSeconds(chain: "d", step: "s", model: model(1)) == nil)
        #expect(measurements.stepSeconds(chain: "c", step: "s", model: model(1, weights: "w")) == nil)
    }
}
