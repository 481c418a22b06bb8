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
        let servers = (1...steps).map { $0 % 2 == 0 ? nil : "gpu-box" }
        script.add(
            .runStarted(
                .init(chain: "Brief", steps: names, models: names.map { _ in ModelName("m:1b") }, servers: servers)))
        for step in 1...steps {
            script.add(.stepStarted(step: step, name: names[step - 1], model: ModelName("m:1b"), prompt: "ask \(step)"))
            script.add(
                .promptSent(
                    .init(
                        step: step, round: 1, server: "gpu-box", model: ModelName("m:1b"),
                        messages: [.init(role: "user", content: nil)])))
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
        #expect(start.servers == (1...50).map { $0 % 2 == 0 ? nil : "gpu-box" })
        let ends = outline.records.compactMap { if case .stepFinished(let result) = $0.event { result } else { nil } }
        #expect(ends.map(\.step) == Array(1...49))
        #expect(ends.allSatisfy { $0.output.isEmpty && $0.outputTokens == 100 && $0.generateSeconds == 2 })
        #expect(!outline.records.contains { if case .promptSent = $0.event { true } else { false } })
        let warnings = outline.records.filter { if case .warning = $0.event { true } else { false } }
        #expect(warnings.count == 49)
        #expect(zip(outline.records, outline.records.dropFirst()).allSatisfy { $0.time <= $1.time })
        let rest = try archive.events(of: "long", after: outline.lastSequence, limit: .max)
        guard case .stepStarted(50, _, _, _, _) = rest.first?.event else {
            Issue.record("the newest step does not follow whole")
            return
        }
    }

    /// A run whose second step has very many items, the first of which still writes while the others come and go.
    private func recordItems(_ count: Int) -> Script {
        var script = Script("items")
        let model = ModelName("m:1b")
        script.add(.runStarted(.init(chain: "Brief", steps: ["A", "B"], models: [model, model])))
        script.add(.stepStarted(step: 1, name: "A", model: model, prompt: "ask"))
        script.add(.stepFinished(.init(step: 1, output: "list")))
        script.add(.stepStarted(step: 2, name: "B", model: model, prompt: nil, items: count))
        script.add(.stepStarted(step: 2, name: "B", model: model, prompt: "first"), item: 1)
        script.write("slow ", step: 2, item: 1)
        for item in 2...count {
            script.add(.stepStarted(step: 2, name: "B", model: model, prompt: "ask \(item)"), item: item)
            script.write("w", "x", step: 2, item: item)
            let end: ChainEvent =
                item % 10 == 0
                ? .stepFailed(step: 2, reason: "no answer", output: "wx") : .stepFinished(.init(step: 2, output: "wx"))
            script.add(end, item: item)
        }
        script.add(.stepStarted(step: 2, name: "B", model: model, prompt: "next"), item: count + 1)
        script.write("new", step: 2, item: count + 1)
        return script
    }

    @Test func ofVeryManyItemsTheNewestComeWhole() throws {
        let script = recordItems(1500)
        folder.record(sampleRun("items"), script.records)
        let archive = HistoryArchive(path: folder.database)
        let outline = try #require(try archive.outline(of: "items"))
        let rest = try archive.events(of: "items", after: outline.lastSequence, limit: .max)
        // A beginning, a text and an end of each, at most.
        #expect(rest.count <= 4 * HistoryArchive.wholeItems)
        #expect(Set(rest.compactMap(\.item)) == Set(1501 - HistoryArchive.wholeItems + 1...1501))
        // One record for each of the others, and none of their texts.
        #expect(outline.records.count <= 1500 - HistoryArchive.wholeItems + 10)
        let texts = outline.records.compactMap { if case .token(_, let text, _) = $0.event { text } else { nil } }
        #expect(texts == ["slow "])
        #expect(
            outline.records.contains {
                $0.event == .stepStarted(step: 2, name: "B", model: ModelName("m:1b"), prompt: nil, items: 1500)
            })
        let all = outline.records + rest
        func items(_ isMeant: (ChainEvent) -> Bool) -> Set<Int> {
            Set(all.filter { isMeant($0.event) }.compactMap(\.item))
        }
        let failed = items { if case .stepFailed = $0 { true } else { false } }
        let done = items { if case .stepFinished = $0 { true } else { false } }
        #expect(failed == Set(stride(from: 10, through: 1500, by: 10)))
        #expect(done == Set(2...1500).subtracting(failed))
        let others = all.filter { $0.item != 1 }
        #expect(zip(others, others.dropFirst()).allSatisfy { $0.time <= $1.time })
    }

    @Test func aStepOfFewItemsComesWhole() throws {
        var script = recordItems(4)
        for word in 1...5000 { script.write("\(word) ", step: 2, item: 5) }
        folder.record(sampleRun("items"), script.records)
        let archive = HistoryArchive(path: folder.database)
        let outline = try #require(try archive.outline(of: "items"))
        let rest = try archive.events(of: "items", after: outline.lastSequence, limit: .max)
        #expect(rest.first?.event == .stepStarted(step: 2, name: "B", model: ModelName("m:1b"), prompt: nil, items: 4))
    }

    @Test func theTextOfOneStep() throws {
        record(steps: 50, tokens: 100)
        let events = try HistoryArchive(path: folder.database).events(of: "long", step: 20)
        guard case .stepStarted(20, _, _, "ask 20", _) = events.first?.event else {
            Issue.record("it does not begin with the step")
            return
        }
        guard case .promptSent(let sent) = events.dropFirst().first?.event, sent.messages.first?.content == nil else {
            Issue.record("it does not tell what was sent")
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
