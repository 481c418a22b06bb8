/// Reads the first JSON value of a text and reports faults in the words of Go's decoder, which the real server uses.
///
/// What follows the first value is ignored, because the real server ignores it too.
struct JSONReader {
    /// Why a text could not be read.
    enum Fault: Error, Equatable {
        /// Nothing but white space.
        case empty
        /// A syntax error, in the words of Go's decoder.
        case syntax(String)
    }

    private let bytes: [UInt8]
    private var index = 0
    private var depth = 0

    /// Reads the first value of `bytes`.
    static func read(_ bytes: some Sequence<UInt8>) throws(Fault) -> JSONValue {
        var reader = JSONReader(bytes: Array(bytes))
        reader.skipSpace()
        guard reader.index < reader.bytes.count else { throw .empty }
        return try reader.value()
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func value() throws(Fault) -> JSONValue {
        skipSpace()
        depth += 1
        defer { depth -= 1 }
        guard depth < 1000 else { throw .syntax("exceeded max depth") }
        switch try peek() {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw invalid("looking for beginning of value")
        }
    }

    private mutating func object() throws(Fault) -> JSONValue {
        index += 1
        var members: [JSONMember] = []
        skipSpace()
        if try peek() == UInt8(ascii: "}") {
            index += 1
            return .object(members)
        }
        while true {
            skipSpace()
            guard try peek() == UInt8(ascii: "\"") else { throw invalid("looking for beginning of object key string") }
            let key = try string()
            skipSpace()
            guard try peek() == UInt8(ascii: ":") else { throw invalid("after object key") }
            index += 1
            members.append(JSONMember(key: key, value: try value()))
            skipSpace()
            switch try peek() {
            case UInt8(ascii: ","): index += 1
            case UInt8(ascii: "}"):
                index += 1
                return .object(members)
            default: throw invalid("after object key:value pair")
            }
        }
    }

    private mutating func array() throws(Fault) -> JSONValue {
        index += 1
        var elements: [JSONValue] = []
        skipSpace()
        if try peek() == UInt8(ascii: "]") {
            index += 1
            return .array(elements)
        }
        while true {
            elements.append(try value())
            skipSpace()
            switch try peek() {
            case UInt8(ascii: ","): index += 1
            case UInt8(ascii: "]"):
                index += 1
                return .array(elements)
            default: throw invalid("after array element")
            }
        }
    }

    private mutating func literal(_ word: StaticString, _ value: JSONValue) throws(Fault) -> JSONValue {
        let text = "\(word)"
        for expected in text.utf8 {
            guard try peek() == expected else {
                throw invalid("in literal \(text) (expecting '\(Character(UnicodeScalar(expected)))')")
            }
            index += 1
        }
        return value
    }

    private mutating func number() throws(Fault) -> JSONValue {
        let start = index
        var isInteger = true
        if try peek() == UInt8(ascii: "-") {
            index += 1
            guard isDigit(try peek()) else { throw invalid("in numeric literal") }
        }
        if bytes[index] == UInt8(ascii: "0") { index += 1 } else { skipDigits() }
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            isInteger = false
            index += 1
            guard isDigit(try peek()) else { throw invalid("after decimal point in numeric literal") }
            skipDigits()
        }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            index += 1
            if try peek() == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") { index += 1 }
            guard isDigit(try peek()) else { throw invalid("in exponent of numeric literal") }
            skipDigits()
        }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if isInteger, let value = Int64(text) { return .integer(value) }
        return .number(Double(text) ?? 0)
    }

    private mutating func string() throws(Fault) -> String {
        index += 1
        var content: [UInt8] = []
        while true {
            let byte = try peek()
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                return String(decoding: content, as: UTF8.self)
            case UInt8(ascii: "\\"):
                index += 1
                try escape(into: &content)
            case 0..<0x20: throw invalid("in string literal")
            default:
                content.append(byte)
                index += 1
            }
        }
    }

    private mutating func escape(into content: inout [UInt8]) throws(Fault) {
        let code = try peek()
        let plain: [UInt8: UInt8] = [
            UInt8(ascii: "n"): 0x0A, UInt8(ascii: "t"): 0x09, UInt8(ascii: "r"): 0x0D, UInt8(ascii: "b"): 0x08,
            UInt8(ascii: "f"): 0x0C, UInt8(ascii: "\""): 0x22, UInt8(ascii: "\\"): 0x5C, UInt8(ascii: "/"): 0x2F,
        ]
        if let byte = plain[code] {
            content.append(byte)
            index += 1
            return
        }
        guard code == UInt8(ascii: "u") else { throw invalid("in string escape code") }
        index += 1
        var scalar = try hexadecimal()
        if (0xD800..<0xDC00).contains(scalar), index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\"),
            bytes[index + 1] == UInt8(ascii: "u")
        {
            let mark = index
            index += 2
            let low = try hexadecimal()
            if (0xDC00..<0xE000).contains(low) {
                scalar = 0x10000 + (scalar - 0xD800) << 10 + (low - 0xDC00)
            } else {
                index = mark
            }
        }
        content += String(UnicodeScalar(scalar) ?? "\u{FFFD}").utf8
    }

    private mutating func hexadecimal() throws(Fault) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(UnicodeScalar(try peek())).hexDigitValue else {
                throw invalid("in \\u hexadecimal character escape")
            }
            value = value << 4 | UInt32(digit)
            index += 1
        }
        return value
    }

    private func peek() throws(Fault) -> UInt8 {
        guard index < bytes.count else { throw .syntax("unexpected EOF") }
        return bytes[index]
    }

    private func invalid(_ place: String) -> Fault {
        let byte = bytes[index]
        let shown =
            switch byte {
            case UInt8(ascii: "'"): #"\'"#
            case UInt8(ascii: "\\"): #"\\"#
            case 0x0A: #"\n"#
            case 0x0D: #"\r"#
            case 0x09: #"\t"#
            case 0..<0x20, 0x7F: #"\x"# + String(UInt16(byte) + 0x100, radix: 16).dropFirst()
            default: String(Character(UnicodeScalar(byte)))
            }
        return .syntax("invalid character '\(shown)' \(place)")
    }

    private mutating func skipSpace() {
        while index < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[index]) { index += 1 }
    }

    private mutating func skipDigits() {
        while index < bytes.count, isDigit(bytes[index]) { index += 1 }
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
}
