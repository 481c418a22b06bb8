import PromptChainCore
import Testing

@testable import Dashboard

@Suite("Time over columns") struct ResidencyScaleTests {
    @Test(
        "Now lies in the last column of the past, whatever the size, the span and the plan",
        arguments: [0, 1, 2, 10, 80, 180], [15.0, 300, 3600])
    func now(columns: Int, seconds: Double) {
        for future in [0.0, 1, 40, 1e6] {
            let now = 1_795_521_824.4
            let scale = ResidencyScale(columns: columns, now: now, seconds: seconds, future: future)
            #expect(scale.past + scale.ahead <= max(0, columns))
            guard scale.past > 0 else { continue }
            #expect(scale.column(of: now) == scale.past - 1)
            #expect(Double(scale.past) * scale.length >= min(seconds, 3600 * Double(scale.past)))
        }
    }

    @Test("Absurd times make no trap", arguments: [Double.nan, .infinity, -1e300])
    func absurd(now: Double) {
        let scale = ResidencyScale(columns: 40, now: now, seconds: 60, future: 10)
        #expect(scale.column(of: .nan) == nil && scale.column(of: .infinity) == nil)
    }

    @Test("The largest of several phases is told in a column, and the shortest is seen")
    func columns() {
        let spans = [
            ResidencySpan(.loading, start: 0, end: 2), ResidencySpan(.resident, start: 2, end: 2.1),
            ResidencySpan(.generating, start: 2.1, end: 4), ResidencySpan(.unloading, start: 4, end: 4.2),
            ResidencySpan(.resident, start: 9, end: .infinity), ResidencySpan(.loading, start: -5, end: -1),
        ]
        let columns = spans.columns(from: 0, length: 1, count: 11)
        #expect(
            columns == [
                .loading, .loading, .generating, .generating, .unloading, nil, nil, nil, nil, .resident, .resident,
            ])
        #expect(spans.columns(from: .nan, length: 1, count: 2) == [nil, nil])
    }
}
