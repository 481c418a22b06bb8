/// Tells of a text that comes piece by piece whether it can still become JSON, by the grammar of RFC 8259.
struct JSONPrefix: Sendable {
    private enum Expectation: Equatable {
        case value
        // After an opening bracket, where it may close at once.
        case valueOrEnd, keyOrEnd
        case key, colon, commaOrEnd
        case string(isKey: Bool)
        case escape(isKey: Bool)
        case hex(left: Int, isKey: Bool)
        case word(ArraySlice<UInt8>)
        case number(Number)
        case end
    }

    private enum Number { case minus, zero, digits, point, fraction, exponent, sign, power }

    private var expectation = Expectation.value
    // Whether the innermost open bracket is that of an object; the others before it.
    private var open: [Bool] = []
    private(set) var isBroken = false
    private(set) var isEmpty = true
    /// The text from the place on where it stopped being JSON.
    private(set) var excerpt = ""

    /// Whether what came so far is JSON.
    var isComplete: Bool {
        guard !isBroken else { return false }
        if case .number(let state) = expectation, open.isEmpty { return Self.mayEnd(state) }
        return expectation == .end
    }

    /// Takes the next piece.
    /// - Returns: Whether this can still become JSON.
    mutating func feed(_ piece: String) -> Bool {
        guard !isBroken else { return false }
        for (offset, byte) in piece.utf8.enumerated() {
            if !take(byte) {
                isBroken = true
                let from = piece.utf8.index(piece.utf8.startIndex, offsetBy: offset)
                excerpt = String(decoding: piece.utf8[from...].prefix(120), as: UTF8.self)
                return false
            }
        }
        return true
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        switch expectation {
        case .string(let isKey): return takeInString(byte, isKey: isKey)
        case .escape(let isKey):
            if byte == UInt8(ascii: "u") {
                expectation = .hex(left: 4, isKey: isKey)
            } else {
                expectation = .string(isKey: isKey)
                return #""\/bfnrt"#.utf8.contains(byte)
            }
            return true
        case .hex(let left, let isKey):
            expectation = left == 1 ? .string(isKey: isKey) : .hex(left: left - 1, isKey: isKey)
            return "0123456789abcdefABCDEF".utf8.contains(byte)
        case .word(let rest):
            guard rest.first == byte else { return false }
            if rest.count == 1 { endValue() } else { expectation = .word(rest.dropFirst()) }
            return true
        case .number(let state):
            if let next = Self.next(state, byte) {
                expectation = .number(next)
                return true
            }
            guard Self.mayEnd(state) else { return false }
            endValue()
            return takeBetween(byte)
        default: return takeBetween(byte)
        }
    }

    private mutating func takeInString(_ byte: UInt8, isKey: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: "\""): if isKey { expectation = .colon } else { endValue() }
        case UInt8(ascii: "\\"): expectation = .escape(isKey: isKey)
        default: return byte >= 0x20
        }
        return true
    }

    private mutating func takeBetween(_ byte: UInt8) -> Bool {
        if [0x20, 0x09, 0x0A, 0x0D].contains(byte) { return true }
        isEmpty = false
        switch (expectation, byte) {
        case (.valueOrEnd, UInt8(ascii: "]")), (.keyOrEnd, UInt8(ascii: "}")): close()
        case (.value, _), (.valueOrEnd, _): return beginValue(byte)
        case (.key, UInt8(ascii: "\"")), (.keyOrEnd, UInt8(ascii: "\"")): expectation = .string(isKey: true)
        case (.colon, UInt8(ascii: ":")): expectation = .value
        case (.commaOrEnd, UInt8(ascii: ",")): expectation = open.last == true ? .key : .value
        case (.commaOrEnd, UInt8(ascii: "]")) where open.last == false: close()
        case (.commaOrEnd, UInt8(ascii: "}")) where open.last == true: close()
        default: return false
        }
        return true
    }

    private mutating func beginValue(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "{"):
            open.append(true)
            expectation = .keyOrEnd
        case UInt8(ascii: "["):
            open.append(false)
            expectation = .valueOrEnd
        case UInt8(ascii: "\""): expectation = .string(isKey: false)
        case UInt8(ascii: "t"): expectation = .word(Array("rue".utf8)[...])
        case UInt8(ascii: "f"): expectation = .word(Array("alse".utf8)[...])
        case UInt8(ascii: "n"): expectation = .word(Array("ull".utf8)[...])
        case UInt8(ascii: "-"): expectation = .number(.minus)
        case UInt8(ascii: "0"): expectation = .number(.zero)
        case UInt8(ascii: "1")...UInt8(ascii: "9"): expectation = .number(.digits)
        default: return false
        }
        return true
    }

    private mutating func close() {
        open.removeLast()
        endValue()
    }

    private mutating func endValue() { expectation = open.isEmpty ? .end : .commaOrEnd }

    private static func mayEnd(_ state: Number) -> Bool {
        switch state {
        case .zero, .digits, .fraction, .power: true
        case .minus, .point, .exponent, .sign: false
        }
    }

    private static func next(_ state: Number, _ byte: UInt8) -> Number? {
        let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        let isExponent = byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E")
        switch state {
        case .minus: return isDigit ? (byte == UInt8(ascii: "0") ? .zero : .digits) : nil
        case .zero, .digits:
            if isDigit { return state == .digits ? .digits : nil }
            return byte == UInt8(ascii: ".") ? .point : isExponent ? .exponent : nil
        case .point: return isDigit ? .fraction : nil
        case .fraction: return isDigit ? .fraction : isExponent ? .exponent : nil
        case .exponent:
            return isDigit ? .power : byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") ? .sign : nil
        case .sign, .power: return isDigit ? .power : nil
        }
    }
}
