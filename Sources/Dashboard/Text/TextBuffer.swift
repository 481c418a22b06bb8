/// Text that grows, broken into rows for one width. Growing costs the last row only; what is too much is let go from
/// the front. Line and row numbers count from the very beginning, so that they stay true when something was let go.
struct TextBuffer: Equatable, Sendable {
    /// What a line is, so that a view can tell kinds apart.
    enum Kind: Equatable, Sendable {
        case answer, thinking
        /// Says whose text follows.
        case heading
        /// Says what happened, or what there was, beside the text.
        case note
    }

    struct Line: Equatable, Sendable {
        var text: String
        var kind: Kind
    }

    struct Row: Equatable, Sendable {
        /// The number of the line that the row is part of.
        var line: Int
        /// The part of the line, in UTF-8 offsets.
        var range: Range<Int>
    }

    /// A line longer than this is cut in two: breaking it into rows must stay cheap.
    private static let longestLine = 16_384

    private(set) var lines: [Line] = []
    private(set) var firstLine = 0
    private(set) var rows: [Row] = []
    private(set) var firstRow = 0
    /// The columns that the rows are broken for; 0 when there are no rows yet.
    private(set) var width = 0
    private(set) var byteCount = 0
    private(set) var droppedBytes = 0
    /// What is too much is let go with the next text.
    var byteLimit: Int

    init(byteLimit: Int) {
        self.byteLimit = byteLimit
    }

    var isEmpty: Bool { lines.isEmpty }
    var endLine: Int { firstLine + lines.count }
    var endRow: Int { firstRow + rows.count }

    func line(_ number: Int) -> Line? {
        let index = number - firstLine
        return lines.indices.contains(index) ? lines[index] : nil
    }

    func row(_ number: Int) -> Row? {
        let index = number - firstRow
        return rows.indices.contains(index) ? rows[index] : nil
    }

    func text(of row: Row) -> String {
        line(row.line).map { TextWrap.row(row.range, of: $0.text) } ?? ""
    }

    /// Adds text to the end; a line break, or another kind of text, begins a new line.
    mutating func append(_ text: String, kind: Kind) {
        var rest = Substring(text)
        while true {
            let utf8 = rest.utf8
            let end = utf8.firstIndex(of: 0x0A) ?? utf8.endIndex
            for piece in Self.pieces(of: Self.cleaned(rest[..<end])) { extendLastLine(by: piece, kind: kind) }
            guard end < utf8.endIndex else { break }
            startLine(kind: kind)
            rest = rest[utf8.index(after: end)...]
        }
        letGo()
    }

    /// Adds a line of its own, to which more of its kind can be added.
    mutating func beginLine(_ text: String, kind: Kind) {
        append(isEmpty ? text : "\n" + text, kind: kind)
    }

    /// Adds one whole line.
    mutating func appendLine(_ text: String) {
        startLine(kind: .answer)
        extendLastLine(by: Self.oneLine(text), kind: .answer)
        letGo()
    }

    /// A text as one line: line breaks become blanks.
    static func oneLine(_ text: String) -> String {
        guard text.utf8.contains(0x0A) else { return cleaned(text[...]) }
        return cleaned(Substring(text.split(separator: "\n").joined(separator: " ")))
    }

    /// Breaks everything for a width; nothing to do when it is the one that there is.
    mutating func wrap(to newWidth: Int) {
        guard newWidth != width, newWidth > 0 else { return }
        width = newWidth
        rows = []
        firstRow = 0
        for index in lines.indices { appendRows(ofLineAt: index, from: 0) }
    }

    /// The number of the first row that shows a place of the text, or comes after it.
    func row(showing place: Row) -> Int {
        var low = 0
        var high = rows.count
        while low < high {
            let middle = (low + high) / 2
            let row = rows[middle]
            if row.line < place.line || (row.line == place.line && row.range.upperBound <= place.range.lowerBound) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return firstRow + low
    }

    /// Goes back to what it held when it ended with a line and so many bytes of it; `nil` when it held nothing.
    mutating func cut(to line: Int?, bytes: Int) {
        let count = min(max(0, line.map { $0 - firstLine + 1 } ?? 0), lines.count)
        lines.removeLast(lines.count - count)
        if let line, count > 0, line == endLine - 1 {
            lines[count - 1].text = String(decoding: lines[count - 1].text.utf8.prefix(bytes), as: UTF8.self)
        }
        byteCount = lines.reduce(0) { $0 + $1.text.utf8.count + 1 }
        let columns = width
        width = 0
        wrap(to: columns)
        if columns == 0 { rows = [] }
    }

    private mutating func startLine(kind: Kind) {
        lines.append(Line(text: "", kind: kind))
        byteCount += 1
        if width > 0 { appendRows(ofLineAt: lines.count - 1, from: 0) }
    }

    private mutating func extendLastLine(by text: String, kind: Kind) {
        if lines.isEmpty { startLine(kind: kind) }
        if lines[lines.count - 1].kind != kind {
            guard !text.isEmpty else { return }
            if lines[lines.count - 1].text.isEmpty {
                lines[lines.count - 1].kind = kind
            } else {
                startLine(kind: kind)
            }
        }
        guard !text.isEmpty else { return }
        if lines[lines.count - 1].text.utf8.count > Self.longestLine { startLine(kind: kind) }
        let index = lines.count - 1
        lines[index].text += text
        byteCount += text.utf8.count
        guard width > 0, let last = rows.popLast() else { return }
        appendRows(ofLineAt: index, from: last.range.lowerBound)
    }

    private mutating func appendRows(ofLineAt index: Int, from offset: Int) {
        let number = firstLine + index
        for range in TextWrap.rows(of: lines[index].text, from: offset, width: width) {
            rows.append(Row(line: number, range: range))
        }
    }

    private mutating func letGo() {
        // In bulk, since taking from the front moves all the rest.
        guard byteCount > byteLimit + byteLimit / 8 else { return }
        var count = 0
        var bytes = 0
        while count < lines.count - 1, byteCount - bytes > byteLimit {
            bytes += lines[count].text.utf8.count + 1
            count += 1
        }
        lines.removeFirst(count)
        firstLine += count
        byteCount -= bytes
        droppedBytes += bytes
        let gone = rows.firstIndex { $0.line >= firstLine } ?? rows.count
        rows.removeFirst(gone)
        firstRow += gone
    }

    private static func pieces(of text: String) -> [String] {
        guard text.utf8.count > longestLine else { return [text] }
        var rest = Substring(text)
        var pieces: [String] = []
        while !rest.isEmpty {
            pieces.append(String(rest.prefix(longestLine / 2)))
            rest = rest.dropFirst(longestLine / 2)
        }
        return pieces
    }

    /// Without carriage returns, and with tabs as blanks: both would be shown as one blank.
    private static func cleaned(_ text: Substring) -> String {
        guard text.utf8.contains(where: { $0 == 0x0D || $0 == 0x09 }) else { return String(text) }
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where scalar.value != 0x0D {
            if scalar.value == 0x09 {
                scalars.append(contentsOf: "    ".unicodeScalars)
            } else {
                scalars.append(scalar)
            }
        }
        return String(scalars)
    }
}
