import Foundation
import Testing

@testable import DashboardRuntime

/// A program whose output is followed: it ends with us, and is taken note of.
@Suite(.timeLimit(.minutes(5))) struct ProgramTailTests {
    private func wait(_ holds: () -> Bool) async throws {
        while !holds() { try await Task.sleep(for: .milliseconds(5)) }
    }

    private func lines(_ tail: ProgramTail, _ count: Int) async throws -> [String] {
        var found: [String] = []
        try await wait {
            found += tail.read().lines.map { String(decoding: $0, as: UTF8.self) }
            return found.count >= count
        }
        return found
    }

    private func isThere(_ process: pid_t) -> Bool { kill(process, 0) == 0 }

    @Test func itsLinesComeAndItEndsWhenItIsClosed() async throws {
        let tail = ProgramTail(words: ["sh", "-c", "echo $$; echo two; exec sleep 1000"])
        let lines = try await lines(tail, 2)
        let child = try #require(Int32(lines[0]))
        let guardian = tail.process
        #expect(lines[1] == "two")
        #expect(getpgid(child) == guardian)
        #expect(getpgid(child) != getpgid(0))
        tail.close()
        // Both are gone, and nothing is left to be waited for.
        try await wait { !isThere(child) }
        #expect(!isThere(guardian))
        #expect(tail.read().isOver)
    }

    @Test func oneThatDoesNotWantToIsMadeToEnd() async throws {
        let tail = ProgramTail(words: ["sh", "-c", "trap '' TERM; echo $$; while :; do sleep 0.05; done"])
        let lines = try await lines(tail, 1)
        let child = try #require(Int32(lines[0]))
        tail.close()
        try await wait { !isThere(child) }
    }

    @Test func itHasNoneOfOurFiles() async throws {
        let script = "for n in 3 4 5 6 7 8 9; do [ -e /proc/$$/fd/$n ] && echo $n; done; echo end"
        let tail = ProgramTail(words: ["sh", "-c", script])
        #expect(try await lines(tail, 1) == ["end"])
    }

    @Test func itsEndIsTheEnd() async throws {
        let tail = ProgramTail(words: ["sh", "-c", "printf 'one\\nlast'; exit 3"])
        var found: [String] = []
        var fault: String?
        try await wait {
            let batch = tail.read()
            found += batch.lines.map { String(decoding: $0, as: UTF8.self) }
            fault = batch.fault ?? fault
            return batch.isOver
        }
        #expect(found == ["one", "last"])
        #expect(fault == "sh ended with status 3")
        #expect(tail.process == 0)
        let none = ProgramTail(words: ["promptchain-no-such-program"])
        #expect(try await lines(none, 1)[0].contains("not found"))
    }
}
