import Foundation
import PromptChainCore

/// The log as it is looked at: the newest lines in memory, and a window over all lines that there are. Older lines are in
/// a file, where somebody keeps one; what is asked of it is in `outbox`.
struct LogState: Equatable, Sendable {
    /// What is kept in memory, in bytes of messages; the window holds as much.
    private static let byteLimit = 512 * 1024
    /// A message longer than this is cut here; the log file has all of it.
    private static let longestMessage = 16_384

    /// The newest lines, shown or not.
    private(set) var kept: [LogEntry] = []
    private var keptBytes = 0
    private var nextNumber = 0
    /// Whether lines that memory lets go are handed on.
    private let keepsOlder: Bool
    /// The numbers of the lines in the file.
    var stored = 0..<0
    /// What is asked of the file, until somebody takes it from here.
    var outbox: [LogRequest] = []
    /// The lines that are being read.
    var reading: LogReading?
    /// What is being searched for in the file.
    var sought: LogSought?

    /// The lines of the window, as the filter shows them; the same count as the lines of `text`.
    private(set) var entries: [LogEntry] = []
    /// Whether the window goes on to the newest line.
    private(set) var hasEnd = true
    /// The line before which the filter shows none.
    private var first: Int?
    private(set) var filter = LogFilter()
    var text = TextBuffer(byteLimit: byteLimit)
    var scroll = ScrollState()
    /// What is searched for; its line is the number of an entry.
    var search = TextSearch()
    /// The number of the line that was gone to.
    var marked: Int?

    init(keepsOlder: Bool = false) {
        self.keepsOlder = keepsOlder
    }

    /// The number of the oldest line in memory.
    var firstKept: Int { kept.first?.number ?? nextNumber }
    /// Whether the newest line is in view, and stays so.
    var isFollowing: Bool { hasEnd && scroll.isFollowing }

    /// Adds a line, unless it stands there already: what a run tells may come as an event and through the log.
    mutating func add(_ line: LogLine) {
        var line = line
        let length = line.message.utf8.count
        if length > Self.longestMessage {
            let start = String(line.message.prefix(Self.longestMessage / 4))
            line.message = "\(start)… (\(Count.text(length, "byte")) in all)"
        }
        line.message = TextBuffer.oneLine(line.message)
        // What a server says twice it means twice.
        let isKnown =
            !line.isOfServer
            && kept.suffix(8).contains {
                $0.line.message == line.message && $0.line.shortComponent == line.shortComponent
                    && abs($0.line.time.timeIntervalSince(line.time)) < 1
            }
        guard !isKnown else { return }
        let entry = LogEntry(number: nextNumber, line: line)
        nextNumber += 1
        kept.append(entry)
        keptBytes += line.message.utf8.count + 1
        letGo()
        if hasEnd, filter.shows(line) { append(entry) }
    }

    /// Shows what another filter shows, from its end.
    mutating func use(_ newFilter: LogFilter) {
        guard newFilter != filter else { return }
        filter = newFilter
        search.forget()
        reading = nil
        marked = nil
        showKept()
        scroll.follow()
    }

    /// Goes to the newest line, and follows what comes.
    mutating func followEnd() {
        reading = nil
        marked = nil
        if !hasEnd { showKept() }
        scroll.follow()
    }

    /// The window over the lines in memory.
    mutating func showKept() {
        show(kept.filter { filter.shows($0.line) }, hasEnd: true)
    }

    func entry(_ line: Int) -> LogEntry? {
        let index = line - text.firstLine
        return entries.indices.contains(index) ? entries[index] : nil
    }

    /// A line by its number, as far as it is in memory.
    func entry(number: Int) -> LogEntry? {
        if let index = index(of: number, in: entries) { return entries[index] }
        return index(of: number, in: kept).map { kept[$0] }
    }

    /// The row at which a line of the window begins.
    func row(of number: Int) -> Int? {
        index(of: number, in: entries).map {
            text.row(showing: TextBuffer.Row(line: text.firstLine + $0, range: 0..<0))
        }
    }

    private func index(of number: Int, in entries: [LogEntry]) -> Int? {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].number < number { low = middle + 1 } else { high = middle }
        }
        return low < entries.count && entries[low].number == number ? low : nil
    }

    private mutating func append(_ entry: LogEntry) {
        entries.append(entry)
        let before = text.firstLine
        text.appendLine(entry.line.message)
        let gone = text.firstLine - before
        if gone > 0 { entries.removeFirst(gone) }
    }

    private mutating func letGo() {
        // In bulk, since taking from the front moves all the rest.
        guard keptBytes > Self.byteLimit + Self.byteLimit / 8 else { return }
        var count = 0
        while count < kept.count - 1, keptBytes > Self.byteLimit {
            keptBytes -= kept[count].line.message.utf8.count + 1
            count += 1
        }
        if keepsOlder { outbox.append(.store(Array(kept[..<count]))) }
        kept.removeFirst(count)
    }
}

