import CNcurses
import CellScreen

/// Finds ncurses' attributes and colour pair for a style; each pair is allocated once.
struct NcursesPalette {
    /// How a colour's number is to be understood.
    enum Numbering: Equatable {
        /// No colours at all.
        case none
        /// The first 8 or 16 colours of the terminal.
        case ansi(count: Int)
        /// The 256-colour palette.
        case palette256
        /// Numbers below 16 are the terminal's, all others 24-bit values.
        case direct
    }

    private struct PairKey: Hashable {
        let foreground: Int32
        let background: Int32
    }

    let numbering: Numbering
    private var pairs: [PairKey: Int32] = [:]
    private var styles: [Style: (attributes: attr_t, pair: Int32)] = [:]

    init(numbering: Numbering) {
        self.numbering = numbering
    }

    /// The attributes and the pair that show a style.
    mutating func look(of style: Style) -> (attributes: attr_t, pair: Int32) {
        if let known = styles[style] { return known }
        // A program that fades colours makes ever new styles; the pairs themselves are bounded by ncurses.
        if styles.count > 4096 { styles.removeAll() }
        var attributes: attr_t = 0
        let table: [(TextAttributes, attr_t)] = [
            (.bold, NC_BOLD), (.dim, NC_DIM), (.italic, NC_ITALIC), (.underline, NC_UNDERLINE), (.reverse, NC_REVERSE),
        ]
        for (attribute, bit) in table where style.attributes.contains(attribute) { attributes |= bit }
        // With 8 colours, bright ones are bold ones.
        if numbering == .ansi(count: 8), case .ansi(8...15)? = style.foreground { attributes |= NC_BOLD }
        let look = (
            attributes, pair(Self.number(style.foreground, numbering), Self.number(style.background, numbering))
        )
        styles[style] = look
        return look
    }

    private mutating func pair(_ foreground: Int32, _ background: Int32) -> Int32 {
        guard numbering != .none, foreground >= 0 || background >= 0 else { return 0 }
        let key = PairKey(foreground: foreground, background: background)
        if let known = pairs[key] { return known }
        // ncurses would give the number of an old pair anew, and cells that show it would change their colour.
        guard pairs.count < Int(nc_pair_limit()) - 1 else { return 0 }
        let number = max(0, nc_pair(foreground, background))
        pairs[key] = number
        return number
    }

    /// The number of a colour on the terminal; -1 is its default.
    static func number(_ color: Color?, _ numbering: Numbering) -> Int32 {
        switch (color, numbering) {
        case (nil, _), (.terminalDefault, _), (_, .none): -1
        case (.ansi(let index), .ansi(let count)): Int32(index) % Int32(count)
        case (.ansi(let index), _): Int32(index) % 16
        case (.rgb(let red, let green, let blue), .ansi(let count)):
            Int32(ColorDowngrade.nearest(red: red, green: green, blue: blue, ansiCount: count))
        case (.rgb(let red, let green, let blue), .palette256):
            Int32(ColorDowngrade.nearest256(red: red, green: green, blue: blue))
        case (.rgb(let red, let green, let blue), .direct):
            directNumber(red: red, green: green, blue: blue)
        }
    }

    private static func directNumber(red: UInt8, green: UInt8, blue: UInt8) -> Int32 {
        let value = Int32(red) << 16 | Int32(green) << 8 | Int32(blue)
        // The smallest numbers are taken by the palette.
        return value < 16 ? 0x010101 : value
    }
}
