/// A colour as a theme names it; the terminal shows the nearest one it has.
public enum Color: Equatable, Hashable, Sendable {
    /// Whatever the terminal uses when nothing is said.
    case terminalDefault
    /// One of the 16 colours that the user's terminal defines, 0…15.
    case ansi(UInt8)
    /// A 24-bit colour.
    case rgb(red: UInt8, green: UInt8, blue: UInt8)
}

/// Text attributes that can be combined.
public struct TextAttributes: OptionSet, Hashable, Sendable {
    /// The bits.
    public let rawValue: UInt8

    /// Attributes from bits.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Heavier strokes.
    public static let bold = TextAttributes(rawValue: 1)
    /// Fainter than normal text.
    public static let dim = TextAttributes(rawValue: 2)
    /// Slanted.
    public static let italic = TextAttributes(rawValue: 4)
    /// Underlined.
    public static let underline = TextAttributes(rawValue: 8)
    /// Foreground and background exchanged.
    public static let reverse = TextAttributes(rawValue: 16)
}

/// How a cell looks. A colour that is `nil` leaves what lies below as it is.
public struct Style: Equatable, Hashable, Sendable {
    /// The colour of the text.
    public var foreground: Color?
    /// The colour behind the text.
    public var background: Color?
    /// Attributes that are added.
    public var attributes: TextAttributes

    /// A style; everything may be left out.
    public init(foreground: Color? = nil, background: Color? = nil, attributes: TextAttributes = []) {
        self.foreground = foreground
        self.background = background
        self.attributes = attributes
    }

    /// The style that changes nothing.
    public static let plain = Style()

    /// This style with another one laid over it: its colours win where it has any, its attributes are added.
    public func patched(with over: Style) -> Style {
        Style(
            foreground: over.foreground ?? foreground,
            background: over.background ?? background,
            attributes: attributes.union(over.attributes))
    }
}
