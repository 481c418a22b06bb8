import Foundation

/// Reads the lines of JSON that `ChainEventRecord.jsonLine()` writes, or that another program writes in its place.
///
/// Only what an event is about has to stand there: a place in the run that is missing is filled in, and everything that
/// may be `null` may be left out. Events and members of a newer version are passed over.
public struct ChainEventReader: Sendable {
    /// Why a line is no event.
    public struct Fault: Error, Equatable, Sendable, CustomStringConvertible {
        /// One sentence.
        public var description: String

        init(_ description: String) {
            self.description = description
        }
    }

    private let run: String
    private let now: @Sendable () -> Date
    private var sequence = 0

    /// A reader of one run's lines.
    /// - Parameters:
    ///   - run: the run's identifier where a line has none.
    ///   - now: the time where a line has none.
    public init(run: String = "events", now: @escaping @Sendable () -> Date = { Date(timeIntervalSince1970: 0) }) {
        self.run = run
        self.now = now
    }

    /// Reads the next line.
    /// - Returns: `nil` for an empty line, and for an event that this version does not know.
    /// - Throws: `Fault` when it is no event.
    public mutating func read(_ line: String) throws -> ChainEventRecord? {
        try read(Data(line.utf8))
    }

    /// Reads the next line, given as UTF-8.
    public mutating func read(_ line: Data) throws -> ChainEventRecord? {
        guard line.contains(where: { $0 > 32 }) else { return nil }
        // What the fast way does not take is judged by the library.
        guard let value = JSONScanner.value(of: line) ?? (try? JSONDecoder().decode(JSONValue.self, from: line)) else {
            throw Fault("this is no JSON")
        }
        guard case .object(let object) = value else { throw Fault("an event is a JSON object") }
        return try record(EventMembers(object: object))
    }

    private mutating func record(_ members: EventMembers) throws -> ChainEventRecord? {
        if let version = members.integer("v"), version != 1 {
            throw Fault("the event's version is \(version), and only 1 is known")
        }
        let name = try members.required("event", members.text("event"))
        guard let event = try members.event(named: name) else { return nil }
        sequence = members.integer("seq") ?? sequence + 1
        return ChainEventRecord(
            sequence: sequence, time: try members.time("time") ?? now(), run: members.text("run") ?? run,
            item: members.integer("item"), event: event)
    }
}

/// The members of one event.
struct EventMembers {
    var object: [String: JSONValue]

    func text(_ key: String) -> String? { object[key]?.stringValue }
    func integer(_ key: String) -> Int? { object[key]?.integerValue.flatMap { Int(exactly: $0) } }
    func bytes(_ key: String) -> Int64? { object[key]?.integerValue }
    func number(_ key: String) -> Double? { object[key]?.doubleValue.flatMap { $0.isFinite ? $0 : nil } }
    func flag(_ key: String) -> Bool { object[key]?.boolValue ?? false }
    func model(_ key: String) -> ModelName? { text(key).map { ModelName($0) } }
    func list(_ key: String) -> [JSONValue] { object[key]?.arrayValue ?? [] }

    func required<Value>(_ key: String, _ value: Value?) throws -> Value {
        if let value { return value }
        let name = text("event").map { "“\($0)”" } ?? "the event"
        guard let given = object[key], given != .null else {
            throw ChainEventReader.Fault("\(name) has no “\(key)”")
        }
        throw ChainEventReader.Fault("“\(key)” of \(name) cannot be \(JSONText.line(given).prefix(40))")
    }

    /// The step, counted from 1. A number that no chain has would make whoever shows it count up to it.
    func step(_ key: String = "step") throws -> Int {
        try required(key, integer(key).flatMap { (1...1_000_000).contains($0) ? $0 : nil })
    }

    func time(_ key: String) throws -> Date? {
        guard let value = object[key], value != .null else { return nil }
        return try required(key, value.stringValue.flatMap(Timestamp.parse))
    }
}
