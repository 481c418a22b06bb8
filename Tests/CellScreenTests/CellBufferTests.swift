import CellScreen
import Testing

@Suite("CellBuffer")
struct CellBufferTests {
    private func buffer(_ width: Int, _ height: Int = 1) -> CellBuffer {
        CellBuffer(size: Size(width: width, height: height))
    }

    @Test("nothing traps outside, nor in buffers without room", arguments: [(0, 0), (1, 1), (0, 5), (5, 0)])
    func outside(width: Int, height: Int) {
        var buffer = buffer(width, height)
        for x in -2...6 {
            for y in -2...6 {
                buffer.put(Cell("x"), x: x, y: y)
                buffer.put(Cell("日", width: 2), x: x, y: y)
                buffer.write("text 日本", at: Point(x: x, y: y))
            }
        }
        buffer.fill(Rect(x: -5, y: -5, width: 20, height: 20), with: "z")
        buffer.apply(Style(attributes: .bold), to: Rect(x: -5, y: -5, width: 20, height: 20))
        #expect(buffer[-1, 0] == .blank && buffer[99, 99] == .blank)
        #expect(buffer.cells.count == width * height)
    }

    @Test("a wide character takes two cells")
    func wide() {
        var buffer = buffer(4)
        buffer.put(Cell("日", width: 2), x: 1, y: 0)
        #expect(buffer[1, 0].width == 2 && buffer[2, 0].isContinuation)
        #expect(buffer.lines == [" 日"])
    }

    @Test("a wide character has no room in the last column: a blank stands there")
    func wideAtTheEdge() {
        var buffer = buffer(3)
        buffer.put(Cell("日", width: 2), x: 2, y: 0)
        #expect(buffer[2, 0] == .blank)
        #expect(buffer.write("ab日", at: Point(x: 0, y: 0)) == 3)
        #expect(buffer.text == "ab…")
    }

    @Test("what overwrites half of a wide character blanks the other half")
    func overwriteHalves() {
        var left = buffer(4)
        left.put(Cell("日", width: 2), x: 1, y: 0)
        left.put(Cell("x"), x: 1, y: 0)
        #expect(left.lines == [" x"] && left[2, 0].width == 1)

        var right = buffer(4)
        right.put(Cell("日", width: 2), x: 1, y: 0)
        right.put(Cell("x"), x: 2, y: 0)
        #expect(right.lines == ["  x"] && right[1, 0].width == 1)
    }

    @Test("a wide character over two others leaves no half", arguments: 0...3)
    func wideOverWide(x: Int) {
        var buffer = buffer(5)
        buffer.put(Cell("日", width: 2), x: 0, y: 0)
        buffer.put(Cell("本", width: 2), x: 2, y: 0)
        buffer.put(Cell("語", width: 2), x: x, y: 0)
        #expect(buffer.isWhole)
        #expect(buffer.text.contains("語"))
    }

    @Test("whatever is put where, wide characters stay whole")
    func wholeness() {
        var numbers = SeededNumbers(seed: 1)
        var buffer = buffer(9, 2)
        for _ in 0..<3000 {
            let cell = Bool.random(using: &numbers) ? Cell("日", width: 2) : Cell("x")
            buffer.put(cell, x: Int.random(in: -1...9, using: &numbers), y: Int.random(in: 0...1, using: &numbers))
            #expect(buffer.isWhole)
        }
    }

    @Test("a fill replaces, a style is laid over")
    func fillAndApply() {
        var buffer = buffer(3)
        buffer.fill(buffer.bounds, with: "·", style: Style(background: .ansi(4)))
        buffer.apply(Style(foreground: .ansi(1)), to: Rect(x: 1, y: 0, width: 1, height: 1))
        #expect(buffer[0, 0] == Cell("·", style: Style(background: .ansi(4))))
        #expect(buffer[1, 0].style == Style(foreground: .ansi(1), background: .ansi(4)))
    }

    @Test("a fill and a text take the other halves of wide characters away")
    func cutByMany() {
        for start in 0..<6 {
            for end in start + 1...6 {
                var filled = buffer(6, 1)
                filled.write("日本語", at: Point(x: 0, y: 0))
                var written = filled
                filled.fill(Rect(x: start, y: 0, width: end - start, height: 1), with: "x")
                written.write(String(repeating: "x", count: end - start), at: Point(x: start, y: 0))
                #expect(filled.isWhole && filled == written)
                let covered = start..<end
                for column in 0..<6 {
                    // A wide character begins at every even column.
                    let isCut = covered.contains(column ^ 1)
                    let expected: Character =
                        covered.contains(column) ? "x" : isCut ? " " : Array("日 本 語 ")[column]
                    #expect(filled[column, 0].character == expected)
                }
            }
        }
    }

    @Test("a cell holds a base and four marks, and gives back what it holds")
    func cellText() {
        for text in ["a", "é", "e\u{301}", "日", "a\u{300}\u{301}\u{302}\u{303}", "\u{0}"] {
            let character = Character(text)
            #expect(String(Cell(character).character).unicodeScalars.elementsEqual(text.unicodeScalars))
        }
        let long = Cell("a\u{300}\u{301}\u{302}\u{303}\u{304}")
        #expect(long.character == "a\u{300}\u{301}\u{302}\u{303}")
        #expect(long != Cell("a\u{300}\u{301}\u{302}") && Cell("e\u{301}") != Cell("e"))
        #expect(Cell("日").onlyScalar == "日" && Cell("e\u{301}").onlyScalar == nil)
        var changed = long
        changed.character = "b"
        #expect(changed == Cell("b"))
    }

    @Test("a buffer that begins anew is as a new one")
    func reset() {
        var buffer = buffer(6, 2)
        buffer.write("日本 x", at: Point(x: 0, y: 1), style: Style(attributes: .bold))
        buffer.cursor = Point(x: 1, y: 1)
        buffer.reset(to: Cell("."))
        #expect(buffer == CellBuffer(size: Size(width: 6, height: 2), filledWith: Cell(".")))
    }

    @Test("lines lose their trailing blanks only")
    func lines() {
        var buffer = buffer(6, 2)
        buffer.write("  a b ", at: Point(x: 0, y: 0))
        #expect(buffer.text == "  a b\n")
    }
}

extension CellBuffer {
    /// Whether each wide character is followed by its other half, and each half has its character.
    var isWhole: Bool {
        for y in 0..<size.height {
            for x in 0..<size.width {
                if self[x, y].width == 2, !self[x + 1, y].isContinuation { return false }
                if self[x, y].isContinuation, x == 0 || self[x - 1, y].width != 2 { return false }
            }
        }
        return true
    }
}
