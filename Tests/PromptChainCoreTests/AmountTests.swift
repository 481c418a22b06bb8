import Foundation
import PromptChainCore
import Testing

@Suite struct ByteCountTests {
    @Test(arguments: [
        ("24GiB", 25_769_803_776), ("24GB", 24_000_000_000), ("24g", 25_769_803_776), (" 1.5 GiB ", 1_610_612_736),
        ("512MiB", 536_870_912), ("100", 100), ("0", 0), ("1KB", 1000), ("2T", 2_199_023_255_552),
    ])
    func reads(text: String, bytes: Int64) {
        #expect(ByteCount.parse(text) == bytes)
    }

    @Test(arguments: ["", "GiB", "-1GiB", "1.2.3", "24 parsecs", "1e400", "99999999TB", "nan"])
    func refuses(text: String) {
        #expect(ByteCount.parse(text) == nil)
    }

    @Test(arguments: [
        (0, "0.0 GiB"), (19_650_000_000, "18.3 GiB"), (104_857_600, "100 MiB"), (1 << 30, "1.0 GiB"),
    ])
    func writes(bytes: Int64, text: String) {
        #expect(ByteCount.text(bytes) == text)
    }

    @Test(arguments: [
        (1.005, 2, "1.00"), (0.05, 1, "0.1"), (-0.04, 1, "0.0"), (-1.25, 1, "-1.3"), (12.0, 0, "12"), (.nan, 1, "–"),
        (.infinity, 1, "–"), (2.34, 2, "2.34"), (9.999, 2, "10.00"),
    ])
    func writesFixedDigits(value: Double, digits: Int, text: String) {
        #expect(ByteCount.fixed(value, digits: digits) == text)
    }
}

@Suite struct SecondsTests {
    @Test(arguments: [
        ("90", 90), ("0.5", 0.5), ("30m", 1800), ("1h30m", 5400), ("500ms", 0.5), ("-1m", -60), ("1.5h", 5400),
        (" 10S ", 10), ("2d", 172_800), ("250us", 0.00025),
    ])
    func reads(text: String, seconds: Double) {
        #expect(Seconds.parse(text).map { abs($0 - seconds) < 1e-9 } == true)
    }

    @Test(arguments: ["", "soon", "1x", "m", "1h30", "--1", "1m m", "1.2.3s", "-"])
    func refuses(text: String) {
        #expect(Seconds.parse(text) == nil)
    }

    @Test(arguments: [
        (0.42, "0.4s"), (9.96, "10s"), (59.4, "59s"), (59.6, "1m00s"), (252, "4m12s"), (7500, "2h05m"),
        (273_600, "3d04h"), (-12, "-12s"), (.infinity, "–"),
    ])
    func writes(seconds: Double, text: String) {
        #expect(Seconds.text(seconds) == text)
    }

    @Test(arguments: [(72, "01:12"), (3672, "1:01:12"), (0, "00:00"), (-5, "00:00"), (.nan, "–")])
    func writesAClock(seconds: Double, text: String) {
        #expect(Seconds.clock(seconds) == text)
    }
}

@Suite struct TimestampTests {
    @Test(arguments: [
        ("2026-11-24T06:57:32.836462404Z", "2026-11-24T06:57:32.836Z"),
        ("2026-11-24T07:57:32+01:00", "2026-11-24T06:57:32.000Z"),
        ("2024-06-04T14:38:31.83753-07:00", "2024-06-04T21:38:31.838Z"),
        ("2319-03-06T06:44:04.162854477Z", "2319-03-06T06:44:04.163Z"),
        ("2024-02-29T23:59:59.9999Z", "2024-03-01T00:00:00.000Z"),
        ("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.500Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"),
    ])
    func readsAndWrites(text: String, normal: String) throws {
        #expect(Timestamp.text(try #require(Timestamp.parse(text))) == normal)
    }

    @Test(arguments: [
        "", "2026-11-24", "2026-13-24T06:57:32Z", "2026-11-24T06:57:32", "2026-11-24T06:57:32+1", "soon",
        "2026-11-24T06:57:3aZ", "2026-11-24T25:57:32Z", "2026/11/24T06:57:32Z",
    ])
    func refuses(text: String) {
        #expect(Timestamp.parse(text) == nil)
    }

    @Test func isTheSystemsOwnReckoning() throws {
        for day in stride(from: -200_000, through: 200_000, by: 997) {
            let date = Date(timeIntervalSince1970: Double(day) * 86_400 + 12_345.25)
            #expect(Timestamp.parse(Timestamp.text(date)) == date)
        }
        #expect(Timestamp.text(Date(timeIntervalSince1970: 0)) == "1970-01-01T00:00:00.000Z")
        #expect(Timestamp.text(.distantFuture) == "4001-01-01T00:00:00.000Z")
        #expect(!Timestamp.text(Date(timeIntervalSince1970: .infinity)).isEmpty)
    }
}
