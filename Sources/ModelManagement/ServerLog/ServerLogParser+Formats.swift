import Foundation
import PromptChainCore

extension ServerLogParser {
    // MARK: - Ollama

    /// `[GIN] 2026/11/24 - 12:03:44 | 200 |  38.041µs |  127.0.0.1 | GET      "/api/tags"`
    func gin(_ text: Substring) -> ServerLogEntry? {
        if text.hasPrefix("[GIN-debug] ") {
            return ServerLogEntry(level: .debug, message: String(text.dropFirst("[GIN-debug] ".count)))
        }
        guard text.hasPrefix("[GIN] ") else { return nil }
        let columns = text.dropFirst("[GIN] ".count).split(separator: "|", maxSplits: 4).map(Self.trimmed)
        guard columns.count == 5, let status = Int(columns[1]) else { return nil }
        let moment = columns[0].components(separatedBy: " - ")
        let call = columns[4].split(separator: "\"", maxSplits: 2, omittingEmptySubsequences: false)
        guard call.count >= 2 else { return nil }
        let method = Self.trimmed(call[0])
        let request = ServerLogEntry.Request(
            method: method, path: Self.path(call[1]), status: status, client: columns[3])
        let more = call.count > 2 ? Self.trimmed(call[2]) : ""
        return entry(
            request, time: moment.count == 2 ? local(moment[0], moment[1]) : nil,
            message: "\(method) \(call[1]) \(status) in \(columns[2]), from \(columns[3])"
                + (more.isEmpty ? "" : " \(more)"))
    }

    /// `time=… level=INFO source=… msg="…" key=value`, of Go's log/slog and of logrus.
    func fields(_ text: Substring) -> ServerLogEntry? {
        var entry = ServerLogEntry(message: "")
        var more: [Substring] = []
        var rest = text
        while let equals = rest.firstIndex(of: "=") {
            let key = rest[..<equals]
            guard !key.contains(where: { $0 == " " || $0 == "\"" }) else { return nil }
            let start = rest.index(after: equals)
            let end = Self.endOfValue(rest, from: start)
            let value = rest[start..<end]
            switch key {
            case "time": entry.time = Timestamp.parse(Self.unquoted(value))
            case "level": entry.level = ServerLogEntry.level(of: value)
            case "msg": entry.message = Self.unquoted(value)
            // Where in the server's own code it was written helps only those who know that.
            case "source": break
            default: more.append(rest[..<end])
            }
            rest = rest[end...].drop { $0 == " " }
        }
        guard entry.level != nil || !entry.message.isEmpty else { return nil }
        if !rest.isEmpty { more.append(rest) }
        if !more.isEmpty { entry.message += (entry.message.isEmpty ? "" : " ") + more.joined(separator: " ") }
        return entry
    }

    private static func endOfValue(_ text: Substring, from start: Substring.Index) -> Substring.Index {
        guard start < text.endIndex, text[start] == "\"" else {
            return text[start...].firstIndex(of: " ") ?? text.endIndex
        }
        var index = text.index(after: start)
        var isEscaped = false
        while index < text.endIndex {
            let letter = text[index]
            index = text.index(after: index)
            if isEscaped {
                isEscaped = false
            } else if letter == "\\" {
                isEscaped = true
            } else if letter == "\"" {
                break
            }
        }
        return index
    }

    private static func unquoted(_ value: Substring) -> String {
        guard value.first == "\"", value.last == "\"", value.count >= 2 else { return String(value) }
        var text = ""
        var isEscaped = false
        for letter in value.dropFirst().dropLast() {
            if !isEscaped, letter == "\\" {
                isEscaped = true
                continue
            }
            text.append(isEscaped && letter == "n" ? "\n" : isEscaped && letter == "t" ? "\t" : letter)
            isEscaped = false
        }
        return text
    }

    // MARK: - llama.cpp

