extension DisplayWidth {
    /// What a scalar becomes on a terminal.
    enum Fate: Equatable {
        /// It stands in cells of its own.
        case base(columns: Int)
        /// It is drawn over the base before it, and takes no column.
        case mark
        /// It separates: a blank.
        case blank
        /// It could drive the terminal, or is no character: something visible stands in its place.
        case replaced(Unicode.Scalar)
        /// It shows nothing, or reorders text: left out.
        case dropped
    }

    /// Decides what a scalar becomes.
    static func fate(of scalar: Unicode.Scalar) -> Fate {
        if let columns = separateColumns(of: scalar) { return .base(columns: columns) }
        return switch scalar.value {
        case 0x09, 0x0A, 0x0D, 0x85, 0x2028, 0x2029: .blank
        case 0x00..<0x20: .replaced(Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}")
        case 0x7F: .replaced("\u{2421}")
        case 0x80..<0xA0: .replaced("\u{FFFD}")
        case 0xAC00..<0xD7A4: .base(columns: 2)
        // The vowels and finals of Hangul, which join the consonant before them.
        case 0x1160..<0x1200, 0xD7B0..<0xD800: .mark
        default: rareFate(of: scalar)
        }
    }

    /// The columns of a scalar that is a character of its own, whatever scalars of this kind stand beside it, and is shown
    /// as it is; `nil` for every other.
    static func separateColumns(of scalar: Unicode.Scalar) -> Int? {
        switch scalar.value {
        case 0x20..<0x7F, 0xA0..<0xAD, 0xAE..<0x300: 1
        // Punctuation, arrows, lines, blocks, symbols, kana and Chinese: with the letters, nearly all that is drawn.
        case 0x2010..<0x2028, 0x2100..<0x2C00, 0x3041..<0x3097, 0x30A0..<0x3131, 0x3400..<0xA48D:
            isWide(scalar.value) ? 2 : 1
        default: nil
        }
    }

