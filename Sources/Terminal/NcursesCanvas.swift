import CNcurses
import CTerminal
import CellScreen
import Foundation

/// Draws cells through ncurses, which finds the shortest way to say it to the terminal; the bytes are then taken out.
///
/// ncurses draws into memory, not to the terminal: its own writing blocks and cannot be interrupted.
final class NcursesCanvas {
    private let session: OpaquePointer
    private let sink: UnsafeMutablePointer<FILE>
    private var palette: NcursesPalette
    private var scratch: [cchar_t] = []
    private(set) var shownCursor: Point?
    /// Whether the next update has something to say to the terminal, wherever the cursor goes.
    private var mustUpdate = true
    /// The extent that ncurses draws in.
    private(set) var size: Size

    /// Begins to draw for a terminal type.
    /// - Parameters:
    ///   - type: the terminal.
    ///   - size: its extent.
    ///   - depth: the colours to use.
    init(type: TerminalType, size: Size, depth: ColorDepth) throws {
        guard nc_use_wide_characters() else { throw TerminalError.noUnicode }
        guard let sink = ct_sink_open() else { throw TerminalError.system(what: "Opening a buffer", code: errno) }
        var opened: OpaquePointer?
        var isDirect = false
        if depth == .trueColor {
            let entry = type.entry.withDirectColor(name: "promptchain-direct")
            opened = Self.begin(entry.name, sink: sink, size: size, variables: ["TERMINFO": entry.variable])
            isDirect = opened != nil
        }
        guard let session = opened ?? Self.begin(type.name, sink: sink, size: size) else {
            fclose(sink)
            throw TerminalError.unknownType(type.name)
        }
        self.session = session
        self.sink = sink
        self.size = size
        let count = depth == .none ? 0 : Int(nc_begin_colors())
        palette = NcursesPalette(numbering: Self.numbering(depth: depth, count: count, isDirect: isDirect))
        nc_resize(Int32(size.height), Int32(size.width))
    }

    deinit {
        nc_end(session)
        fclose(sink)
    }

    /// The colours that are shown indeed.
    var colorDepth: ColorDepth {
        switch palette.numbering {
        case .none: .none
        case .ansi: .ansi16
        case .palette256: .palette256
        case .direct: .trueColor
        }
    }

    private static func numbering(depth: ColorDepth, count: Int, isDirect: Bool) -> NcursesPalette.Numbering {
        if depth == .none || count < 8 { return .none }
        if isDirect { return .direct }
        if count == 256, depth >= .palette256 { return .palette256 }
        return .ansi(count: count >= 16 && count <= 256 ? 16 : 8)
    }

    /// Lets ncurses read the variables that it knows no other way for. They are put back at once: children must not
    /// see them.
    private static func begin(
        _ type: String, sink: UnsafeMutablePointer<FILE>, size: Size, variables: [String: String] = [:]
    ) -> OpaquePointer? {
        var changed = variables
        // Otherwise the scroll region would be that of the description, and stay so.
        changed["LINES"] = String(size.height)
        changed["COLUMNS"] = String(size.width)
        let before = changed.keys.map { name in (name, getenv(name).map { String(cString: $0) }) }
        for (name, value) in changed { setenv(name, value, 1) }
        defer {
            for (name, value) in before {
                if let value { setenv(name, value, 1) } else { unsetenv(name) }
            }
        }
        return nc_begin(type, sink)
    }

    /// Says to the terminal what was drawn since the last time, and places the cursor.
    func update(cursor: Point?) {
        guard cursor != shownCursor || mustUpdate else { return }
        mustUpdate = false
        shownCursor = cursor
        let visible = cursor.map { Rect(size: size).contains($0) } ?? false
        nc_place_cursor(Int32(cursor?.y ?? 0), Int32(cursor?.x ?? 0), visible)
        nc_update()
    }

