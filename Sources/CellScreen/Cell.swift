/// One cell of the screen: a character, the columns it takes, and its style.
///
/// It holds no references: a picture of many cells is copied, compared and let go as plain memory.
public struct Cell: Equatable, Sendable {
    /// How it looks.
    public var style: Style
    private var text: CellText

    /// What stands in the cell: a base and at most four marks. A cell covered by the right half of a wide character is a
    /// `continuation`.
    public var character: Character {
        get { text.character }
        set { text = CellText(newValue, columns: text.columns) }
    }

    /// The columns that the character takes: 1 or 2; 0 in a continuation.
    public var width: Int {
        get { text.columns }
        set { text.columns = newValue }
    }

    /// A cell of a character that takes `width` columns.
    public init(_ character: Character, width: Int = 1, style: Style = .plain) {
        text = CellText(character, columns: width)
        self.style = style
    }

    /// A cell of one scalar that takes `width` columns.
    init(scalar: Unicode.Scalar, width: Int = 1, style: Style = .plain) {
        text = CellText(scalar, columns: width)
        self.style = style
    }

    /// An empty cell.
    public static let blank = Cell(" ")

    /// The cell under the right half of a wide character.
    public static func continuation(style: Style) -> Cell {
        Cell(scalar: " ", width: 0, style: style)
    }

    /// Whether the cell is covered by the wide character to its left.
    public var isContinuation: Bool { text.columns == 0 }

    /// 0 for an equal cell.
    func differingBits(_ other: Cell) -> UInt64 {
        (style.bits ^ other.style.bits) | text.differingBits(other.text)
    }

    /// The scalar that the character consists of; `nil` when there are several.
    public var onlyScalar: Unicode.Scalar? { text.onlyScalar }
}

/// The scalars of a character, as many as a cell shows, 21 bits each, and its columns: two words.
private struct CellText: Equatable, Sendable {
    /// A base and the four marks that one cell of ncurses holds.
    private static let mostScalars = 5
    private static let perWord = 3
    private static let scalarBits = 21
    private static let scalarMask: UInt64 = 1 << 21 - 1
    private static let columnShift: UInt64 = 42
    private static let columnMask: UInt64 = 3 << columnShift

    /// The base and two marks. No scalar of a mark is 0, so that zero means none.
    private var low: UInt64
    /// Two marks and the columns.
    private var high: UInt64

    init(_ scalar: Unicode.Scalar, columns: Int) {
        low = UInt64(scalar.value)
        high = 0
        self.columns = columns
    }

    init(_ character: Character, columns: Int) {
        var scalars = character.unicodeScalars.makeIterator()
        self.init(scalars.next() ?? " ", columns: columns)
        var place = 1
        while place < Self.mostScalars, let mark = scalars.next() {
            let value = UInt64(mark.value)
            if place < Self.perWord {
                low |= value << (place * Self.scalarBits)
            } else {
                high |= value << ((place - Self.perWord) * Self.scalarBits)
            }
            place += 1
        }
    }

    var columns: Int {
        get { Int(high >> Self.columnShift) }
        set { high = high & ~Self.columnMask | UInt64(min(2, max(0, newValue))) << Self.columnShift }
    }

    func differingBits(_ other: CellText) -> UInt64 { (low ^ other.low) | (high ^ other.high) }

    var onlyScalar: Unicode.Scalar? {
        // A mark in the second word has two before it in the first.
        low <= Self.scalarMask ? Unicode.Scalar(UInt32(low)) : nil
    }

    var character: Character {
        if low < 0x80 { return Self.ascii[Int(low)] }
        var scalars = String.UnicodeScalarView()
        for place in 0..<Self.mostScalars {
            let word = place < Self.perWord ? low : high & ~Self.columnMask
            let value = word >> (place % Self.perWord * Self.scalarBits) & Self.scalarMask
            guard value != 0 || scalars.isEmpty, let scalar = Unicode.Scalar(UInt32(value)) else { break }
            scalars.append(scalar)
        }
        return Character(String(scalars))
    }

    // Made once: a character is not cheap to make.
    private static let ascii: [Character] = (UInt8(0)..<0x80).map { Character(Unicode.Scalar($0)) }
}