// The window.
extension LogState {
    /// Shows other lines; what was in view stays there, where it is among them.
    mutating func show(_ window: [LogEntry], hasEnd: Bool) {
        let top = scroll.top.flatMap { text.row($0) }
        let place = top.flatMap { row in entry(row.line).map { (number: $0.number, range: row.range) } }
        let width = text.width
        entries = window
        self.hasEnd = hasEnd
        first = nil
        text = TextBuffer(byteLimit: .max / 2)
        text.wrap(to: width)
        for entry in window { text.appendLine(entry.line.message) }
        text.byteLimit = Self.byteLimit
        if let place, let index = index(of: place.number, in: window) {
            scroll.keep(TextBuffer.Row(line: text.firstLine + index, range: place.range), in: text)
        }
    }

    /// Older lines at the beginning of the window. What is too much goes from its end.
    mutating func showBefore(_ older: [LogEntry]) {
        guard let oldest = older.first else { return first = entries.first?.number ?? firstKept }
        var window = older + entries
        var bytes = Self.bytes(of: window)
        var hasEnd = hasEnd
        while bytes > Self.byteLimit, let last = window.last, last.number != oldest.number {
            bytes -= last.line.message.utf8.count + 1
            window.removeLast()
            hasEnd = false
        }
        show(window, hasEnd: hasEnd)
    }

    /// Newer lines at the end of the window. What is too much goes from its beginning.
    mutating func showAfter(_ newer: [LogEntry], hasEnd: Bool, height: Int) {
        // A window that is looked at to its end must not run away with its new end.
        scroll.hold(in: text, height: height)
        let window = entries + newer
        var excess = Self.bytes(of: window) - Self.byteLimit
        var gone = 0
        while excess > 0, gone < entries.count {
            excess -= window[gone].line.message.utf8.count + 1
            gone += 1
        }
        show(Array(window[gone...]), hasEnd: hasEnd)
    }

    /// The next lines in memory after those of the window; not all of them, which would push out what is in view.
    mutating func joinKept(height: Int) {
        let last = entries.last?.number ?? -1
        let newer = kept.filter { $0.number > last && filter.shows($0.line) }
        var room = Self.byteLimit / 8
        let next = newer.prefix { entry in
            defer { room -= entry.line.message.utf8.count + 1 }
            return room > 0
        }
        showAfter(Array(next), hasEnd: next.count == newer.count, height: height)
    }

    /// Asks for the lines that somebody will see who goes on, before they are seen.
    mutating func askForMore(height: Int) {
        guard reading == nil, text.width > 0, height > 0 else { return }
        let rows = scroll.visible(in: text, height: height)
        if !hasEnd, let last = entries.last?.number, text.endRow - rows.upperBound < height {
            guard last + 1 < firstKept, last + 1 < stored.upperBound else { return joinKept(height: height) }
            return ask(.after(last))
        }
        let oldest = entries.first?.number ?? firstKept
        let isNear = text.rows.count < height || (scroll.top != nil && rows.lowerBound - text.firstRow < height)
        if isNear, stored.lowerBound < min(oldest, stored.upperBound), first != oldest { ask(.before(oldest)) }
    }

    /// Goes to the first line that there is.
    mutating func goToFirst(height: Int) {
        marked = nil
        if stored.isEmpty || (entries.first?.number ?? 0) <= stored.lowerBound {
            return scroll.go(to: text.firstRow, in: text, height: height)
        }
        ask(.first)
    }

    mutating func ask(_ place: LogReading.Place) {
        let reading = LogReading(place, filter: filter)
        self.reading = reading
        outbox.append(.read(reading))
    }

    /// Takes lines that were read.
    mutating func take(_ answer: LogReading, _ lines: [LogEntry], target: Int?, height: Int) {
        guard answer == reading else { return }
        reading = nil
        switch answer.place {
        case .before(let number):
            // The window may have lost its beginning meanwhile; it asks anew then.
            if number == entries.first?.number ?? firstKept { showBefore(lines) }
        case .after(let number):
            guard number == entries.last?.number else { return }
            lines.isEmpty ? joinKept(height: height) : showAfter(lines, hasEnd: false, height: height)
        case .first:
            guard !lines.isEmpty else { return scroll.go(to: text.firstRow, in: text, height: height) }
            show(lines, hasEnd: false)
            scroll.go(to: text.firstRow, in: text, height: height)
            scroll.hold(in: text, height: height)
        case .around, .at:
            guard let target, !lines.isEmpty else { return }
            show(lines, hasEnd: false)
            if case .at = answer.place { mark(target, height: height) } else { bringIntoView(target, height: height) }
        }
    }

    /// Scrolls so that a line of the window is seen.
    mutating func bringIntoView(_ number: Int, height: Int) {
        guard let row = row(of: number) else { return }
        if !scroll.visible(in: text, height: height).contains(row) {
            scroll.go(to: row - height / 2, in: text, height: height)
        }
        if !hasEnd { scroll.hold(in: text, height: height) }
    }

    /// Shows a line, wherever it is.
    mutating func go(to number: Int, height: Int) {
        if row(of: number) == nil {
            guard entry(number: number) != nil else { return ask(.around(number)) }
            showKept()
        }
        bringIntoView(number, height: height)
    }

    /// Asks for nothing that was asked for before: somebody else is shown meanwhile.
    mutating func forgetQuestions() {
        reading = nil
        sought = nil
    }

    private static func bytes(of entries: [LogEntry]) -> Int {
        entries.reduce(0) { $0 + $1.line.message.utf8.count + 1 }
    }
}
