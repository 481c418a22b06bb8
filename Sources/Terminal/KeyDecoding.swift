import CellScreen

/// What single bytes and whole escape sequences mean, as the common terminals send them.
enum KeyDecoding {
    /// What stands before and after a bracketed paste.
    static let pasteBegin = Array("\u{1B}[200~".utf8)
    static let pasteEnd = Array("\u{1B}[201~".utf8)

    /// The key of a C0 control byte or DEL.
    static func controlKey(_ byte: UInt8) -> KeyStroke {
        switch byte {
        case 0x0D, 0x0A: KeyStroke(.enter)
        case 0x09: KeyStroke(.tab)
        case 0x08, 0x7F: KeyStroke(.backspace)
        case 0x1B: KeyStroke(.escape)
        case 0x00: KeyStroke(.character(" "), modifiers: .control)
        case 0x01...0x1A: KeyStroke(.character(Character(Unicode.Scalar(byte + 0x60))), modifiers: .control)
        default: KeyStroke(.character(Character(Unicode.Scalar(byte + 0x40))), modifiers: .control)
        }
    }

    /// The key of a sequence that begins with `ESC [` or `ESC O`; `nil` when it is none.
    static func key(for sequence: [UInt8]) -> KeyStroke? {
        guard sequence.count >= 3, let final = sequence.last else { return nil }
        let body = sequence[2..<(sequence.count - 1)]
        if sequence[1] == UInt8(ascii: "O") {
            return finalKeys[final].map { KeyStroke($0) } ?? rxvtControlKeys[final]
        }
        if body == [UInt8(ascii: "[")] {
            return (UInt8(ascii: "A")...UInt8(ascii: "E")).contains(final)
                ? KeyStroke(.function(Int(final - UInt8(ascii: "A")) + 1)) : nil
        }
        guard let parameters = numbers(body) else { return nil }
        let modifiers = modifiers(parameters.count > 1 ? parameters[1] : 1)
        switch final {
        case UInt8(ascii: "Z"): return KeyStroke(.tab, modifiers: modifiers.union(.shift))
        case UInt8(ascii: "~"):
            if parameters.first == 27, parameters.count == 3 {
                return typed(parameters[2], modifiers: modifiers)
            }
            return parameters.first.flatMap { numberedKeys[$0] }.map { KeyStroke($0, modifiers: modifiers) }
        case UInt8(ascii: "u"): return parameters.first.flatMap { typed($0, modifiers: modifiers) }
        default: return finalKeys[final].map { KeyStroke($0, modifiers: modifiers) }
        }
    }

    /// What an SGR mouse report says; `nil` when it is none, or one that nobody asks for.
    static func mouse(for sequence: [UInt8]) -> MouseEvent? {
        guard sequence.count > 4, sequence[1] == UInt8(ascii: "["), sequence[2] == UInt8(ascii: "<"),
            let final = sequence.last, final == UInt8(ascii: "M") || final == UInt8(ascii: "m"),
            let values = numbers(sequence[3..<(sequence.count - 1)]), values.count == 3
        else { return nil }
        let point = Point(x: values[1] - 1, y: values[2] - 1)
        return mouse(button: values[0], released: final == UInt8(ascii: "m"), at: point)
    }

    /// What a button number of a report means.
    static func mouse(button: Int, released: Bool, at point: Point) -> MouseEvent? {
        guard !released, point.x >= 0, point.y >= 0 else { return nil }
        // 4, 8 and 16 are Shift, Alt and Control; 32 would be motion.
        switch button & ~0b11100 {
        case 0: return MouseEvent(kind: .press, point: point)
        case 64: return MouseEvent(kind: .wheelUp, point: point)
        case 65: return MouseEvent(kind: .wheelDown, point: point)
        default: return nil
        }
    }

    private static let finalKeys: [UInt8: Key] = [
        UInt8(ascii: "A"): .up, UInt8(ascii: "B"): .down, UInt8(ascii: "C"): .right, UInt8(ascii: "D"): .left,
        UInt8(ascii: "H"): .home, UInt8(ascii: "F"): .end, UInt8(ascii: "M"): .enter,
        UInt8(ascii: "P"): .function(1), UInt8(ascii: "Q"): .function(2), UInt8(ascii: "R"): .function(3),
        UInt8(ascii: "S"): .function(4),
    ]

    private static let rxvtControlKeys: [UInt8: KeyStroke] = [
        UInt8(ascii: "a"): KeyStroke(.up, modifiers: .control),
        UInt8(ascii: "b"): KeyStroke(.down, modifiers: .control),
        UInt8(ascii: "c"): KeyStroke(.right, modifiers: .control),
        UInt8(ascii: "d"): KeyStroke(.left, modifiers: .control),
    ]

    private static let numberedKeys: [Int: Key] = [
        1: .home, 2: .insert, 3: .delete, 4: .end, 5: .pageUp, 6: .pageDown, 7: .home, 8: .end,
        11: .function(1), 12: .function(2), 13: .function(3), 14: .function(4), 15: .function(5), 17: .function(6),
        18: .function(7), 19: .function(8), 20: .function(9), 21: .function(10), 23: .function(11), 24: .function(12),
        25: .function(13), 26: .function(14), 28: .function(15), 29: .function(16), 31: .function(17),
        32: .function(18),
        33: .function(19), 34: .function(20),
    ]

    /// Numbers between semicolons; what follows a colon is detail that is not needed here.
    private static func numbers(_ bytes: ArraySlice<UInt8>) -> [Int]? {
        guard !bytes.isEmpty else { return [] }
        var values: [Int] = []
        for field in bytes.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false) {
            let digits = field.prefix { $0 != UInt8(ascii: ":") }
            guard digits.count < 9, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            values.append(digits.reduce(0) { $0 * 10 + Int($1 - 0x30) })
        }
        return values
    }

    private static func modifiers(_ parameter: Int) -> KeyModifiers {
        let bits = max(0, parameter - 1)
        var result: KeyModifiers = []
        if bits & 1 != 0 { result.insert(.shift) }
        if bits & 2 != 0 || bits & 32 != 0 { result.insert(.alt) }
        if bits & 4 != 0 { result.insert(.control) }
        return result
    }

    /// A key that is reported by its code point.
    private static func typed(_ code: Int, modifiers: KeyModifiers) -> KeyStroke? {
        guard let value = UInt32(exactly: code), let scalar = Unicode.Scalar(value) else { return nil }
        if value < 0x20 || value == 0x7F {
            var key = controlKey(UInt8(value))
            key.modifiers.formUnion(modifiers)
            return key
        }
        // Shift is already in the character.
        guard value < 0x7F || (0xA0..<0xE000).contains(value) || value > 0xF8FF else { return nil }
        return KeyStroke(.character(Character(scalar)), modifiers: modifiers.subtracting(.shift))
    }
}
