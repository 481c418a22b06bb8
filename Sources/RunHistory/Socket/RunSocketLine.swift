import Foundation
import PromptChainCore

/// What goes over a run's socket beside its events, one JSON object a line.
enum RunSocketLine {
    /// The first line that a run sends.
    struct Hello: Equatable, Sendable {
        var run: String
        var chain: String
        var processID: Int32
        /// The number of the oldest event that is still held; 1 when none was yet.
        var first: Int
        /// The number of the newest event; 0 when there is none yet.
        var last: Int
    }

    /// What a watcher asks for.
    enum Request: Equatable, Sendable {
        /// Events after a number, and all that follow.
        case after(Int)
        /// The end of the run.
        case stop
        /// Something that this version does not know.
        case unknown(String)
    }

    /// What a run sends.
    enum Answer: Equatable, Sendable {
        case hello(Hello)
        /// An event, as it stands in the line.
        case event(Data)
        /// Events that the run does not hold any more, and that the watcher did not get.
        case lagged(from: Int, through: Int)
        /// A request that could not be understood.
        case refused(String)
    }

    private static let eventMark = Data("\"event\":".utf8)

    static func hello(_ hello: Hello) -> String {
        JSONText.line(
            JSONValue.object([
                "v": 1, "run": .string(hello.run), "chain": .string(hello.chain),
                "pid": .integer(Int64(hello.processID)), "first": .integer(Int64(hello.first)),
                "last": .integer(Int64(hello.last)),
            ]))
    }

    static func lagged(from: Int, through: Int) -> String {
        let numbers: JSONValue = .object(["from": .integer(Int64(from)), "to": .integer(Int64(through))])
        return JSONText.line(JSONValue.object(["v": 1, "lagged": numbers]))
    }

    static func refused(_ reason: String) -> String {
        JSONText.line(JSONValue.object(["v": 1, "error": .string(reason)]))
    }

    static func after(_ number: Int) -> String { JSONText.line(JSONValue.object(["after": .integer(Int64(number))])) }

    static let stop = JSONText.line(JSONValue.object(["command": "stop"]))

    /// Reads what a watcher sent; `nil` for an empty line.
    static func request(_ line: Data) -> Request? {
        guard line.contains(where: { $0 > 32 }) else { return nil }
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: line) else { return .unknown("no JSON") }
        if let number = value["after"]?.integerValue, number >= 0, let after = Int(exactly: number) {
            return .after(after)
        }
        if value["command"]?.stringValue == "stop" { return .stop }
        return .unknown("known are {\"after\": NUMBER} and {\"command\": \"stop\"}")
    }

    /// Reads what a run sent; `nil` for what this version does not know.
    static func answer(_ line: Data) -> Answer? {
        // Inside a string the marks would be escaped.
        if line.range(of: eventMark) != nil { return .event(line) }
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: line) else { return nil }
        func number(_ key: String, in value: JSONValue?) -> Int? {
            value?[key]?.integerValue.flatMap { Int(exactly: $0) }
        }
        if let from = number("from", in: value["lagged"]), let to = number("to", in: value["lagged"]) {
            return .lagged(from: from, through: to)
        }
        if let reason = value["error"]?.stringValue { return .refused(reason) }
        guard let run = value["run"]?.stringValue, let pid = number("pid", in: value) else { return nil }
        return .hello(
            Hello(
                run: run, chain: value["chain"]?.stringValue ?? "", processID: Int32(clamping: pid),
                first: number("first", in: value) ?? 1, last: number("last", in: value) ?? 0))
    }
}
