import Foundation
import PromptChainCore

/// Takes lines of servers' logs apart: those of Ollama and its access log, of llama.cpp, of vLLM and uvicorn, of
/// llama-swap, LocalAI and LM Studio. What it does not know it leaves as it is. Pure.
struct ServerLogParser: Sendable {
    /// The time now: a line may leave out its year or day.
    var now: Date
    /// Seconds that the server's clock is before UTC, for lines that say no zone.
    var utcOffset: Int
    /// How many formats stand around the line: docker's time around a time of syslog around the line itself is three.
    private var depth = 0

    /// A parser.
    init(now: Date, utcOffset: Int) {
        self.now = now
        self.utcOffset = utcOffset
    }

    /// A line, without its line break, taken apart.
    func parse(_ line: String) -> ServerLogEntry {
        let text = Self.withoutEscapes(line)
        // A progress bar writes over itself; the last thing that it showed counts.
        let shown = text.split(separator: "\r").last { $0.contains { !$0.isWhitespace } } ?? ""
        let (tag, rest) = Self.tagged(shown)
        var entry = parseUntagged(rest)
        if !tag.isEmpty { entry.message = tag + entry.message }
        if entry.message.last?.isWhitespace == true {
            entry.message = String(
                entry.message[...(entry.message.lastIndex { !$0.isWhitespace } ?? entry.message.startIndex)])
        }
        return entry
    }

    private func parseUntagged(_ text: Substring) -> ServerLogEntry {
        switch text.first {
        case "{": if let entry = json(text) { return entry }
        case "[":
            if let entry = gin(text) ?? bracketed(text) { return entry }
        case let first? where first.isNumber:
            if let entry = llama(text) ?? stamped(text) { return entry }
        case let first? where first.isLetter:
            if text.hasPrefix("time="), let entry = fields(text) { return entry }
            if let entry = levelFirst(text) ?? llamaRequest(text, level: nil) { return entry }
        default: break
        }
        return ServerLogEntry(level: Self.guess(text), message: String(text))
    }

    /// What another format stood around.
    func parseInner(_ text: Substring) -> ServerLogEntry {
        let rest = text.drop { " -|".contains($0) }
        // Whoever writes brackets for a whole line must not lead us as deep.
        guard depth < 3, rest.first?.isNumber != true else {
            return ServerLogEntry(level: Self.guess(rest), message: String(rest))
        }
        if let end = rest.firstIndex(of: " "), rest[..<end].count > 1 {
            let word = rest[..<end].filter { $0 != ":" }
            if word.allSatisfy(\.isUppercase), let level = ServerLogEntry.level(of: word) {
                let left = rest[end...].drop { " -|:".contains($0) }
                return access(left, time: nil, level: level) ?? ServerLogEntry(level: level, message: String(left))
            }
        }
        var inner = self
        inner.depth += 1
        return inner.parse(String(rest))
    }

    // MARK: - What every format may have

    /// Without what colours a terminal.
    static func withoutEscapes(_ line: String) -> String {
        guard line.utf8.contains(0x1B) else { return line }
        var kept = String.UnicodeScalarView()
        var scalars = line.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            guard scalar == "\u{1B}" else {
                kept.append(scalar)
                continue
            }
            switch scalars.next() {
            case "[": while let next = scalars.next(), !(0x40...0x7E).contains(next.value) {}
            // A title or a link, up to the bell or the escape of its end, whose second letter means nothing here.
            case "]", "P", "_", "^":
                while let next = scalars.next(), next != "\u{07}" {
                    if next == "\u{1B}" {
                        _ = scalars.next()
                        break
                    }
                }
            default: break
            }
        }
        return String(kept)
    }

    /// What stands before a line of a process that another one passes on: `[53229] ` of llama-server's router,
    /// `(EngineCore pid=7) ` of vLLM.
    static func tagged(_ text: Substring) -> (tag: Substring, rest: Substring) {
        let close: Character
        switch text.first {
        case "[": close = "]"
        case "(": close = ")"
        default: return ("", text)
        }
        guard let end = text.firstIndex(of: close) else { return ("", text) }
        let inside = text[text.index(after: text.startIndex)..<end]
        let isTag = close == "]" ? inside.count >= 4 && inside.allSatisfy(\.isNumber) : inside.contains("pid=")
        guard isTag, let next = text.index(end, offsetBy: 2, limitedBy: text.endIndex),
            text[text.index(after: end)] == " "
        else { return ("", text) }
        return (text[..<next], text[next...])
    }

    /// How grave a line is that does not say so, by the words that servers use when something goes wrong.
    static func guess(_ text: Substring) -> LogLine.Level? {
        if text.hasPrefix("llama_model_loader: - ") { return .debug }
        if text.hasPrefix("panic: ") || text.hasPrefix("fatal error: ") { return .critical }
        let words = text.lowercased()
        let errors = ["error:", "error loading", "failed to", "cuda error", "out of memory", "traceback (most recent"]
        if errors.contains(where: words.contains) { return .error }
        // The last line of a traceback names the kind of error: ValueError: no room.
        if let colon = text.firstIndex(of: ":"), text.first?.isUppercase == true {
            let name = text[..<colon]
            if !name.contains(" "), name.hasSuffix("Error") || name.hasSuffix("Exception") { return .error }
        }
        return ["warning:", "warn:"].contains(where: words.contains) ? .warning : nil
    }

    /// The entry of a request, with a level by its status where the line says nothing graver.
    func entry(
        _ request: ServerLogEntry.Request, time: Date?, level: LogLine.Level? = nil, message: String
    ) -> ServerLogEntry {
        let own: LogLine.Level = request.status >= 500 ? .error : request.status >= 400 ? .warning : .info
        return ServerLogEntry(time: time, level: max(own, level ?? own), message: message, request: request)
    }

    /// A date and a time of day without a zone.
    func local(_ date: some StringProtocol, _ time: some StringProtocol) -> Date? {
        let zone = abs(utcOffset) / 60
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let offset = "\(utcOffset < 0 ? "-" : "+")\(two(zone / 60)):\(two(zone % 60))"
        let day = String(date).replacing("/", with: "-")
        return Timestamp.parse("\(day)T\(String(time).replacing(",", with: "."))\(offset)")
    }
}
