/// A terminal description in the compiled form of term(5), with 32-bit numbers.
///
/// ncurses writes 24-bit colours only for a description that promises them, and few machines have one. So we make one
/// of the user's own description, and hand it to ncurses without a file.
struct TerminfoEntry {
    /// The name under which it is found.
    var name: String
    /// Flags, numbers (-1: absent) and strings, in ncurses' order.
    var flags: [(name: String, value: Bool)] = []
    var numbers: [(name: String, value: Int32)] = []
    var strings: [(name: String, value: [UInt8]?)] = []
    /// Flags that are set and that the standard does not know; in alphabetical order.
    var extendedFlags: [String] = []

    /// The same terminal with 24-bit colours: colour numbers below 16 stay the user's palette, the others are RGB.
    func withDirectColor(name: String) -> TerminfoEntry {
        var entry = self
        entry.name = name
        entry.set(flag: "ccc", to: false)
        entry.set(number: "colors", to: 0x100_0000)
        entry.set(number: "pairs", to: 0x7FFFF)
        entry.set(string: "setaf", to: Self.setColor(base: 3, bright: "9", direct: "38"))
        entry.set(string: "setab", to: Self.setColor(base: 4, bright: "10", direct: "48"))
        entry.set(string: "op", to: "\u{1B}[39;49m")
        for absent in ["initc", "initp", "scp", "oc", "setf", "setb"] { entry.set(string: absent, to: nil) }
        // One string for all attributes takes longer to fill in than each of its own.
        if ["bold", "dim", "smul", "rev", "sgr0"].allSatisfy({ entry.has(string: $0) }) {
            entry.set(string: "sgr", to: nil)
        }
        entry.extendedFlags = (extendedFlags.filter { $0 != "RGB" } + ["RGB"]).sorted()
        return entry
    }

    private static func setColor(base: Int, bright: String, direct: String) -> String {
        let rgb = "\(direct);2;%p1%{65536}%/%d;%p1%{256}%/%{255}%&%d;%p1%{255}%&%d"
        return "\u{1B}[%?%p1%{15}%>%t\(rgb)%e%p1%{8}%<%t\(base)%p1%d%e\(bright)%p1%{8}%-%d%;m"
    }

    private func has(string name: String) -> Bool { strings.contains { $0.name == name && $0.value != nil } }

    mutating func set(flag name: String, to value: Bool) {
        for index in flags.indices where flags[index].name == name { flags[index].value = value }
    }

    mutating func set(number name: String, to value: Int32) {
        for index in numbers.indices where numbers[index].name == name { numbers[index].value = value }
    }

    mutating func set(string name: String, to value: String?) {
        for index in strings.indices where strings[index].name == name {
            strings[index].value = value.map { Array($0.utf8) }
        }
    }

    /// The compiled form.
    var compiled: [UInt8] {
        var table: [UInt8] = []
        var offsets: [Int] = []
        for string in strings {
            if let value = string.value {
                offsets.append(table.count)
                table += value + [0]
            } else {
                offsets.append(-1)
            }
        }
        let names = Array(name.utf8) + [0]
        var bytes: [UInt8] = []
        for value in [0o1036, names.count, flags.count, numbers.count, strings.count, table.count] {
            bytes.append(short: value)
        }
        bytes += names
        bytes += flags.map { $0.value ? 1 : 0 }
        bytes.alignToEven()
        for number in numbers { bytes.append(long: number.value) }
        for offset in offsets { bytes.append(short: offset) }
        bytes += table
        bytes.alignToEven()
        appendExtended(to: &bytes)
        return bytes
    }

    private func appendExtended(to bytes: inout [UInt8]) {
        var table: [UInt8] = []
        var offsets: [Int] = []
        for name in extendedFlags {
            offsets.append(table.count)
            table += Array(name.utf8) + [0]
        }
        // Flags, numbers, strings, items in the table, its length.
        for value in [extendedFlags.count, 0, 0, extendedFlags.count, table.count] { bytes.append(short: value) }
        bytes += extendedFlags.map { _ in 1 }
        bytes.alignToEven()
        for offset in offsets { bytes.append(short: offset) }
        bytes += table
    }

    /// The form in which the variable `TERMINFO` can hold it.
    var variable: String {
        let digits = Array("0123456789ABCDEF".utf8)
        return "hex:"
            + String(decoding: compiled.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

extension [UInt8] {
    fileprivate mutating func append(short value: Int) {
        let bits = UInt16(truncatingIfNeeded: value)
        append(UInt8(bits & 0xFF))
        append(UInt8(bits >> 8))
    }

    fileprivate mutating func append(long value: Int32) {
        let bits = UInt32(bitPattern: value)
        for shift in stride(from: 0, to: 32, by: 8) { append(UInt8(bits >> UInt32(shift) & 0xFF)) }
    }

    fileprivate mutating func alignToEven() {
        if count % 2 != 0 { append(0) }
    }
}