    private static func rareFate(of scalar: Unicode.Scalar) -> Fate {
        let properties = scalar.properties
        // Joiners, variation selectors, bidirectional controls, fillers, tags.
        if properties.isDefaultIgnorableCodePoint { return .dropped }
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return .mark
        case .format: return isVisibleFormat(scalar.value) ? .base(columns: 1) : .dropped
        case .control, .surrogate, .lineSeparator, .paragraphSeparator: return .replaced("\u{FFFD}")
        case .unassigned where properties.isNoncharacterCodePoint: return .replaced("\u{FFFD}")
        default: return .base(columns: isWide(scalar.value) ? 2 : 1)
        }
    }

    /// Signs of Arabic, Syriac and Kaithi that stand around numbers.
    private static func isVisibleFormat(_ value: UInt32) -> Bool {
        switch value {
        case 0x600...0x605, 0x6DD, 0x70F, 0x890...0x891, 0x8E2, 0x110BD, 0x110CD: true
        default: false
        }
    }

    static func isWide(_ value: UInt32) -> Bool {
        guard value >= 0x1100 else { return false }
        var low = 0
        var high = wideRanges.count - 1
        while low <= high {
            let middle = (low + high) / 2
            let range = wideRanges[middle]
            if value < range.lowerBound {
                high = middle - 1
            } else if value > range.upperBound {
                low = middle + 1
            } else {
                return true
            }
        }
        return false
    }

    /// Wide and full-width characters (Unicode East Asian Width W and F, and emoji shown wide by default), as the Python
    /// package wcwidth 0.9.4 has them; without the regional indicators, which take two columns as a pair.
    private static let wideRanges: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x231A...0x231B, 0x2329...0x232A, 0x23E9...0x23EC, 0x23F0...0x23F0, 0x23F3...0x23F3,
        0x25FD...0x25FE, 0x2614...0x2615, 0x2630...0x2637, 0x2648...0x2653, 0x267F...0x267F, 0x268A...0x268F,
        0x2693...0x2693, 0x26A1...0x26A1, 0x26AA...0x26AB, 0x26BD...0x26BE, 0x26C4...0x26C5, 0x26CE...0x26CE,
        0x26D4...0x26D4, 0x26EA...0x26EA, 0x26F2...0x26F3, 0x26F5...0x26F5, 0x26FA...0x26FA, 0x26FD...0x26FD,
        0x2705...0x2705, 0x270A...0x270B, 0x2728...0x2728, 0x274C...0x274C, 0x274E...0x274E, 0x2753...0x2755,
        0x2757...0x2757, 0x2795...0x2797, 0x27B0...0x27B0, 0x27BF...0x27BF, 0x2B1B...0x2B1C, 0x2B50...0x2B50,
        0x2B55...0x2B55, 0x2E80...0x2E99, 0x2E9B...0x2EF3, 0x2F00...0x2FD5, 0x2FF0...0x3029, 0x3030...0x303E,
        0x3041...0x3096, 0x309B...0x30FF, 0x3105...0x312F, 0x3131...0x3163, 0x3165...0x318E, 0x3190...0x31E5,
        0x31EF...0x321E, 0x3220...0x3247, 0x3250...0xA48C, 0xA490...0xA4C6, 0xA960...0xA97C, 0xAC00...0xD7A3,
        0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE52, 0xFE54...0xFE66, 0xFE68...0xFE6B, 0xFF01...0xFF60,
        0xFFE0...0xFFE6, 0x16FE0...0x16FE3, 0x16FF2...0x16FF6, 0x17000...0x18CDA, 0x18CFF...0x18D20,
        0x18D80...0x18DF2, 0x18E00...0x19191, 0x191A0...0x191D2, 0x1AFF0...0x1AFF3, 0x1AFF5...0x1AFFB,
        0x1AFFD...0x1AFFE, 0x1B000...0x1B128, 0x1B132...0x1B132, 0x1B150...0x1B152, 0x1B155...0x1B155,
        0x1B164...0x1B168, 0x1B170...0x1B2FB, 0x1D300...0x1D356, 0x1D360...0x1D376, 0x1F004...0x1F004,
        0x1F0CF...0x1F0CF, 0x1F18E...0x1F18E, 0x1F191...0x1F19A, 0x1F1AE...0x1F1AE, 0x1F200...0x1F202,
        0x1F210...0x1F23B, 0x1F240...0x1F248, 0x1F250...0x1F251, 0x1F260...0x1F265, 0x1F300...0x1F320,
        0x1F32D...0x1F335, 0x1F337...0x1F37C, 0x1F37E...0x1F393, 0x1F3A0...0x1F3CA, 0x1F3CF...0x1F3D3,
        0x1F3E0...0x1F3F0, 0x1F3F4...0x1F3F4, 0x1F3F8...0x1F43E, 0x1F440...0x1F440, 0x1F442...0x1F4FC,
        0x1F4FF...0x1F53D, 0x1F54B...0x1F54E, 0x1F550...0x1F567, 0x1F57A...0x1F57A, 0x1F595...0x1F596,
        0x1F5A4...0x1F5A4, 0x1F5FB...0x1F64F, 0x1F680...0x1F6C5, 0x1F6CC...0x1F6CC, 0x1F6D0...0x1F6D2,
        0x1F6D5...0x1F6D9, 0x1F6DC...0x1F6DF, 0x1F6EB...0x1F6EC, 0x1F6F4...0x1F6FC, 0x1F7DA...0x1F7DA,
        0x1F7E0...0x1F7EB, 0x1F7F0...0x1F7F0, 0x1F90C...0x1F93A, 0x1F93C...0x1F945, 0x1F947...0x1F9FF,
        0x1FA70...0x1FA7C, 0x1FA80...0x1FAC6, 0x1FAC8...0x1FAC8, 0x1FACC...0x1FADD, 0x1FADF...0x1FAEB,
        0x1FAEF...0x1FAFA, 0x20000...0x2FFFD, 0x30000...0x3FFFD,
    ]
}
