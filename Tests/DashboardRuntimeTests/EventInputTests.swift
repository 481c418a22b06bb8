import Dashboard
import Foundation
import PromptChainCore
import Testing

@testable import DashboardRuntime

/// Events that another program reports.
@Suite(.timeLimit(.minutes(2))) final class EventInputTests {
    private let inbox = Inbox()
    private let path = "\(NSTemporaryDirectory())events-\(UUID().uuidString).jsonl"

    deinit { try? FileManager.default.removeItem(atPath: path) }

    private func listen(_ source: EventInput.Source) -> EventInput {
        let input = EventInput(source)
        input.start { [inbox] in inbox.take($0) }
        return input
    }

    private func write(_ text: String, append: Bool = true) throws {
        if !append || !FileManager.default.fileExists(atPath: path) {
            try text.write(toFile: path, atomically: !append, encoding: .utf8)
            return
        }
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }

    private func token(_ text: String) -> String {
        "{\"event\":\"token\",\"step\":1,\"text\":\"\(text)\"}\n"
    }

    @Test func aFileIsFollowedAsItGrowsLineByLine() async throws {
        try write(token("one") + "{\"event\":\"tok")
        let input = listen(.file(path))
        try await inbox.until { $0.all.contains(.feed(.live(processID: nil))) }
        #expect(inbox.texts == ["one"])
        try write("en\",\"step\":1,\"text\":\"two\"}\n")
        try await inbox.until { $0.texts == ["one", "two"] }
        input.close()
    }

    @Test func aFileThatIsNotThereYetIsWaitedFor() async throws {
        let input = listen(.file(path))
        try await inbox.until {
            $0.all.contains(.feed(.waiting("waiting: there is no file \(path) yet")))
        }
        try write(token("late"))
        try await inbox.until { $0.texts == ["late"] }
        input.close()
    }

    @Test func aFileThatIsReplacedOrCutBeginsAnew() async throws {
        try write(token("a long line of an old run") + token("old"))
        let input = listen(.file(path))
        try await inbox.until { $0.texts.count == 2 }
        try write(token("new"), append: false)
        try await inbox.until { $0.texts.last == "new" }
        try write(token("a line that is longer than what follows"))
        try await inbox.until { $0.texts.last?.hasPrefix("a line") == true }
        try token("cut").write(toFile: path, atomically: false, encoding: .utf8)
        try await inbox.until { $0.texts.last == "cut" }
        input.close()
    }

    @Test func badLinesAreCountedAndTheOthersTaken() async throws {
        try write("nonsense\n" + token("good") + "[1]\n\n{\"event\":\"token\",\"step\":1}\n{\"event\":\"news\"}\n")
        let input = listen(.file(path))
        try await inbox.until { $0.all.contains(.feed(.live(processID: nil))) }
        #expect(inbox.texts == ["good"])
        let faults = inbox.all.compactMap {
            if case .feed(.badLines(let count, let first)) = $0 { (count, first) } else { nil }
        }
        #expect(faults.map(\.0) == [1, 2, 3])
        #expect(faults.first?.1 == "line 1 of \(path) is no event: this is no JSON")
        input.close()
    }

    @Test func aStreamEndsWithItsLastLineAlsoWithoutALineBreak() async throws {
        let pipe = Pipe()
        let input = listen(.stream(pipe.fileHandleForReading.fileDescriptor))
        try pipe.fileHandleForWriting.write(contentsOf: Data((token("one") + token("two").dropLast()).utf8))
        try await inbox.until { $0.texts == ["one"] }
        try pipe.fileHandleForWriting.close()
        try await inbox.until { $0.all.last == .feed(.ended(.noMoreEvents)) }
        #expect(inbox.texts == ["one", "two"])
        input.close()
    }

    @Test func aFolderCannotBeRead() async throws {
        let input = listen(.file(NSTemporaryDirectory()))
        try await inbox.until { if case .feed(.ended(.failed)) = $0.all.last { true } else { false } }
        #expect(inbox.all.last == .feed(.ended(.failed("\(NSTemporaryDirectory()) cannot be read: Is a directory"))))
        input.close()
    }
}

extension Inbox {
    fileprivate var texts: [String] {
        records.map { if case .token(_, let text, _) = $0.event { text } else { $0.event.wire.name } }
    }
}
