import Foundation
import PromptChainCore
import Testing

@testable import RunHistory

@Suite struct ResidencyTimelineTests {
    private var run: RecordedRun {
        var run = sampleRun("aa")
        run.finishedAt = at(20)
        return run
    }

    private func at(_ seconds: Double) -> Date { HistoryFolder.noon.addingTimeInterval(seconds) }

    private func change(_ seconds: Double, _ model: String, _ kind: RecordedChange.Kind) -> RecordedChange {
        RecordedChange(time: at(seconds), model: model, kind: kind)
    }

    private func step(_ number: Int, _ model: String, _ start: Double, _ end: Double, writes: Double) -> RecordedStep {
        RecordedStep(
            step: number, name: "s", model: model, status: .done, startedAt: at(start), finishedAt: at(end),
            loadSeconds: 2, firstTokenSeconds: 1, generateSeconds: writes - 1, sequence: 1)
    }

    /// The rows as text: a column a second.
    private func picture(
        _ steps: [RecordedStep], _ changes: [RecordedChange], _ samples: [RecordedSample] = []
    ) -> [String] {
        let timeline = ResidencyTimeline(run: run, steps: steps, changes: changes, samples: samples)
        let columns = timeline.columns(20)
        return timeline.models.map { model in
            let cells = (columns[model] ?? []).map { phase in
                switch phase {
                case .loading?, .loadingAhead?: "."
                case .unloading?: "/"
                case .resident?: "-"
                case .generating?: "#"
                case nil: " "
                }
            }
            return "\(model) |\(cells.joined())|"
        }
    }

    @Test func loadsStepsAndUnloads() {
        let changes = [
            change(0, "a", .loadStarted), change(2, "a", .loaded), change(9, "a", .unloadStarted),
            change(10, "a", .unloaded), change(10, "b", .loadStarted), change(14, "b", .loaded),
        ]
        let lines = picture([step(1, "a", 0, 8, writes: 5), step(2, "b", 8, 18, writes: 4)], changes)
        #expect(lines == ["a |..-#####--          |", "b |          ....####--|"])
    }

    @Test func aLoadThatTheServerDidByItself() {
        #expect(picture([step(1, "a", 0, 8, writes: 5)], []) == ["a | ..#####            |"])
    }

    @Test func modelsOfOthersAreSeenInSamples() {
        func sample(_ seconds: Double, _ sequence: Int, _ model: String?) -> RecordedSample {
            RecordedSample(sequence: sequence, time: at(seconds), server: "gpu", model: model)
        }
        let samples = [sample(0, 1, "other"), sample(5, 2, "other"), sample(5, 2, "a"), sample(12, 3, nil)]
        let changes = [change(3, "a", .loadStarted), change(5, "a", .loaded)]
        // Nobody unloaded them: that they are gone is seen.
        #expect(picture([], changes, samples) == ["other |------------        |", "a |   ..-------        |"])
    }

    @Test func aFailedLoadAndAStubbornModel() {
        let changes = [
            change(0, "a", .loadStarted), change(4, "a", .loadFailed), change(5, "b", .loadStarted),
            change(6, "b", .loaded), change(8, "b", .stays),
        ]
        #expect(picture([], changes) == ["a |....                |", "b |     .--------------|"])
    }

    // Ten hours are no column, and nobody knows what was in memory meanwhile.
    @Test func whatLiesBetweenAnEndAndTheNextBeginningIsLeftOut() {
        var run = run
        run.finishedAt = at(36_020)
        let pause = at(10)..<at(36_010)
        let changes = [
            change(0, "a", .loadStarted), change(2, "a", .loaded), change(36_010, "b", .loadStarted),
            change(36_012, "b", .loaded),
        ]
        let timeline = ResidencyTimeline(
            run: run, steps: [step(1, "a", 0, 8, writes: 5), step(2, "b", 36_010, 36_018, writes: 4)],
            changes: changes, samples: [], pauses: [pause])
        #expect(timeline.runningSeconds == 20)
        #expect(timeline.columnsBeforePauses(20) == [10])
        #expect(timeline.columnsBeforePauses(0) == [0])
        let columns = timeline.columns(20)
        #expect(
            columns["a"] == [.loading, .loading, .resident] + [ResidencyPhase?](repeating: .generating, count: 5)
                + [.resident, .resident] + [ResidencyPhase?](repeating: nil, count: 10))
        #expect(
            columns["b"] == [ResidencyPhase?](repeating: nil, count: 10) + [.loading, .loading, .resident, .resident]
                + [ResidencyPhase?](repeating: .generating, count: 4) + [.resident, .resident])
    }

    @Test func nothingIsNothing() {
        #expect(picture([], []).isEmpty)
        let timeline = ResidencyTimeline(run: run, steps: [], changes: [change(0, "a", .loaded)], samples: [])
        #expect(timeline.columns(0) == ["a": []])
    }
}
