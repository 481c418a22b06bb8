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
        let tail = ProgramTail(words: ["sh", "-c", "echo $$; echo $PPID; exec sleep 1000"])
        let lines = try await lines(tail, 2)
        let child = try #require(Int32(lines[0]))
        let guardian = try #require(Int32(lines[1]))
        #expect(getpgid(child) == guardian)
        #expect(getpgid(child) != getpgid(0))
        tail.close()
        // Both are gone, and nothing is left to be waited for.
        try await wait { !isThere(child) && !isThere(guardian) }
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
        #expect(tail.read() == LogBatch(isOver: true))
        let none = ProgramTail(words: ["promptchain-no-such-program"])
        #expect(try await lines(none, 1)[0].contains("not found"))
    }

    @Test func oneThatWritesMoreThanIsReadWaits() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tail-\(UUID().uuidString)")
        let script = "i=0; while [ $i -lt 400 ]; do printf %10000d 0; i=$((i + 1)); echo $i >\"$1\"; done; echo"
        let tail = ProgramTail(words: ["sh", "-c", script, "sh", folder.path()])
        func written() -> Int {
            Int(
                ((try? String(contentsOf: folder, encoding: .utf8)) ?? "").trimmingCharacters(
                    in: .whitespacesAndNewlines))
                ?? 0
        }
        // A megabyte is kept, and a little more is on its way in pipes.
        try await wait { written() >= 105 }
        #expect(written() < 200)
        var total = 0
        try await wait {
            let batch = tail.read()
            total += batch.lines.reduce(0) { $0 + $1.count }
            return batch.isOver
        }
        #expect(written() == 400)
        try? FileManager.default.removeItem(at: folder)
    }
}
