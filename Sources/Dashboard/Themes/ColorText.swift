import CellScreen

/// Colours and attributes as theme files write them.
enum ColorText {
    /// The terminal's own sixteen, by code.
    static let ansiNames = [
        "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white", "bright-black", "bright-red",
        "bright-green", "bright-yellow", "bright-blue", "bright-magenta", "bright-cyan", "bright-white",
    ]

    static let names = ["default"] + ansiNames

    static let attributes: [String: TextAttributes] = [
        "bold": .bold, "dim": .dim, "italic": .italic, "underline": .underline, "reverse": .reverse,
    ]

    /// `#rrggbb`, `default`, or one of the sixteen.
    static func literal(_ text: String) -> Color? {
        if text == "default" { return .terminalDefault }
        if let code = ansiNames.firstIndex(of: text) { return .ansi(UInt8(code)) }
        guard text.hasPrefix("#"), text.utf8.count == 7, let value = UInt32(text.dropFirst(), radix: 16) else {
            return nil
        }
        return .rgb(
            red: UInt8(value >> 16 & 0xFF), green: UInt8(value >> 8 & 0xFF), blue: UInt8(value & 0xFF))
    }
}
