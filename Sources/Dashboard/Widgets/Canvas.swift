import CellScreen

/// A piece of text and how it looks.
struct Span: Equatable, Sendable {
    var text: String
    var role: ThemeRole

    init(_ text: String, _ role: ThemeRole = .text) {
        self.text = text
        self.role = role
    }

    init(_ sign: Character, _ role: ThemeRole) {
        self.init(String(sign), role)
    }
}

/// What views draw on: a buffer, the theme, and the signs.
struct Canvas {
    var buffer: CellBuffer
    let theme: Theme
    let glyphs: Glyphs

    /// A canvas on the memory of a buffer, which is empty until it gets it back.
    init(taking buffer: inout CellBuffer, theme: Theme, glyphs: Glyphs) {
        self.buffer = CellBuffer(size: Size(width: 0, height: 0))
        self.theme = theme
        self.glyphs = glyphs
        swap(&self.buffer, &buffer)
        self.buffer.reset(to: Cell(" ", style: theme[.background].patched(with: theme[.text])))
    }

    /// Writes one line of text; returns the column after it.
    @discardableResult
    mutating func text(_ text: String, x: Int, y: Int, width: Int, role: ThemeRole = .text) -> Int {
        buffer.write(
            glyphs.plain(text), at: Point(x: x, y: y), width: width, style: theme[role], ellipsis: glyphs.ellipsis)
    }

    /// Writes one line of text so that it ends at the right edge.
    mutating func right(_ text: String, x: Int, y: Int, width: Int, role: ThemeRole = .text) {
        let columns = DisplayWidth.columns(of: glyphs.plain(text))
        self.text(text, x: x + max(0, width - columns), y: y, width: min(width, columns), role: role)
    }

    /// Writes pieces one after another; returns the column after them.
    @discardableResult
    mutating func spans(_ spans: [Span], x: Int, y: Int, width: Int) -> Int {
        var column = x
        for span in spans where column < x + width {
            column = text(span.text, x: column, y: y, width: x + width - column, role: span.role)
        }
        return column
    }

    /// Puts one sign.
    mutating func sign(_ sign: Character, x: Int, y: Int, role: ThemeRole) {
        buffer.lay(Cell(sign), x: x, y: y, style: theme[role])
    }

    /// Lays a role over what is drawn.
    mutating func highlight(_ rect: Rect, role: ThemeRole) {
        buffer.apply(theme[role], to: rect)
    }

    /// Empties a rectangle.
    mutating func clear(_ rect: Rect, role: ThemeRole) {
        buffer.fill(rect, style: theme[.background].patched(with: theme[role]))
    }

    /// The columns that pieces take.
    func columns(of spans: [Span]) -> Int {
        spans.reduce(0) { $0 + DisplayWidth.columns(of: glyphs.plain($1.text)) }
    }
}
