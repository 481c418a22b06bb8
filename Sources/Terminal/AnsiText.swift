import CellScreen

/// A buffer as text with colours, for a terminal that scrolls, a file, or `less -R`.
public enum AnsiText {
    /// The rows, each ended by a line break; trailing blanks that show nothing are left out.
    /// - Parameters:
    ///   - buffer: the picture.
    ///   - depth: the colours to use; `.none` keeps the attributes, as `NO_COLOR` asks for.
    public static func render(_ buffer: CellBuffer, depth: ColorDepth) -> String {
        var text = ""
        for y in 0..<buffer.size.height {
            var style = Style.plain
            for x in 0..<shownColumns(buffer, row: y) {
                let cell = buffer[x, y]
                guard !cell.isContinuation else { continue }
                let wanted = normal(cell.style)
                if wanted != style {
                    text += sequence(for: wanted, depth: depth)
                    style = wanted
                }
                // A cell that was put, not written, can hold anything.
                text.append(contentsOf: DisplayWidth.printable(String(cell.character)))
            }
            if style != .plain { text += "\u{1B}[0m" }
            text += "\n"
        }
        return text
    }

    /// The columns of a row up to the last one that shows something.
    private static func shownColumns(_ buffer: CellBuffer, row: Int) -> Int {
        var end = buffer.size.width
        while end > 0 {
            let cell = buffer[end - 1, row]
            let isEmpty = cell.character == " " && !cell.isContinuation && cell.style.showsNothingOnBlank
            guard isEmpty else { break }
            end -= 1
        }
        return end
    }

    private static func normal(_ style: Style) -> Style {
        Style(
            foreground: style.foreground == .terminalDefault ? nil : style.foreground,
            background: style.background == .terminalDefault ? nil : style.background,
            attributes: style.attributes)
    }

    private static func sequence(for style: Style, depth: ColorDepth) -> String {
        var codes = ["0"]
        let attributes: [(TextAttributes, String)] = [
            (.bold, "1"), (.dim, "2"), (.italic, "3"), (.underline, "4"), (.reverse, "7"),
        ]
        for (attribute, code) in attributes where style.attributes.contains(attribute) { codes.append(code) }
        if let color = style.foreground { codes += code(for: color, depth: depth, base: 30) }
        if let color = style.background { codes += code(for: color, depth: depth, base: 40) }
        return "\u{1B}[" + codes.joined(separator: ";") + "m"
    }

    private static func code(for color: Color, depth: ColorDepth, base: Int) -> [String] {
        switch (color, depth) {
        case (_, .none), (.terminalDefault, _): []
        case (.ansi(let index), _): ["\(index < 8 ? base + Int(index) : base + 60 + Int(index) % 8)"]
        case (.rgb(let red, let green, let blue), .trueColor): ["\(base + 8)", "2", "\(red)", "\(green)", "\(blue)"]
        case (.rgb(let red, let green, let blue), .palette256):
            ["\(base + 8)", "5", "\(ColorDowngrade.nearest256(red: red, green: green, blue: blue))"]
        case (.rgb(let red, let green, let blue), .ansi16):
            code(for: .ansi(ColorDowngrade.nearest16(red: red, green: green, blue: blue)), depth: depth, base: base)
        }
    }
}

extension Style {
    /// Whether a blank in this style looks like nothing.
    fileprivate var showsNothingOnBlank: Bool {
        (background == nil || background == .terminalDefault) && attributes.isDisjoint(with: [.underline, .reverse])
    }
}
