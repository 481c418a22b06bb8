import Foundation
import PromptChainCore
import Testing

@testable import RunHistory

/// A long run in outline, and the text of one of its steps.
@Suite struct RunOutlineTests {
    private let folder = HistoryFolder()

    private func record(steps: Int, tokens: Int) {
        var script = Script("long")
        let names = (1...steps).map { "Step \($0)" }
        script.add(.runStarted(.init(chain: "Brief", steps: names, models: names.map { _ in ModelName("m:1b") })))
        for step in 1...steps {
            script.add(.stepStarted(step: step, name: names[step - 1], model: ModelName("m:1b"), prompt: "ask \(step)"))
            for _ in 1...tokens { script.add(.token(step: step, text: "w\(step) ", thinking: false)) }
            script.add(.warning(message: "warning \(step)", hint: nil))
            script.add(
                .stepFinished(.init(step: step, generateSeconds: 2, outputTokens: tokens, output: "w\(step)")))
        }
        folder.record(sampleRun("long"), script.records)
    }

    @Test func aShortRunHasNone() throws {
        record(steps: 3, tokens: 5)
        #expect(try HistoryArchive(path: folder.database).outline(of: "long") == nil)
    }

    @Test func stepsThatAreOverComeWithoutTheirTexts() throws {
        record(steps: 50, tokens: 100)
        let archive = HistoryArchive(path: folder.database)
        let outline = try #require(try archive.outline(of: "long"))
        guard case .runStarted(let start) = outline.records.first?.event else {
            Issue.record("it does not begin with the run")
            return
        }
        #expect(start.steps.count == 50 && start.models.last == ModelName("m:1b"))
        let ends = outline.records.compactMap { if case .stepFinished(let result) = $0.event { result } else { nil } }
        #expect(ends.map(\.step) == Array(1...49))
        #expect(ends.allSatisfy { $0.output.isEmpty && $0.outputTokens == 100 && $0.generateSeconds == 2 })
        let warnings = outline.records.filter { if case .warning = $0.event { true } else { false } }
        #expect(warnings.count == 49)
        #expect(zip(outline.records, outline.records.dropFirst()).allSatisfy { $0.time <= $1.time })
        let rest = try archive.events(of: "long", after: outline.lastSequence, limit: .max)
        guard case .stepStarted(50, _, _, _, _) = rest.first?.event else {
            Issue.record("the newest step does not follow whole")
            return
        }
    }

    @Test func theTextOfOneStep() throws {
        record(steps: 50, tokens: 100)
        let events = try HistoryArchive(path: folder.database).events(of: "long", step: 20)
        guard case .stepStarted(20, _, _, "ask 20", _) = events.first?.event else {
            Issue.record("it does not begin with the step")
            return
        }
        let text = events.reduce(into: "") { if case .token(_, let text, _) = $1.event { $0 += text } }
        #expect(text == String(repeating: "w20 ", count: 100))
        guard case .stepFinished = events.last?.event else {
            Issue.record("it does not end with the step")
            return
        }
    }
}