    /// Draws a run of cells, for the next update.
    func draw(_ run: CellRun) {
        guard run.origin.y < size.height, run.origin.x < size.width else { return }
        mustUpdate = true
        // Out of the object meanwhile, where every use would be checked for exclusive access.
        var cells: [cchar_t] = []
        swap(&cells, &scratch)
        cells.removeAll(keepingCapacity: true)
        var style = Style.plain
        var look = palette.look(of: style)
        var sample = filled(look)
        var columns = size.width - run.origin.x
        for cell in run.cells where !cell.isContinuation {
            if cell.style != style {
                style = cell.style
                look = palette.look(of: style)
                sample = filled(look)
            }
            columns -= cell.width
            guard columns >= 0 else { break }
            // Nearly every cell differs from its neighbours in one letter alone.
            if let scalar = cell.onlyScalar, Self.takes(scalar, columns: cell.width) {
                sample.chars.0 = wchar_t(scalar.value)
                cells.append(sample)
            } else {
                append(cell, look, to: &cells)
            }
        }
        nc_put_cells(Int32(run.origin.y), Int32(run.origin.x), cells, Int32(cells.count))
        swap(&cells, &scratch)
    }

    /// A blank cell.
    private func filled(_ look: (attributes: attr_t, pair: Int32)) -> cchar_t {
        var cell = cchar_t()
        withUnsafePointer(to: (wchar_t(0x20), wchar_t(0))) { text in
            text.withMemoryRebound(to: wchar_t.self, capacity: 2) {
                _ = nc_fill_cell(&cell, $0, look.attributes, look.pair)
            }
        }
        return cell
    }

    /// Whether ncurses, which goes by the C library, gives a scalar as many columns as we do.
    private static func takes(_ scalar: Unicode.Scalar, columns: Int) -> Bool {
        if scalar.value >= 0x20, scalar.value < 0x7F { return columns == 1 }
        return scalar.value >= 0xA0 && columns > 0 && Int(nc_character_width(wchar_t(scalar.value))) == columns
    }

    private func append(_ cell: Cell, _ look: (attributes: attr_t, pair: Int32), to cells: inout [cchar_t]) {
        var text: (wchar_t, wchar_t, wchar_t, wchar_t, wchar_t, wchar_t) = (0x20, 0, 0, 0, 0, 0)
        var repeats = 1
        withUnsafeMutableBytes(of: &text) { bytes in
            let characters = bytes.assumingMemoryBound(to: wchar_t.self)
            var count = 0
            for scalar in cell.character.unicodeScalars.prefix(5) {
                characters[count] = wchar_t(scalar.value)
                count += 1
            }
            // ncurses would lay out the row by the C library's width, and everything to the right would shift.
            if let first = cell.character.unicodeScalars.first, first.value >= 0x7F || first.value < 0x20,
                Int(nc_character_width(wchar_t(first.value))) != cell.width
            {
                characters[0] = 0x3F
                characters[1] = 0
                repeats = max(1, cell.width)
            }
            var filled = cchar_t()
            guard let base = characters.baseAddress else { return }
            if !nc_fill_cell(&filled, base, look.attributes, look.pair) {
                characters[0] = 0x3F
                characters[1] = 0
                _ = nc_fill_cell(&filled, base, look.attributes, look.pair)
            }
            for _ in 0..<repeats { cells.append(filled) }
        }
    }

    /// Takes a new extent; everything has to be drawn anew.
    func resize(to size: Size) {
        self.size = size
        nc_resize(Int32(size.height), Int32(size.width))
        nc_erase()
        mustUpdate = true
    }

    /// Makes the next drawing paint everything, whatever the terminal shows.
    func forget() {
        nc_forget_screen()
        mustUpdate = true
    }

    /// Draws what gives the terminal back; the next drawing takes it again.
    func leave() {
        nc_leave()
        mustUpdate = true
    }

    /// Takes out what is to be sent to the terminal.
    func takeOutput() -> [UInt8] {
        let count = ct_sink_count(sink)
        guard count > 0 else { return [] }
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            initialized = buffer.baseAddress.map { ct_sink_take(sink, $0, count) } ?? 0
        }
    }
}
