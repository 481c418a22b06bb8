extension DisplayWidth {
    /// The characters of a text as they may reach a terminal; each takes 1 or 2 columns.
    ///
    /// Escape and other control characters (C0, C1), characters that reorder text (bidirectional controls) and
    /// invisible ones are replaced by visible marks or left out; line breaks and tabs become blanks. A character of
    /// several scalars is cut to what one cell holds.
    public static func printable(_ text: String) -> [Character] {
        var result: [Character] = []
        result.reserveCapacity(text.utf8.count)
        for character in text {
            forEachPiece(of: character) { piece, _ in result.append(piece) }
        }
        return result
    }

    /// Hands out the cells that a text becomes on a terminal, with the columns of each (1 or 2), while `body` wants more.
    static func forEachPiece(of text: String, _ body: (_ piece: Cell, _ columns: Int) -> Bool) {
        // Finding where characters end costs more than all the rest, and mostly every scalar is one.
        if text.unicodeScalars.allSatisfy({ separateColumns(of: $0) != nil }) {
            for scalar in text.unicodeScalars {
                let columns = separateColumns(of: scalar) ?? 1
                guard body(Cell(scalar: scalar, width: columns), columns) else { return }
            }
            return
        }
        var isWanted = true
        for character in text where isWanted {
            forEachPiece(of: character) { piece, columns in
                if !body(Cell(piece, width: columns), columns) { isWanted = false }
            }
        }
    }

    /// Hands out what a character becomes on a terminal, and the columns of each piece (1 or 2).
    static func forEachPiece(of character: Character, _ body: (_ piece: Character, _ columns: Int) -> Void) {
        if let ascii = character.asciiValue {
            return body(printableASCII[Int(ascii)], 1)
        }
        let scalars = character.unicodeScalars
        let first = scalars[scalars.startIndex]
        if scalars.index(after: scalars.startIndex) == scalars.endIndex {
            switch fate(of: first) {
            case .base(let columns): body(character, columns)
            case .blank: body(" ", 1)
            case .replaced(let shown): body(Character(shown), 1)
            case .mark, .dropped: break
            }
        } else {
            forEachPiece(of: scalars, body)
        }
    }

    private static func forEachPiece(of scalars: Character.UnicodeScalarView, _ body: (Character, Int) -> Void) {
        var cell = String.UnicodeScalarView()
        var columns = 0
        var hasWide = false
        func finish() {
            if !cell.isEmpty { body(Character(String(cell)), columns) }
            cell = String.UnicodeScalarView()
        }
        for scalar in scalars {
            switch fate(of: scalar) {
            case .base(let width):
                // A second picture in one character was joined to the first, which has to do.
                if width == 2, hasWide { continue }
                finish()
                cell.append(scalar)
                columns = width
                hasWide = hasWide || width == 2
            case .mark:
                // One cell holds a base and at most four marks.
                if !cell.isEmpty, cell.count < 5 { cell.append(scalar) }
            case .blank:
                finish()
                body(" ", 1)
            case .replaced(let shown):
                finish()
                body(Character(shown), 1)
            case .dropped: break
            }
        }
        finish()
    }

    /// What each ASCII character becomes. Made once: a character is not cheap to make.
    static let printableASCII: [Character] = (UInt8(0)..<0x80).map { value in
        let scalar = Unicode.Scalar(value)
        switch fate(of: scalar) {
        case .blank: return " "
        case .replaced(let shown): return Character(shown)
        default: return Character(scalar)
        }
    }
}
