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
///
/// One word: a picture compares and lays over one another as many styles as it has cells.
public struct Style: Equatable, Hashable, Sendable {
    /// The foreground in the lowest bits, the background above it, then the attributes.
    fileprivate(set) var bits: UInt64

    private static let colorBits: UInt64 = 26
    private static let colorMask: UInt64 = 1 << colorBits - 1
    private static let attributeShift = 2 * colorBits

    /// The colour of the text.
    public var foreground: Color? {
        get { Color(packed: bits & Self.colorMask) }
        set { bits = bits & ~Self.colorMask | Color.pack(newValue) }
    }

    /// The colour behind the text.
    public var background: Color? {
        get { Color(packed: bits >> Self.colorBits & Self.colorMask) }
        set { bits = bits & ~(Self.colorMask << Self.colorBits) | Color.pack(newValue) << Self.colorBits }
    }

    /// Attributes that are added.
    public var attributes: TextAttributes {
        get { TextAttributes(rawValue: UInt8(truncatingIfNeeded: bits >> Self.attributeShift)) }
        set {
            bits = bits & (1 << Self.attributeShift - 1) | UInt64(newValue.rawValue) << Self.attributeShift
        }
    }

    /// A style; everything may be left out.
    public init(foreground: Color? = nil, background: Color? = nil, attributes: TextAttributes = []) {
        bits =
            Color.pack(foreground) | Color.pack(background) << Self.colorBits
            | UInt64(attributes.rawValue) << Self.attributeShift
    }

    /// The style that changes nothing.
    public static let plain = Style()

    /// This style with another one laid over it: its colours win where it has any, its attributes are added.
    public func patched(with over: Style) -> Style {
        // A colour has bits that say its kind, so that one that is there is never 0.
        var hidden: UInt64 = over.bits & Self.colorMask == 0 ? 0 : Self.colorMask
        if over.bits & Self.colorMask << Self.colorBits != 0 { hidden |= Self.colorMask << Self.colorBits }
        var both = self
        both.bits = bits & ~hidden | over.bits
        return both
    }
}

extension Color {
    /// The kind in two bits, above 24 for the value; 0 for none.
    fileprivate static func pack(_ color: Color?) -> UInt64 {
        switch color {
        case nil: 0
        case .terminalDefault: 1 << 24
        case .ansi(let index): 2 << 24 | UInt64(index)
        case .rgb(let red, let green, let blue): 3 << 24 | UInt64(red) << 16 | UInt64(green) << 8 | UInt64(blue)
        }
    }

    fileprivate init?(packed: UInt64) {
        let byte = { (shift: UInt64) in UInt8(truncatingIfNeeded: packed >> shift) }
        switch packed >> 24 {
        case 0: return nil
        case 1: self = .terminalDefault
        case 2: self = .ansi(byte(0))
        default: self = .rgb(red: byte(16), green: byte(8), blue: byte(0))
        }
    }
}
