/// One cell of the screen: a character, the columns it takes, and its style.
public struct Cell: Equatable, Sendable {
    /// What stands in the cell. A cell covered by the right half of a wide character is a `continuation`.
    public var character: Character
    /// The columns that the character takes: 1 or 2; 0 in a continuation.
    public var width: Int
    /// How it looks.
    public var style: Style

    /// A cell of a character that takes `width` columns.
    public init(_ character: Character, width: Int = 1, style: Style = .plain) {
        self.character = character
        self.width = width
        self.style = style
    }

    /// An empty cell.
    public static let blank = Cell(" ")

    /// The cell under the right half of a wide character.
    public static func continuation(style: Style) -> Cell {
        Cell(" ", width: 0, style: style)
    }

    /// Whether the cell is covered by the wide character to its left.
    public var isContinuation: Bool { width == 0 }
}
