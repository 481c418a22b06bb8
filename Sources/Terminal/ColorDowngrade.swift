import CellScreen

/// Finds the nearest colour that a terminal can show. Pure.
///
/// Colours are compared in Oklab (Björn Ottosson, "A perceptual color space for image processing", 2020), where equal
/// distances look about equally different.
public enum ColorDowngrade {
    /// The nearest of the colours 16…255 of the 256-colour palette: a cube of 6×6×6 and 24 greys, the same on every
    /// terminal. The first 16 are left out, since users redefine them.
    public static func nearest256(red: UInt8, green: UInt8, blue: UInt8) -> UInt8 {
        let wanted = Lab(red: red, green: green, blue: blue)
        // The neighbours in the cube and the greys: 8 + 24 candidates instead of 240.
        var best = (index: UInt8(16), distance: Double.infinity)
        for r in levels(around: red) {
            for g in levels(around: green) {
                for b in levels(around: blue) {
                    consider(UInt8(16 + 36 * r + 6 * g + b), wanted, &best)
                }
            }
        }
        for grey in UInt8(232)...255 { consider(grey, wanted, &best) }
        return best.index
    }

    /// The most alike of the 16 ANSI colours, as xterm shows them when nobody has redefined them.
    public static func nearest16(red: UInt8, green: UInt8, blue: UInt8) -> UInt8 {
        nearest(red: red, green: green, blue: blue, ansiCount: 16)
    }

    /// The most alike of the first 8 or 16 ANSI colours.
    ///
    /// So few colours are far apart: by distance alone most soft colours would become grey. So the hue decides, then
    /// the lightness; only what has next to no hue becomes grey.
    static func nearest(red: UInt8, green: UInt8, blue: UInt8, ansiCount: Int) -> UInt8 {
        let wanted = Lab(red: red, green: green, blue: blue)
        let isGrey = wanted.chroma < 0.075
        let candidates = (0..<UInt8(ansiCount)).filter { ($0 % 8 == 0 || $0 % 8 == 7) == isGrey }
        let ranked = candidates.map { index in
            let lab = labs[Int(index)]
            // Bright and normal colours of one name differ a little in hue, which must not decide between them.
            let hue = isGrey ? 0 : labs[Int(index % 8)].hueDistance(to: wanted)
            return (index: index, hue: hue, lightness: abs(lab.lightness - wanted.lightness))
        }
        return ranked.min { ($0.hue, $0.lightness) < ($1.hue, $1.lightness) }?.index ?? 7
    }

    /// The red, green and blue of a palette colour; the first 16 as xterm has them.
    public static func components(ofPalette index: UInt8) -> (red: UInt8, green: UInt8, blue: UInt8) {
        switch index {
        case 0..<16: return ansi[Int(index)]
        case 16..<232:
            let place = Int(index) - 16
            return (cube[place / 36], cube[place / 6 % 6], cube[place % 6])
        default:
            let grey = 8 + 10 * (index - 232)
            return (grey, grey, grey)
        }
    }

    private static let cube: [UInt8] = [0, 95, 135, 175, 215, 255]

    private static let ansi: [(red: UInt8, green: UInt8, blue: UInt8)] = [
        (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229),
        (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255), (255, 0, 255), (0, 255, 255),
        (255, 255, 255),
    ]

    private static let labs: [Lab] = (UInt8.min...UInt8.max).map { index in
        let color = components(ofPalette: index)
        return Lab(red: color.red, green: color.green, blue: color.blue)
    }

    private static func levels(around value: UInt8) -> ClosedRange<Int> {
        let above = cube.firstIndex { $0 >= value } ?? 5
        return (cube[above] == value ? above : above - 1)...above
    }

    private static func consider(_ index: UInt8, _ wanted: Lab, _ best: inout (index: UInt8, distance: Double)) {
        let distance = labs[Int(index)].distance(to: wanted)
        if distance < best.distance { best = (index, distance) }
    }
}
