/// How many columns text takes on a terminal, by a table of our own: the same on every machine.
public enum DisplayWidth {
    /// The columns that a character takes: 1 or 2. A character that a terminal would not show takes 1, since
    /// `printable` replaces it by a visible one.
    public static func columns(of character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        if first.value < 0x300 { return 1 }
        // A variation selector for emoji presentation makes a narrow symbol wide.
        if character.unicodeScalars.contains(where: { $0.value == 0xFE0F }) { return 2 }
        return isWide(first.value) ? 2 : 1
    }

    /// The columns that a text takes.
    public static func columns(of text: some StringProtocol) -> Int {
        text.reduce(0) { $0 + columns(of: $1) }
    }

    /// The text cut to a width, with an ellipsis where something was cut.
    public static func truncate(_ text: String, to width: Int, ellipsis: Character? = "…") -> String {
        guard width > 0 else { return "" }
        // Cheap way out: no character is wider than its UTF-8 form is long.
        if text.utf8.count <= width { return text }
        var used = 0
        var result = ""
        var kept = 0
        for character in text {
            let columns = columns(of: character)
            if used + columns > width {
                guard let ellipsis else { return result }
                while kept > width - 1, let last = result.popLast() { kept -= self.columns(of: last) }
                result.append(ellipsis)
                return result
            }
            used += columns
            kept = used
            result.append(character)
        }
        return result
    }

    /// The characters of a text as they may reach a terminal.
    ///
    /// Escape and other control characters (C0, C1), characters that reorder text (bidirectional controls) and
    /// invisible ones are replaced by visible marks or left out; line breaks and tabs become blanks. A character of
    /// several scalars is cut to what one cell holds.
    public static func printable(_ text: String) -> [Character] {
        var result: [Character] = []
        result.reserveCapacity(text.utf8.count)
        for character in text {
            if let ascii = character.asciiValue, ascii >= 0x20, ascii < 0x7F {
                result.append(character)
            } else if let shown = printable(character) {
                result.append(shown)
            }
        }
        return result
    }

    private static func printable(_ character: Character) -> Character? {
        var scalars = String.UnicodeScalarView()
        for scalar in character.unicodeScalars {
            switch scalar.value {
            case 0x09, 0x0A, 0x0D, 0x85, 0x2028, 0x2029: return " "
            case 0x00..<0x20: return Unicode.Scalar(0x2400 + scalar.value).map(Character.init)
            case 0x7F: return "\u{2421}"
            case 0x80..<0xA0: return "\u{FFFD}"
            case 0xAD, 0x200B, 0x200E, 0x200F, 0x202A...0x202E, 0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB, 0x61C,
                0xE0000...0xE0FFF:
                continue
            case 0x200D: continue
            default:
                guard !isLoneCombining(scalar, after: scalars) else { continue }
                // One terminal cell holds a base and at most four marks.
                if scalars.count < 5, !(scalars.count > 0 && isWide(scalar.value)) { scalars.append(scalar) }
            }
        }
        guard !scalars.isEmpty else { return nil }
        return Character(String(scalars))
    }

    private static func isLoneCombining(_ scalar: Unicode.Scalar, after scalars: String.UnicodeScalarView) -> Bool {
        guard scalars.isEmpty, scalar.value >= 0x300 else { return false }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .surrogate: return true
        default: return false
        }
    }

    /// Wide and full-width ranges (Unicode East Asian Width W and F, and emoji shown wide by default).
    private static let wideRanges: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x231A...0x231B, 0x2329...0x232A, 0x23E9...0x23EC, 0x23F0...0x23F0, 0x23F3...0x23F3,
        0x25FD...0x25FE, 0x2614...0x2615, 0x2630...0x2637, 0x2648...0x2653, 0x267F...0x267F, 0x268A...0x268F,
        0x2693...0x2693, 0x26A1...0x26A1, 0x26AA...0x26AB, 0x26BD...0x26BE, 0x26C4...0x26C5, 0x26CE...0x26CE,
        0x26D4...0x26D4, 0x26EA...0x26EA, 0x26F2...0x26F3, 0x26F5...0x26F5, 0x26FA...0x26FA, 0x26FD...0x26FD,
        0x2705...0x2705, 0x270A...0x270B, 0x2728...0x2728, 0x274C...0x274C, 0x274E...0x274E, 0x2753...0x2755,
        0x2757...0x2757, 0x2795...0x2797, 0x27B0...0x27B0, 0x27BF...0x27BF, 0x2B1B...0x2B1C, 0x2B50...0x2B50,
        0x2B55...0x2B55, 0x2E80...0x2E99, 0x2E9B...0x2EF3, 0x2F00...0x2FD5, 0x2FF0...0x303E, 0x3041...0x3096,
        0x3099...0x30FF, 0x3105...0x312F, 0x3131...0x318E, 0x3190...0x31E5, 0x31EF...0x321E, 0x3220...0x3247,
        0x3250...0xA48C, 0xA490...0xA4C6, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19,
        0xFE30...0xFE52, 0xFE54...0xFE66, 0xFE68...0xFE6B, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x16FE4,
        0x17000...0x18CD5, 0x1AFF0...0x1B2FB, 0x1D300...0x1D376, 0x1F004...0x1F004, 0x1F0CF...0x1F0CF,
        0x1F18E...0x1F18E, 0x1F191...0x1F19A, 0x1F1E6...0x1F1FF, 0x1F200...0x1F320, 0x1F32D...0x1F335,
        0x1F337...0x1F37C, 0x1F37E...0x1F393, 0x1F3A0...0x1F3CA, 0x1F3CF...0x1F3D3, 0x1F3E0...0x1F3F0,
        0x1F3F4...0x1F3F4, 0x1F3F8...0x1F43E, 0x1F440...0x1F440, 0x1F442...0x1F4FC, 0x1F4FF...0x1F53D,
        0x1F54B...0x1F54E, 0x1F550...0x1F567, 0x1F57A...0x1F57A, 0x1F595...0x1F596, 0x1F5A4...0x1F5A4,
        0x1F5FB...0x1F64F, 0x1F680...0x1F6C5, 0x1F6CC...0x1F6CC, 0x1F6D0...0x1F6D2, 0x1F6D5...0x1F6D7,
        0x1F6DC...0x1F6DF, 0x1F6EB...0x1F6EC, 0x1F6F4...0x1F6FC, 0x1F7E0...0x1F7EB, 0x1F7F0...0x1F7F0,
        0x1F90C...0x1F93A, 0x1F93C...0x1F945, 0x1F947...0x1F9FF, 0x1FA70...0x1FAF8, 0x20000...0x2FFFD,
        0x30000...0x3FFFD,
    ]

    private static func isWide(_ value: UInt32) -> Bool {
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
}
