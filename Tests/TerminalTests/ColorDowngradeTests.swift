import CellScreen
import Testing

@testable import Terminal

@Suite("ColorDowngrade")
struct ColorDowngradeTests {
    @Test("every colour of the palette is its own nearest")
    func identity() {
        for index in UInt8(16)...255 {
            let color = ColorDowngrade.components(ofPalette: index)
            let nearest = ColorDowngrade.nearest256(red: color.red, green: color.green, blue: color.blue)
            // Some greys are in the cube as well.
            #expect(ColorDowngrade.components(ofPalette: nearest) == color)
        }
    }

    @Test(
        "known neighbours in the palette",
        arguments: [
            (0xFF8800, 208), (0x000000, 16), (0xFFFFFF, 231), (0x808080, 244), (0x1A1B26, 234), (0x7AA2F7, 111),
        ])
    func known256(rgb: Int, index: UInt8) {
        #expect(
            ColorDowngrade.nearest256(red: UInt8(rgb >> 16), green: UInt8(rgb >> 8 & 255), blue: UInt8(rgb & 255))
                == index)
    }

    @Test("greys stay grey with 256 colours")
    func greys() {
        for value in UInt8.min...UInt8.max {
            let color = ColorDowngrade.components(
                ofPalette: ColorDowngrade.nearest256(red: value, green: value, blue: value))
            #expect(color.red == color.green && color.green == color.blue)
        }
    }

    @Test(
        "known neighbours among 16 colours",
        arguments: [
            (0x000000, 0), (0xFFFFFF, 15), (0xFF0000, 9), (0x00D000, 2), (0x808080, 8), (0xE0E0E0, 7), (0xFFFF20, 11),
            (0x1A1B26, 0),
            (0x9ECE6A, 2), (0x7AA2F7, 12), (0xBB9AF7, 13), (0xF7768E, 9), (0xE0AF68, 3), (0x565F89, 8), (0xC0CAF5, 7),
        ])
    func known16(rgb: Int, index: UInt8) {
        #expect(
            ColorDowngrade.nearest16(red: UInt8(rgb >> 16), green: UInt8(rgb >> 8 & 255), blue: UInt8(rgb & 255))
                == index)
    }

    @Test("with 8 colours only those are used")
    func eight() {
        for red in stride(from: 0, through: 255, by: 51) {
            for blue in stride(from: 0, through: 255, by: 51) {
                let nearest = ColorDowngrade.nearest(red: UInt8(red), green: 90, blue: UInt8(blue), ansiCount: 8)
                #expect(nearest < 8)
            }
        }
    }

    @Test(
        "the depth follows the wish, then the promise, then the description",
        arguments: [
            (["NO_COLOR": "1", "COLORTERM": "truecolor"], 256, ColorDepth.none), (["NO_COLOR": ""], 256, .palette256),
            (["COLORTERM": "truecolor"], 256, .trueColor), (["COLORTERM": "24bit"], 8, .trueColor),
            (["COLORTERM": "truecolor"], 0, .none), ([:], 16_777_216, .trueColor), ([:], 256, .palette256),
            ([:], 88, .ansi16), ([:], 16, .ansi16), ([:], 8, .ansi16), ([:], 0, .none),
            (["COLORTERM": "yes"], 8, .ansi16),
        ])
    func depth(environment: [String: String], described: Int, depth: ColorDepth) {
        #expect(ColorDepth.detect(environment: environment, described: described) == depth)
    }
}
