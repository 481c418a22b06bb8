import Foundation
import Testing

@testable import ChainEngine

/// Programs that behave, and programs that do not.
@Suite(.serialized, .timeLimit(.minutes(2))) struct CommandRunTests {
    private func run(
        _ words: [String], input: String = "", environment: [String: String] = [:], folder: String? = nil,
        byteLimit: Int = CommandRun.usualByteLimit, timeout: Double? = nil, clock: any RunClock = SystemRunClock()
    ) async throws -> CommandRun.Output {
        let launch = CommandRun.Launch(words: words, environment: environment, folder: folder)
        return try await CommandRun(launch: launch, byteLimit: byteLimit, timeout: timeout, clock: clock).run(
            input: input)
    }

    private func sentence(of words: [String], folder: String? = nil, byteLimit: Int = 1 << 20) async -> String? {
        do {
            _ = try await run(words, folder: folder, byteLimit: byteLimit)
            return nil
        } catch { return "\(error)" }
    }

    @Test func inputGoesInAndOutputComesOut() async throws {
        #expect(try await run(["wc", "-w"], input: "one two three").text.trimmingCharacters(in: .whitespaces) == "3\n")
        let large = String(repeating: "ä0123456789", count: 100_000)
        #expect(try await run(["cat"], input: large).text == large)
        #expect(try await run(["cat"]).text == "")
    }

    @Test func wordsAreNoShellsWords() async throws {
        let words = ["printf", "%s|", "$HOME; ls *", "`id`", "two words", "", "\"", "ünï"]
        #expect(try await run(words).text == "$HOME; ls *|`id`|two words||\"|ünï|")
    }

    @Test func environmentAndFolder() async throws {
        let folder = FileManager.default.temporaryDirectory.path(percentEncoded: false)
        let output = try await run(
            ["sh", "-c", "pwd -P; echo $GREETING; echo ${HOME:+home}"], environment: ["GREETING": "good day"],
            folder: folder)
        let lines = output.text.split(separator: "\n").map(String.init)
        let real = URL(filePath: folder).resolvingSymlinksInPath().path(percentEncoded: false)
        #expect(lines == [real.hasSuffix("/") ? String(real.dropLast()) : real, "good day", "home"])
    }

    @Test func aPathCountsFromItsFolder() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "command-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let script = folder.appending(path: "greet.sh")
        try "#!/bin/sh\necho here\n".write(to: script, atomically: true, encoding: .utf8)
        let path = folder.path(percentEncoded: false)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script.path())
        #expect(try await run(["./greet.sh"], folder: path).text == "here\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: script.path())
        #expect(
            await sentence(of: ["./greet.sh"], folder: path)
                == "./greet.sh is no program that can be run. Make it executable: chmod +x.")
        try "#!/no/such/interpreter\n".write(to: script, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script.path())
        #expect(
            await sentence(of: ["./greet.sh"], folder: path)
                == "./greet.sh could not be started. Is there what its first line names, as in #!/bin/sh?")
        #expect(await sentence(of: [path]) == "\(path) is a folder, no program")
    }

    @Test(arguments: [
        (["sh", "-c", "echo no such thing >&2; exit 3"], "sh ended with status 3: no such thing"),
        (["sh", "-c", "exit 2"], "sh ended with status 2 and said nothing about it"),
        (
            ["sh", "-c", "for i in 1 2 3 4 5 6 7; do echo line $i >&2; done; printf '\\033[31mred' >&2; exit 1"],
            "sh ended with status 1: line 4 / line 5 / line 6 / line 7 / [31mred"
        ),
        (["sh", "-c", "kill -9 $$"], "sh was ended by signal 9 (SIGKILL) and said nothing about it"),
        (
            ["no-such-program-here"],
            "there is no program “no-such-program-here” in PATH. Install it, or give its path. A command is no line "
                + "for a shell: write [sh, -c, \"…\"] for one."
        ),
        (
            ["/nowhere/at-all"],
            "there is no program /nowhere/at-all. Check the path; it counts from the folder in which the program runs."
        ),
        ([], "the command names no program. Write [wc, -w]."),
        (
            ["echo", "a\u{0}b"],
            "echo cannot be given an argument with a NUL character: a\u{0}b. Hand the text over on its standard input."
        ),
    ])
    func failuresAreTold(words: [String], expected: String) async {
        #expect(await sentence(of: words) == expected)
    }

    @Test func aMissingFolderIsTold() async {
        #expect(
            await sentence(of: ["cat"], folder: "/nowhere/at-all")
                == "cat cannot run in /nowhere/at-all: there is no such folder")
    }

    @Test func argumentsThatAreTooLongAreTold() async {
        let refusal = await sentence(of: ["echo", String(repeating: "x", count: 8 << 20)])
        #expect(refusal?.hasPrefix("echo could not be started: ") == true)
        #expect(refusal?.hasSuffix("Long texts belong on its standard input, not among its arguments.") == true)
    }

    @Test func whoDoesNotReadItsInputIsNoProblem() async throws {
        let large = String(repeating: "0123456789", count: 500_000)
        #expect(try await run(["true"], input: large).text == "")
        #expect(try await run(["sh", "-c", "exec 0<&-; sleep 0.2; echo closed"], input: large).text == "closed\n")
        #expect(try await run(["head", "-c", "3"], input: large).text == "012")
    }

    @Test func brokenTextIsRepaired() async throws {
        #expect(try await run(["printf", "a\\377b\\303"]).text == "a\u{FFFD}b\u{FFFD}")
    }

    @Test func outputHasALimit() async {
        #expect(
            await sentence(of: ["cat", "/dev/zero"], byteLimit: 1 << 20)
                == "cat wrote more than 1 MiB to its standard output. Let it write less, for instance through head.")
    }

    @Test func floodsOfComplaintsAreTakenAndForgotten() async throws {
        let output = try await run(["sh", "-c", "yes noise | head -c 4999998 >&2; echo done; echo last >&2"])
        #expect(output.text == "done\n")
        #expect(output.complaint == "noise / noise / noise / noise / last")
    }

    @Test func timeoutsEndTheWholeGroup() async throws {
        let mark = FileManager.default.temporaryDirectory.appending(path: "mark-\(UUID().uuidString)").path()
        defer { try? FileManager.default.removeItem(atPath: mark) }
        let clock = ManualClock()
        let script = "trap '' TERM; sleep 600 & echo $! $$ > \(mark); echo started >&2; wait; wait"
        async let result = Self.outcome { try await self.run(["sh", "-c", script], timeout: 30, clock: clock) }
        await clock.somebodySleeps()
        let pids = try await Self.numbers(in: mark)
        clock.advance(by: 31)
        #expect(await result == "sh did not end within 30s: started. “timeout” gives it longer.")
        for pid in pids { #expect(await Self.isGone(pid)) }
    }

    @Test func cancellingEndsIt() async throws {
        let mark = FileManager.default.temporaryDirectory.appending(path: "mark-\(UUID().uuidString)").path()
        defer { try? FileManager.default.removeItem(atPath: mark) }
        let task = Task {
            await Self.outcome { try await self.run(["sh", "-c", "sleep 600 & echo $! $$ > \(mark); wait"]) }
        }
        let pids = try await Self.numbers(in: mark)
        task.cancel()
        #expect(await task.value == "CancellationError()")
        for pid in pids { #expect(await Self.isGone(pid)) }
    }

    @Test func grandchildrenThatHoldTheOutputOpenAreNotWaitedFor() async throws {
        let output = try await run(["sh", "-c", "sleep 600 & echo $!"])
        let pid = try #require(Int32(output.text.trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(await Self.isGone(pid))
    }

    @Test func itHasNoTerminalAndNoneOfOurDescriptors() async throws {
        let descriptor = open("/dev/null", O_RDONLY)
        defer { close(descriptor) }
        let own = try await run(["sh", "-c", "echo $$; ps -o sid= -p $$ 2>/dev/null || cut -d' ' -f6 /proc/$$/stat"])
        let numbers = own.text.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        #expect(numbers.count == 2 && numbers[0] == numbers[1])
        guard FileManager.default.fileExists(atPath: "/proc/self/fd") else { return }
        let open = try await run(["sh", "-c", "ls /proc/$$/fd"]).text.split(separator: "\n").compactMap { Int($0) }
        #expect(open.filter { $0 > 2 && $0 < 10 } == [])
        #expect(!open.contains(Int(descriptor)))
    }

    @Test func manyAtOnceLeaveNothingOpen() async throws {
        let before = Self.openDescriptors
        let texts = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<20 { group.addTask { try await self.run(["cat"], input: "\(number)").text } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(texts.count == 20)
        #expect(Self.openDescriptors <= before + 4)
    }

    private static func outcome(_ work: () async throws -> CommandRun.Output) async -> String {
        do { return try await work().text } catch { return "\(error)" }
    }

    // The processes tell in a file that they are there.
    private static func numbers(in file: String) async throws -> [Int32] {
        while true {
            let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
            if text.hasSuffix("\n") { return text.split(whereSeparator: \.isWhitespace).compactMap { Int32($0) } }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private static var openDescriptors: Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/dev/fd").count) ?? 0
    }

    // Whoever inherits an orphan reaps it a moment later; a wait in vain ends with the suite's time limit.
    private static func isGone(_ pid: Int32) async -> Bool {
        while !Task.isCancelled {
            if kill(pid, 0) != 0 { return true }
            let stat = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
            if stat.contains(") Z ") { return true }
            try? await Task.sleep(for: .milliseconds(2))
        }
        return false
    }
}
