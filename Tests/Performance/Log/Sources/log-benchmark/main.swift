import Dashboard
import Foundation
import LogStore
import PromptChainCore
import Synchronization

/// The store, asked as the dashboard asks it: on another thread, answered later.
final class Bench: Sendable {
    let answers = Mutex<[LogAnswer]>([])
    let arrived = DispatchSemaphore(value: 0)

    func take(_ answer: LogAnswer) {
        answers.withLock { $0.append(answer) }
        arrived.signal()
    }
}

func seconds(_ body: () -> Void) -> Double {
    let start = ContinuousClock.now
    body()
    let time = ContinuousClock.now - start
    return Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
}

func milliseconds(_ seconds: Double) -> String { String(format: "%8.1f ms", seconds * 1000) }

let count = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 1_000_000
let folder = FileManager.default.temporaryDirectory.appendingPathComponent("log-benchmark-\(getpid())").path
let paths = ["/api/ps", "/api/chat", "/api/generate", "/v1/chat/completions", "/api/tags"]
let models = ["mistral-small:22b", "deepseek-r1:70b", "llama3.1:8b", "nomic-embed-text"]

func message(_ number: Int) -> String {
    number == count / 2
        ? "the one line about Überlauf: CUDA error: out of memory while loading \(models[0])"
        : "[GIN] | 200 | \(number % 977).\(number % 10)ms | 10.0.0.\(number % 250) | POST \"\(paths[number % 5])\" "
            + "model=\(models[number % 4]) request \(number)"
}

let bench = Bench()
let store = LogStore(folder: folder) { bench.take($0) }
let plain = folder + "-plain.txt"
_ = FileManager.default.createFile(atPath: plain, contents: nil)
var bytes = 0
var asked = 0
do {
    guard let file = FileHandle(forWritingAtPath: plain) else { exit(1) }
    var entries: [LogEntry] = []
    var size = 0
    var text = ""
    let storing = seconds {
        for number in 0..<count {
            let line = LogLine(
                time: Date(timeIntervalSince1970: Double(number)), level: number % 50 == 0 ? .warning : .info,
                component: "promptchain.server", message: message(number))
            entries.append(LogEntry(number: number, line: line))
            size += line.message.utf8.count + 1
            text += line.message + "\n"
            guard size > 64 * 1024 || number == count - 1 else { continue }
            bytes += size
            store.take(.store(entries))
            asked += 1
            file.write(Data(text.utf8))
            (entries, size, text) = ([], 0, "")
        }
        for _ in 0..<asked { bench.arrived.wait() }
    }
    try? file.close()
    print("\(count) lines, \(bytes / 1_000_000) MB of messages; made and stored in \(milliseconds(storing))")
}

struct Search {
    var name: String
    var text: String
    var from: Int
    var filter = LogFilter()
}

let grave = LogFilter(lines: LineFilter("!chat"))
let searches = [
    Search(name: "nowhere", text: "no such words", from: 0),
    Search(name: "in one line, forwards", text: "out of memory", from: 0),
    Search(name: "in one line, backwards", text: "out of memory", from: count),
    Search(name: "the same, once more (n)", text: "out of memory", from: count / 2),
    Search(name: "exactly as written", text: "CUDA", from: 0),
    Search(name: "not ASCII", text: "überlauf", from: 0),
    Search(name: "in every fourth line", text: "deepseek", from: count / 3),
    Search(name: "one common letter", text: "e", from: count / 3),
    Search(name: "in one line, with a filter", text: "out of memory", from: 0, filter: grave),
]

for search in searches {
    // Best of five, each without what was counted before, but for the one that is about that.
    var times: [Double] = []
    var found = ""
    for turn in 0..<5 {
        if !search.name.contains("once more") || turn == 0 {
            store.take(.search(LogSearch("something else \(turn)", filter: LogFilter(), from: 0)))
            bench.arrived.wait()
        }
        if search.name.contains("once more") {
            store.take(.search(LogSearch(search.text, filter: search.filter, from: 0)))
            bench.arrived.wait()
        }
        let time = seconds {
            store.take(.search(LogSearch(search.text, filter: search.filter, from: search.from)))
            bench.arrived.wait()
        }
        times.append(time)
        if case .found(_, let finding) = bench.answers.withLock({ $0.last }) { found = "\(finding.count) lines" }
    }
    print(
        "\(milliseconds(times.min() ?? 0))  \(search.name.padding(toLength: 30, withPad: " ", startingAt: 0)) \(found)")
}

let readings: [(String, LogReading)] = [
    ("the first lines", LogReading(.first, filter: LogFilter())),
    ("lines in the middle", LogReading(.around(count / 2), filter: LogFilter())),
    (
        "before the end, of one in a million",
        LogReading(.before(count), filter: LogFilter(lines: LineFilter("überlauf")))
    ),
]
for (name, reading) in readings {
    let time = seconds {
        store.take(.read(reading))
        bench.arrived.wait()
    }
    print("\(milliseconds(time))  read: \(name)")
}

for arguments in [["-c", "-i", "out of memory"], ["-c", "-F", "CUDA"], ["-c", "-i", "e"]] {
    var best = Double.infinity
    for _ in 0..<3 {
        let grep = Process()
        grep.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        grep.arguments = ["grep"] + arguments + [plain]
        // Not /dev/null: grep stops at the first line that matches where nobody reads on.
        grep.standardOutput = Pipe()
        best = min(
            best,
            seconds {
                try? grep.run()
                grep.waitUntilExit()
            })
    }
    print("\(milliseconds(best))  grep \(arguments.joined(separator: " "))")
}
try? FileManager.default.removeItem(atPath: plain)
try? FileManager.default.removeItem(atPath: folder)
