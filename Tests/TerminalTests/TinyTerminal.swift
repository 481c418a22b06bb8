import CellScreen

/// As much of a terminal of type xterm-256color as ncurses uses: what is drawn becomes a buffer again.
struct TinyTerminal {
    private(set) var buffer: CellBuffer
    private(set) var isAlternate = false
    /// Sequences that it does not know.
    private(set) var unknown: [String] = []
    /// The column; one past the last while the next character would wrap.
    private var x = 0
    private var y = 0
    private var style = Style.plain
    private var last = Cell.blank
    private var pending: [Unicode.Scalar] = []

    init(_ size: Size) {
        buffer = CellBuffer(size: size)
    }

    mutating func feed(_ text: String) {
        for scalar in text.unicodeScalars {
            if !pending.isEmpty {
                pending.append(scalar)
                continueSequence()
            } else {
                take(scalar)
            }
        }
    }

    private mutating func take(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\u{1B}": pending = [scalar]
        case "\r": x = 0
        case "\n": y = min(y + 1, buffer.size.height - 1)
        case "\u{8}": x = max(0, column - 1)
        case "\u{7}": break
        default: print(scalar)
        }
    }

    private mutating func print(_ scalar: Unicode.Scalar) {
        let columns = DisplayWidth.columns(of: Character(scalar))
        if columns == 0 {
            // A mark joins the cell before the cursor.
            last.character = Character(String(last.character) + String(Character(scalar)))
            buffer.put(last, x: x - last.width, y: y)
            return
        }
        if x + columns > buffer.size.width {
            x = 0
            y = min(y + 1, buffer.size.height - 1)
        }
        last = Cell(Character(scalar), width: columns, style: style)
        buffer.put(last, x: x, y: y)
        x += columns
    }

    private mutating func continueSequence() {
        guard pending.count > 1 else { return }
        switch pending[1] {
        case "[":
            guard let final = pending.last, pending.count > 2, (0x40..<0x7F).contains(final.value) else { return }
            let body = String(String.UnicodeScalarView(pending[2..<pending.count - 1]))
            perform(final, body)
        case "(":
            guard pending.count == 3 else { return }
        case "=", ">": break
        default: unknown.append("\(pending)")
        }
        pending = []
    }

    private mutating func perform(_ final: Unicode.Scalar, _ body: String) {
        let values = body.split(separator: ";", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        let first = max(1, values.first ?? 1)
        if final != "m" { x = column }
        switch final {
        case "H": (y, x) = (first - 1, max(1, values.count > 1 ? values[1] : 1) - 1)
        case "A": y -= first
        case "B": y += first
        case "C": x += first
        case "D": x -= first
        case "G": x = first - 1
        case "d": y = first - 1
        case "J": erase(from: x, to: buffer.size.width, rows: y + 1..<buffer.size.height)
        case "K": values.first == 1 ? erase(from: 0, to: x + 1) : erase(from: x, to: buffer.size.width)
        case "X": erase(from: x, to: x + first)
        case "@": shift(by: first)
        case "P": shift(by: -first)
        case "b":
            for _ in 0..<first {
                buffer.put(last, x: x, y: y)
                x += last.width
            }
        case "m": style = style.applying(values)
        case "h", "l": if body == "?1049" { isAlternate = final == "h" }
        case "r", "t": break
        default: unknown.append(body + String(Character(final)))
        }
        x = min(max(0, x), buffer.size.width)
        y = min(max(0, y), buffer.size.height - 1)
    }

    private var column: Int { min(x, buffer.size.width - 1) }

    private mutating func erase(from start: Int, to end: Int, rows: Range<Int> = 0..<0) {
        let blank = Style(background: style.background)
        buffer.fill(Rect(x: start, y: y, width: end - start, height: 1), style: blank)
        for row in rows { buffer.fill(Rect(x: 0, y: row, width: buffer.size.width, height: 1), style: blank) }
    }

    /// Moves the rest of the row to the right, or to the left.
    private mutating func shift(by columns: Int) {
        let cells = (0..<buffer.size.width).map { buffer[$0, y] }
        erase(from: x, to: buffer.size.width)
        for column in max(x, x - columns)..<buffer.size.width where !cells[column].isContinuation {
            buffer.put(cells[column], x: column + columns, y: y)
        }
    }
}

extension Style {
    fileprivate func applying(_ values: [Int]) -> Style {
        var style = self
        var rest = values[...]
        while let value = rest.popFirst() {
            switch value {
            case 0: style = .plain
            case 1: style.attributes.insert(.bold)
            case 2: style.attributes.insert(.dim)
            case 3: style.attributes.insert(.italic)
            case 4: style.attributes.insert(.underline)
            case 7: style.attributes.insert(.reverse)
            case 22: style.attributes.subtract([.bold, .dim])
            case 23: style.attributes.remove(.italic)
            case 24: style.attributes.remove(.underline)
            case 27: style.attributes.remove(.reverse)
            case 30...37: style.foreground = .ansi(UInt8(value - 30))
            case 40...47: style.background = .ansi(UInt8(value - 40))
            case 90...97: style.foreground = .ansi(UInt8(value - 82))
            case 100...107: style.background = .ansi(UInt8(value - 92))
            case 38, 48:
                let color = Style.color(&rest)
                if value == 38 { style.foreground = color } else { style.background = color }
            case 39: style.foreground = nil
            case 49: style.background = nil
            default: break
            }
        }
        return style
    }

    private static func color(_ rest: inout ArraySlice<Int>) -> Color? {
        if rest.popFirst() == 5 { return rest.popFirst().map { .ansi(UInt8($0)) } }
        let parts = rest.prefix(3).map { UInt8($0) }
        rest = rest.dropFirst(3)
        return parts.count == 3 ? .rgb(red: parts[0], green: parts[1], blue: parts[2]) : nil
    }
}
