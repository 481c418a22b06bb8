/// One cell of the screen: a character, the columns it takes, and its style.
///
/// It holds no references: a picture of many cells is copied, compared and let go as plain memory.
public struct Cell: Equatable, Sendable {
    private var text: CellText
    private var columns: UInt8
    /// How it looks.
    public var style: Style

    /// What stands in the cell: a base and at most four marks. A cell covered by the right half of a wide character is a
    /// `continuation`.
    public var character: Character {
        get { text.character }
        set { text = CellText(newValue) }
    }

    /// The columns that the character takes: 1 or 2; 0 in a continuation.
    public var width: Int {
        get { Int(columns) }
        set { columns = UInt8(clamping: newValue) }
    }

    /// A cell of a character that takes `width` columns.
    public init(_ character: Character, width: Int = 1, style: Style = .plain) {
        text = CellText(character)
        columns = UInt8(clamping: width)
        self.style = style
    }

    /// A cell of one scalar that takes one column.
    init(_ scalar: Unicode.Scalar, style: Style) {
        text = CellText(scalar)
        columns = 1
        self.style = style
    }

    /// An empty cell.
    public static let blank = Cell(" ")

    /// The cell under the right half of a wide character.
    public static func continuation(style: Style) -> Cell {
        Cell(" ", width: 0, style: style)
    }

    /// Whether the cell is covered by the wide character to its left.
    public var isContinuation: Bool { columns == 0 }

    /// The scalar that the character consists of; `nil` when there are several.
    public var onlyScalar: Unicode.Scalar? { text.onlyScalar }
}

/// The scalars of a character, as many as a cell shows, 21 bits each.
private struct CellText: Equatable, Sendable {
    /// A base and the four marks that one cell of ncurses holds.
    static let mostScalars = 5

    private var base: UInt32
    // No scalar of a mark is 0, so that zero means none.
    private var marks: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)

    init(_ scalar: Unicode.Scalar) {
        base = scalar.value
    }

    init(_ character: Character) {
        var scalars = character.unicodeScalars.makeIterator()
        base = scalars.next()?.value ?? 0x20
        var count = 1
        while count < Self.mostScalars, let mark = scalars.next() {
            set(count, mark.value)
            count += 1
        }
    }

    static func == (left: CellText, right: CellText) -> Bool {
        left.base == right.base && left.marks == right.marks
    }

    var onlyScalar: Unicode.Scalar? { marks.0 == 0 ? Unicode.Scalar(base) : nil }

    var character: Character {
        if base < 0x80, marks.0 == 0 { return Self.ascii[Int(base)] }
        var scalars = String.UnicodeScalarView()
        for value in [base, marks.0, marks.1, marks.2, marks.3] {
            guard value != 0 || scalars.isEmpty, let scalar = Unicode.Scalar(value) else { break }
            scalars.append(scalar)
        }
        return Character(String(scalars))
    }

    private mutating func set(_ number: Int, _ value: UInt32) {
        switch number {
        case 1: marks.0 = value
        case 2: marks.1 = value
        case 3: marks.2 = value
        default: marks.3 = value
        }
    }

    // Made once: a character is not cheap to make.
    private static let ascii: [Character] = (UInt8(0)..<0x80).map { Character(Unicode.Scalar($0)) }
}
