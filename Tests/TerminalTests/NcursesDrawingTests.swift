import CellScreen
import Foundation
import Testing

@testable import Terminal

extension NcursesScreenTests {
    /// What reaches the other end of the line; in the same suite, since there is one screen a process.
    @Suite("Drawing")
    struct Drawing {
        private let waker: Waker

        init() throws {
            waker = try Waker()
        }

        private func open(_ terminal: PseudoTerminal, _ environment: [String: String]) throws -> NcursesScreen {
            try NcursesScreen(waker: waker, path: terminal.path, environment: environment)
        }

        @Test(
            "a colour is sent as deep as the terminal shows it",
            arguments: [
                (["TERM": "xterm-256color"], ColorDepth.palette256, "\u{1B}[38;5;208m"),
                (["TERM": "xterm-256color", "COLORTERM": "truecolor"], .trueColor, "\u{1B}[38;2;255;136;0m"),
                (["TERM": "xterm", "COLORTERM": "24bit"], .trueColor, "\u{1B}[38;2;255;136;0m"),
                (["TERM": "xterm"], .ansi16, "\u{1B}[31m"),
                (["TERM": "xterm-256color", "NO_COLOR": "1"], .none, "4m"),
                (["TERM": "vt100"], .none, "4m"),
            ])
        func colors(environment: [String: String], depth: ColorDepth, sequence: String) throws {
            let terminal = try PseudoTerminal()
            let before = getenv("TERMINFO").map { String(cString: $0) }
            let screen = try open(terminal, environment)
            defer { screen.close() }
            #expect(screen.colorDepth == depth)
            #expect(getenv("TERMINFO").map { String(cString: $0) } == before)
            var buffer = CellBuffer(size: screen.size)
            let style = Style(foreground: .rgb(red: 255, green: 136, blue: 0), attributes: .underline)
            buffer.write("orange", at: Point(x: 0, y: 0), style: style)
            screen.present(buffer)
            let text = terminal.read(until: "orange")
            #expect(text.contains(sequence), "\(text.debugDescription)")
            if depth == .none { #expect(!text.contains("38;") && !text.contains("[31m")) }
        }

        @Test("black and the palette's colours are not mixed up with 24-bit numbers")
        func directColors() throws {
            let terminal = try PseudoTerminal()
            let screen = try open(terminal, ["TERM": "xterm-256color", "COLORTERM": "truecolor"])
            defer { screen.close() }
            var buffer = CellBuffer(size: screen.size)
            buffer.write("A", at: Point(x: 0, y: 0), style: Style(foreground: .rgb(red: 0, green: 0, blue: 3)))
            buffer.write("B", at: Point(x: 1, y: 0), style: Style(foreground: .ansi(3), background: .ansi(12)))
            buffer.write("C", at: Point(x: 2, y: 0), style: Style(foreground: .ansi(10), background: .terminalDefault))
            screen.present(buffer)
            let text = terminal.read(until: "C")
            for sequence in ["[38;2;1;1;1mA", "[33m", "[104mB", "[92m"] {
                #expect(text.contains(sequence), "\(text.debugDescription)")
            }
        }

        @Test("what the terminal shows is what was drawn, after any number of changes", arguments: 1...12)
        func faithful(seed: UInt64) throws {
            let size = Size(width: 23, height: 7)
            let terminal = try PseudoTerminal(size)
            let screen = try open(terminal, ["TERM": "xterm-256color"])
            defer { screen.close() }
            var shown = TinyTerminal(size)
            var numbers = RepeatableNumbers(seed: seed)
            var buffer = CellBuffer(size: size)
            for frame in 0..<200 {
                change(&buffer, &numbers)
                screen.present(buffer)
                // A bell tells where the frame ends.
                screen.ring()
                shown.feed(terminal.read(until: "\u{7}"))
                guard shown.buffer.cells.map(\.visible) == buffer.cells.map(\.visible) else {
                    Issue.record("frame \(frame) differs:\n\(shown.buffer.text)\n---\n\(buffer.text)")
                    return
                }
            }
            #expect(shown.unknown.isEmpty && shown.isAlternate)
        }

        private func change(_ buffer: inout CellBuffer, _ numbers: inout RepeatableNumbers) {
            let words = [
                "aaaa", "model", "日本語", "e\u{301}x", "████▌", "╭──╮", "      ", "wwwwwwwwwwwwwwwwwwwwwwwwwww", "x",
            ]
            let styles = [
                Style.plain, Style(attributes: .bold), Style(foreground: .ansi(2), background: .ansi(4)),
                Style(foreground: .ansi(9), attributes: [.underline, .dim]), Style(attributes: .reverse),
            ]
            for _ in 0..<Int.random(in: 1...6, using: &numbers) {
                let point = Point(x: Int.random(in: 0..<23, using: &numbers), y: Int.random(in: 0..<7, using: &numbers))
                let word = words.randomElement(using: &numbers) ?? ""
                let style = styles.randomElement(using: &numbers) ?? .plain
                buffer.fill(Rect(x: point.x, y: point.y, width: 4, height: 1))
                buffer.write(word, at: point, style: style, ellipsis: nil)
            }
        }

        @Test("a large picture is shown at once where the terminal can do that, although it is sent in parts")
        func parts() throws {
            let terminal = try PseudoTerminal()
            let screen = try open(terminal, ["TERM": "xterm-256color"])
            defer { screen.close() }
            var buffer = CellBuffer(size: screen.size)
            screen.present(buffer)
            for y in 0..<20 { buffer.write(String(repeating: "x", count: 60), at: Point(x: 3, y: y)) }
            buffer.cursor = Point(x: 4, y: 2)
            screen.ring()
            _ = terminal.read(until: "\u{7}")
            screen.present(buffer)
            screen.ring()
            let large = terminal.read(until: "\u{7}")
            #expect(large.hasPrefix("\u{1B}[?2026h"), "\(large.debugDescription)")
            #expect(large.hasSuffix("\u{1B}[?2026l\u{7}"), "\(large.debugDescription)")
            #expect(large.components(separatedBy: "\u{1B}[?2026").count == 3)
            #expect(large.components(separatedBy: "\u{1B}[3;5H").count == 2, "the cursor goes to its place once")
            buffer.write("small", at: Point(x: 0, y: 0), style: .plain)
            screen.present(buffer)
            screen.ring()
            let small = terminal.read(until: "\u{7}")
            #expect(small.contains("small") && !small.contains("2026"), "\(small.debugDescription)")
        }

        @Test("a terminal that does not read holds nothing up, and then gets the newest picture")
        func blocked() throws {
            let size = Size(width: 120, height: 40)
            let terminal = try PseudoTerminal(size)
            let screen = try open(terminal, ["TERM": "xterm-256color"])
            var frames = 0
            var buffer = CellBuffer(size: size)
            while !screen.line.isBlocked, frames < 1000 {
                frames += 1
                buffer = noise(size, frames)
                screen.present(buffer)
            }
            #expect(screen.line.isBlocked)
            for more in 1...50 {
                buffer = noise(size, frames + more)
                screen.present(buffer)
            }
            send(SIGTERM)
            #expect(screen.waitForInput(milliseconds: 5000) == [.signal(SIGTERM)])
            var shown = TinyTerminal(size)
            var rest: [UInt8] = []
            for _ in 0..<2000 where shown.buffer.cells != buffer.cells {
                rest += terminal.readNow(milliseconds: 1)
                _ = screen.waitForInput(milliseconds: 1)
                let end = (rest.lastIndex { $0 < 0x80 } ?? -1) + 1
                shown.feed(String(decoding: rest[..<end], as: UTF8.self))
                rest.removeFirst(end)
            }
            #expect(shown.buffer.text == buffer.text)
            screen.close()
        }

        @Test("a blocked terminal is given back all the same")
        func blockedClose() throws {
            let terminal = try PseudoTerminal()
            let screen = try open(terminal, ["TERM": "xterm-256color"])
            for frame in 0..<1000 where !screen.line.isBlocked { screen.present(noise(screen.size, frame)) }
            screen.close()
            #expect(terminal.isCooked)
        }

        private func noise(_ size: Size, _ seed: Int) -> CellBuffer {
            var buffer = CellBuffer(size: size)
            for y in 0..<size.height {
                for x in 0..<size.width {
                    let byte = UInt8(33 + (x * 7 + y * 3 + seed * 11) % 90)
                    buffer.put(
                        Cell(Character(Unicode.Scalar(byte)), style: Style(foreground: .ansi(UInt8((x + seed) % 8)))),
                        x: x, y: y)
                }
            }
            return buffer
        }
    }
}

extension Cell {
    /// The cell without what nobody sees: a blank has no colour of its own unless it is reversed.
    fileprivate var visible: Cell {
        guard character == " ", !style.attributes.contains(.reverse) else { return self }
        let attributes = style.attributes.intersection(.underline)
        return Cell(" ", width: width, style: Style(background: style.background, attributes: attributes))
    }
}

/// Random numbers that are the same in every run (a linear congruential generator, the high half of it).
private struct RepeatableNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        var result: UInt64 = 0
        for _ in 0..<2 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            result = result << 32 | state >> 32
        }
        return result
    }
}
