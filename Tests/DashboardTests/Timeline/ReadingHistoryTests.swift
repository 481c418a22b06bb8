import DashboardTestSupport
import PromptChainCore
import Testing

@testable import Dashboard

@Suite("Readings of the last hour")
struct ReadingHistoryTests {
    private func history(_ readings: [(at: Double, models: [ModelInfo])]) -> ReadingHistory {
        var history = ReadingHistory()
        for reading in readings { history.add(.gpuBox(reading.models, at: reading.at)) }
        return history
    }

    @Test("Readings that say the same are one, which lasts until the newest of them")
    func joins() {
        let history = history([(0, []), (1, []), (2, [.nomic]), (3, [.nomic]), (7, [])])
        let readings = history.readings(of: "gpu-box")
        #expect(readings.map(\.time) == [0, 2, 7])
        #expect(readings.map(\.until) == [1, 3, 7])
    }

    @Test(
        "What was said at a time is the newest reading until then",
        arguments: [(-1.0, nil), (0.0, 0.0), (1.9, 0.0), (2.0, 2.0), (6.9, 2.0), (100.0, 7.0)] as [(Double, Double?)])
    func finds(_ time: Double, _ expected: Double?) {
        let history = history([(0, []), (2, [.nomic]), (7, [])])
        #expect(history.reading(of: "gpu-box", at: time)?.time == expected)
        #expect(history.reading(of: "mac", at: time) == nil)
    }

    @Test("Since a time: with the one that still held then")
    func since() {
        let history = history([(0, []), (2, [.nomic]), (3, [.nomic]), (7, [])])
        #expect(history.readings(of: "gpu-box", since: 2.5).map(\.time) == [2, 7])
        #expect(history.readings(of: "gpu-box", since: 4).map(\.time) == [7])
        #expect(history.readings(of: "gpu-box", since: 8).isEmpty)
    }

    @Test("An older reading is left out, and another server has a history of its own")
    func keepsOrder() {
        var history = history([(5, []), (4, [.nomic])])
        history.add(ServerSnapshot(name: "mac", provider: .llamaCpp, url: "", time: .distantPast, state: .ready))
        #expect(history.readings(of: "gpu-box").count == 1)
        #expect(history.readings(of: "mac").count == 1)
        history.forget("mac")
        #expect(history.readings(of: "mac").isEmpty)
    }

    @Test("It stays bounded, by time and by number")
    func bounded() {
        let changing = (0..<20_000).map { (at: Double($0), models: $0.isMultiple(of: 2) ? [] : [ModelInfo.nomic]) }
        let readings = history(changing).readings(of: "gpu-box")
        #expect(readings.count < 2 * ReadingHistory.limit)
        #expect(readings.last?.time == 19_999)
        let slow = history((0..<10).map { (at: Double($0) * 2000, models: $0.isMultiple(of: 2) ? [] : [.nomic]) })
        #expect(slow.readings(of: "gpu-box").map(\.time).first ?? 0 >= 18_000 - 2 * ReadingHistory.span)
    }
}