    /// `0.00.123.456 I srv  load_model: …`: minutes, seconds, milliseconds and microseconds since the process began.
    func llama(_ text: Substring) -> ServerLogEntry? {
        let words = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        let numbers = words[0].split(separator: ".", omittingEmptySubsequences: false)
        guard words.count == 3, numbers.map(\.count).dropFirst() == [2, 3, 3],
            numbers.allSatisfy({ $0.allSatisfy(\.isNumber) }), words[1].count == 1,
            let level = ServerLogEntry.level(of: words[1])
        else { return nil }
        if let request = llamaRequest(words[2], level: level) { return request }
        let isMetadata = words[2].hasPrefix("llama_model_loader: - ")
        return ServerLogEntry(level: isMetadata ? .debug : level, message: String(words[2]))
    }

    /// `srv  log_server_r: request: GET /health 127.0.0.1 200`, also `done request`.
    func llamaRequest(_ text: Substring, level: LogLine.Level?) -> ServerLogEntry? {
        guard let name = text.range(of: "log_server_r: "),
            let colon = text.range(of: "request: ", range: name.upperBound..<text.endIndex)
        else { return nil }
        let words = text[colon.upperBound...].split(separator: " ")
        guard words.count >= 4, let status = Int(words[3]) else { return nil }
        let request = ServerLogEntry.Request(
            method: String(words[0]), path: Self.path(words[1]), status: status, client: String(words[2]))
        return entry(
            request, time: nil, level: level, message: "\(words[0]) \(words[1]) \(status), from \(words[2])")
    }

    // MARK: - Level first

    /// `INFO 11-24 12:03:44 [core.py:12] …` of vLLM, `INFO:     …` of uvicorn, `E srv …` of llama.cpp without times.
    func levelFirst(_ text: Substring) -> ServerLogEntry? {
        guard let end = text.firstIndex(where: { $0 == " " || $0 == ":" }) else { return nil }
        let word = text[..<end]
        guard let level = ServerLogEntry.level(of: word), word.allSatisfy({ $0.isUppercase }) else { return nil }
        var rest = text[end...]
        if rest.first == ":" {
            rest = rest.dropFirst()
            guard rest.first == " " else { return nil }
        }
        rest = rest.drop { $0 == " " }
        if word.count == 1 {
            let areas = ["srv", "slot", "cmn", "que", "res", "ggml", "llama", "print_info", "load", "common"]
            guard areas.contains(where: rest.hasPrefix) else { return nil }
            return llamaRequest(rest, level: level) ?? ServerLogEntry(level: level, message: String(rest))
        }
        let words = rest.split(separator: " ", maxSplits: 2)
        if words.count == 3, words[0].count == 5, words[1].count >= 8, let time = withoutYear(words[0], words[1]) {
            return ServerLogEntry(time: time, level: level, message: String(words[2]))
        }
        return access(rest, time: nil, level: level) ?? ServerLogEntry(level: level, message: String(rest))
    }

    // Lines of a year ago are no news: the nearest such day that is not in the future is meant.
    private func withoutYear(_ day: Substring, _ time: Substring) -> Date? {
        guard let year = Int(Timestamp.text(now.addingTimeInterval(Double(utcOffset))).prefix(4)),
            let date = local("\(year)-\(day)", time)
        else { return nil }
        return date > now.addingTimeInterval(86_400) ? local("\(year - 1)-\(day)", time) : date
    }

