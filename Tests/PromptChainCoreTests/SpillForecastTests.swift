import PromptChainCore
import Testing

// A model of 40 GiB whose cache takes 320 KiB a token: llama with 80 layers and 8 heads of 128.
private func description(maximum: Int? = 131_072, size: Int64? = 40 << 30, shape: Bool = true) -> ModelDescription {
    ModelDescription(
        model: InstalledModel(name: "deepseek-r1:70b", server: "s", sizeBytes: size, contextMaximum: maximum),
        geometry: shape
            ? ModelGeometry(
                architecture: "llama", layers: 80, embeddingLength: 8192, keyValueHeads: [8], heads: [64],
                keyLength: 128, valueLength: 128) : nil)
}

private let buffers: Int64 = 322_122_547
private let gib: Int64 = 1 << 30

@Suite struct FootprintForecastTests {
    private func forecast(_ context: Int, _ measured: [MeasuredFootprint] = []) -> FootprintForecast? {
        FootprintForecast(description(), contextLength: context, measured: measured)
    }

    @Test func withoutMeasurementsItIsTheEstimate() throws {
        let found = try #require(forecast(32_768))
        #expect(found.sizeBytes == 50 * gib + buffers)
        #expect(found.basis == .estimated)
    }

    @Test func whatWasMeasuredWins() throws {
        let found = try #require(
            forecast(200_000, [MeasuredFootprint(contextLength: 131_072, sizeBytes: 77, vramBytes: 7)]))
        #expect(
            found
                == FootprintForecast(
                    description(), contextLength: 131_072,
                    measured: [
                        MeasuredFootprint(contextLength: 131_072, sizeBytes: 77, vramBytes: 7)
                    ]))
        #expect(found.sizeBytes == 77)
        #expect(found.basis == .measured)
        #expect(found.contextLength == 131_072)
    }

    @Test func oneMeasuredContextCorrectsTheOthers() throws {
        let measured = [MeasuredFootprint(contextLength: 8192, sizeBytes: 44 * gib, vramBytes: 44 * gib)]
        for (context, size) in [(32_768, 51.5), (4096, 42.75)] {
            let found = try #require(forecast(context, measured))
            #expect(Double(found.sizeBytes) / Double(gib) == size)
            #expect(found.basis == .derived)
        }
    }

    @Test func betweenTwoMeasuredContextsALineCounts() throws {
        let measured = [
            MeasuredFootprint(contextLength: 4096, sizeBytes: 41 * gib, vramBytes: 0),
            MeasuredFootprint(contextLength: 12_288, sizeBytes: 43 * gib, vramBytes: 0),
        ]
        let found = try #require(forecast(8192, measured))
        #expect(found.sizeBytes == 42 * gib)
        #expect(found.basis == .derived)
        // Neither size nor shape is needed for it.
        let blind = FootprintForecast(description(size: nil, shape: false), contextLength: 8192, measured: measured)
        #expect(blind?.sizeBytes == 42 * gib)
        #expect(FootprintForecast(description(size: nil), contextLength: 16_384, measured: measured) == nil)
    }

    @Test func theLargestContextFollowsTheMeasurements() throws {
        #expect(FootprintForecast.largestContext(description(), within: 45 * gib) == 15_360)
        let measured = [MeasuredFootprint(contextLength: 8192, sizeBytes: 45 * gib, vramBytes: 45 * gib)]
        #expect(FootprintForecast.largestContext(description(), within: 45 * gib, measured: measured) == 8192)
        #expect(FootprintForecast.largestContext(description(), within: 10 * gib, measured: measured) == nil)
    }

    @Test func nothingIsKnownOfTheCloud() {
        var cloud = description()
        cloud.model.name = "big:cloud"
        #expect(FootprintForecast(cloud, contextLength: 4096) == nil)
        #expect(forecast(0) == nil)
    }
}

@Suite struct SpillForecastTests {
    @Test func whatFitsDoesNotSpill() {
        let needed = 50 * gib + buffers
        #expect(SpillForecast(description: description(), contextLength: 32_768, usableBytes: needed) == nil)
        #expect(SpillForecast(description: description(), contextLength: 32_768, usableBytes: needed - 1) != nil)
    }

    @Test func whatIsNotKnownIsNotForecast() {
        #expect(SpillForecast(description: description(size: nil), contextLength: 4096, usableBytes: 1) == nil)
    }

    @Test func saysWhatWouldSpillAndWhatFits() throws {
        let spill = try #require(
            SpillForecast(description: description(), contextLength: 32_768, usableBytes: 456 * gib / 10))
        #expect(
            spill.sentence
                == "deepseek-r1:70b at 32768 tokens needs 50.3 GiB; 45.6 GiB can be used: about 4.7 GiB would run on the "
                + "CPU. A context of 17152 fits.")
        #expect(spill.spilledBytes == 50 * gib + buffers - 456 * gib / 10)
        #expect(spill.spilledLayers == 8)
        #expect(abs(spill.spilledShare - 0.0935) < 0.001)
        #expect(
            SpillForecast(description: description(), contextLength: 17_152, usableBytes: spill.usableBytes) == nil)
        #expect(
            SpillForecast(description: description(), contextLength: 17_408, usableBytes: spill.usableBytes) != nil)
    }

    @Test func saysWhenNoContextFits() throws {
        let spill = try #require(SpillForecast(description: description(), contextLength: 8192, usableBytes: -5))
        #expect(spill.usableBytes == 0)
        #expect(spill.spilledLayers == 80)
        #expect(spill.fittingContext == nil)
        #expect(spill.sentence.hasSuffix("No context fits: a smaller quantization or a smaller model does."))
    }

    @Test func measurementsWinAndAreNamed() throws {
        let measured = [
            MeasuredFootprint(contextLength: 8192, sizeBytes: 44 * gib, vramBytes: 44 * gib),
            MeasuredFootprint(contextLength: 32_768, sizeBytes: 60 * gib, vramBytes: 48 * gib),
        ]
        let spill = try #require(
            SpillForecast(
                description: description(), contextLength: 32_768, usableBytes: 48 * gib, measured: measured))
        #expect(spill.message.contains("needs 60.0 GiB (measured); 48.0 GiB can be used: about 12.0 GiB"))
        #expect(spill.fittingContext == 14_336)
        #expect(
            SpillForecast(description: description(), contextLength: 8192, usableBytes: 44 * gib, measured: measured)
                == nil)
    }

    @Test func theSettingsOfTheServerCount() throws {
        let settings = ServerSettings(parallelSlots: 2, cacheType: "q8_0")
        let spill = try #require(
            SpillForecast(
                description: description(), contextLength: 32_768, usableBytes: 48 * gib, settings: settings))
        #expect(spill.footprint.sizeBytes == 40 * gib + buffers + 20 * gib * 17 / 32)
        #expect(spill.contextLength == 32_768)
    }
}
