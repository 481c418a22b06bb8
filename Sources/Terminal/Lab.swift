#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A colour in Oklab: lightness, green–red, blue–yellow.
struct Lab: Equatable, Sendable {
    let lightness: Double
    let a: Double
    let b: Double

    /// The place of an sRGB colour.
    init(red: UInt8, green: UInt8, blue: UInt8) {
        let r = Self.linear[Int(red)]
        let g = Self.linear[Int(green)]
        let b = Self.linear[Int(blue)]
        let l = cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
        let m = cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
        let s = cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
        lightness = 0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s
        a = 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s
        self.b = 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s
    }

    /// The squared distance. A wrong hue is seen sooner than a wrong lightness.
    func distance(to other: Lab) -> Double {
        let dl = lightness - other.lightness
        let da = a - other.a
        let db = b - other.b
        return 0.5 * dl * dl + da * da + db * db
    }

    /// How colourful it is: 0 is grey.
    var chroma: Double { (a * a + b * b).squareRoot() }

    /// The angle between the hues, in radians.
    func hueDistance(to other: Lab) -> Double {
        let turn = abs(atan2(b, a) - atan2(other.b, other.a))
        return min(turn, 2 * .pi - turn)
    }

    /// sRGB's transfer function, as a table.
    private static let linear: [Double] = (0...255).map { value in
        let part = Double(value) / 255
        return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
    }
}