    /// `127.0.0.1:58834 - "GET /metrics HTTP/1.1" 200 OK` of uvicorn, `Request 127.0.0.1 "GET /running HTTP/1.1" 200 …`
    /// of llama-swap.
    func access(_ text: Substring, time: Date?, level: LogLine.Level?) -> ServerLogEntry? {
        let parts = text.split(separator: "\"", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        let call = parts[1].split(separator: " ")
        let answer = parts[2].split(separator: " ")
        guard call.count == 3, call[2].hasPrefix("HTTP/"), let status = answer.first.flatMap({ Int($0) }) else {
            return nil
        }
        let client = parts[0].split(separator: " ").last { $0 != "-" }.map { word in
            // A port follows an address of either kind; a lone IPv6 address has no figure behind a dot.
            guard let colon = word.lastIndex(of: ":"), word.contains(".") || word.hasPrefix("[") else {
                return String(word)
            }
            return word[..<colon].trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        }
        let request = ServerLogEntry.Request(
            method: String(call[0]), path: Self.path(call[1]), status: status, client: client)
        let more = answer.dropFirst().joined(separator: " ")
        return entry(
            request, time: time, level: level,
            message: "\(call[0]) \(call[1]) \(status)" + (more.isEmpty ? "" : " \(more)")
                + (client.map { ", from \($0)" } ?? ""))
    }

    // MARK: - Time first

    /// `[INFO] …`, `[2026-11-24 12:03:44][INFO] …`, `[2026-11-24 12:03:44.123] [warn] …`
    func bracketed(_ text: Substring) -> ServerLogEntry? {
        guard let end = text.firstIndex(of: "]") else { return nil }
        let inside = text[text.index(after: text.startIndex)..<end]
        let rest = text[text.index(after: end)...].drop { $0 == " " }
        if let level = ServerLogEntry.level(of: inside) {
            return access(rest, time: nil, level: level) ?? ServerLogEntry(level: level, message: String(rest))
        }
        guard inside.first?.isNumber == true, let (time, left) = moment(inside), left.isEmpty else { return nil }
        var entry = parseInner(rest)
        entry.time = entry.time ?? time
        return entry
    }

    /// `2026-11-24T12:03:44.123Z …`, `2026-11-24 12:03:44,123 - INFO - …`, `12:03PM INF …`, and what stands behind it.
    func stamped(_ text: Substring) -> ServerLogEntry? {
        guard let (time, rest) = moment(text) else { return nil }
        var entry = parseInner(rest)
        entry.time = entry.time ?? time
        return entry
    }

    /// A time at the beginning of a text, and what follows.
    private func moment(_ text: Substring) -> (time: Date?, rest: Substring)? {
        let words = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        let after = words.count > 1 ? words[1] : text[text.endIndex...]
        if let time = Timestamp.parse(String(words[0])) { return (time, after) }
        // Zerolog's console gives the hour and minute of some day.
        if words[0].count == 7, words[0].hasSuffix("AM") || words[0].hasSuffix("PM"), words[0].contains(":") {
            return (nil, after)
        }
        let second = after.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard let clock = second.first, clock.count >= 8, let time = local(words[0], clock) else { return nil }
        return (time, second.count > 1 ? second[1] : text[text.endIndex...])
    }

    // MARK: - JSON

    /// An object a line: llama-server with `--log-jsonl`, and many others.
    func json(_ text: Substring) -> ServerLogEntry? {
        guard case .object(let members)? = try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)) else {
            return nil
        }
        func first(_ names: [String]) -> JSONValue? { names.lazy.compactMap { members[$0] }.first }
        let stamp = first(["time", "ts", "timestamp", "@timestamp"])
        let time = stamp?.stringValue.flatMap { Timestamp.parse($0) } ?? stamp?.doubleValue.flatMap(Self.date)
        let level = first(["level", "lvl", "severity"])?.stringValue.flatMap { ServerLogEntry.level(of: $0) }
        guard let message = first(["msg", "message"])?.stringValue else {
            return ServerLogEntry(time: time, level: level, message: String(text))
        }
        let known = ["time", "ts", "timestamp", "@timestamp", "level", "lvl", "severity", "msg", "message", "type"]
        let more = members.filter { !known.contains($0.key) }.sorted { $0.key < $1.key }.map { key, value in
            "\(key)=\(value.stringValue ?? JSONText.line(value))"
        }
        var entry = parseInner(message[...])
        entry.time = time ?? entry.time
        entry.level = entry.request == nil ? level ?? entry.level : entry.level
        if !more.isEmpty { entry.message += " " + more.joined(separator: " ") }
        return entry
    }

    // Seconds, milliseconds or more of the epoch; a small number counts from the process's start.
    private static func date(_ number: Double) -> Date? {
        switch number {
        case 1e9..<1e11: Date(timeIntervalSince1970: number)
        case 1e12..<1e14: Date(timeIntervalSince1970: number / 1e3)
        case 1e15..<1e17: Date(timeIntervalSince1970: number / 1e6)
        case 1e18..<1e20: Date(timeIntervalSince1970: number / 1e9)
        default: nil
        }
    }

    // MARK: - Parts

    private static func trimmed(_ text: some StringProtocol) -> String { text.trimmingCharacters(in: .whitespaces) }

    private static func path(_ text: some StringProtocol) -> String { String(text.prefix { $0 != "?" }) }
}
