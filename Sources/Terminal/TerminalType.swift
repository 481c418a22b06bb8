import CTerminal
import CellScreen

/// What the machine's description of a terminal type says.
struct TerminalType {
    /// The name, as in `TERM`.
    let name: String
    /// The number of colours; 0 when it has none.
    let colors: Int
    /// Key sequences beyond the common ones.
    let keys: [[UInt8]: KeyStroke]
    /// What gives the terminal back when the process dies.
    let farewell: [UInt8]
    /// The whole description, for a variant of it.
    let entry: TerminfoEntry

    /// Reads a description.
    /// - Throws: `TerminalError` when the type is not named, not known, or cannot show a dashboard.
    init(named name: String?, terminal: Int32) throws {
        guard let name, !name.isEmpty else { throw TerminalError.noType }
        guard ct_type_open(name, terminal) == Int32(CT_TYPE_FOUND) else {
            // A type that is known but generic, or hard copy, is found to be incapable by setupterm itself.
            throw Self.isHardCopy(name) ? TerminalError.incapable(type: name) : TerminalError.unknownType(name)
        }
        defer { ct_type_close() }
        guard Self.string("cup") != nil, Self.string("clear") != nil else { throw TerminalError.incapable(type: name) }
        self.name = name
        colors = max(0, Int(ct_type_number_named("colors")))
        keys = Self.readKeys()
        farewell = Self.readFarewell()
        entry = Self.readEntry(name: name)
    }

    private static func isHardCopy(_ name: String) -> Bool { ["dumb", "unknown", "lpr", "printer"].contains(name) }

    private static func string(_ name: String) -> [UInt8]? {
        guard let value = ct_type_string_named(name) else { return nil }
        let text = String(cString: value)
        return text.isEmpty ? nil : withoutPadding(Array(text.utf8))
    }

    /// A string without its delays (`$<5>`), which only ncurses can carry out.
    static func withoutPadding(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "$"), index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "<"),
                let end = bytes[index...].firstIndex(of: UInt8(ascii: ">"))
            {
                index = end + 1
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }

    private static func readKeys() -> [[UInt8]: KeyStroke] {
        var names: [(String, Key)] = [
            ("kcuu1", .up), ("kcud1", .down), ("kcub1", .left), ("kcuf1", .right), ("khome", .home), ("kend", .end),
            ("kpp", .pageUp), ("knp", .pageDown), ("kich1", .insert), ("kdch1", .delete),
        ]
        for number in 1...12 { names.append(("kf\(number)", .function(number))) }
        var keys: [[UInt8]: KeyStroke] = [:]
        for (name, key) in names {
            // A shorter one would be taken for Alt and a letter, or for a control key.
            if let sequence = string(name), sequence.count > 2, sequence[0] == 0x1B { keys[sequence] = KeyStroke(key) }
        }
        return keys
    }

    private static func readFarewell() -> [UInt8] {
        // CAN ends a sequence that was being written when the process died.
        var bytes: [UInt8] = [0x18]
        bytes += TerminalSequence.pictureEnds + TerminalSequence.mouseOff + TerminalSequence.pasteOff
        for name in ["sgr0", "rmkx", "cnorm"] { bytes += string(name) ?? [] }
        bytes += string("rmcup") ?? Array("\r\n".utf8)
        bytes.append(0x0D)
        return bytes
    }

    private static func readEntry(name: String) -> TerminfoEntry {
        var entry = TerminfoEntry(name: name)
        var index: Int32 = 0
        while let name = ct_type_flag_name(index) {
            entry.flags.append((String(cString: name), ct_type_flag_named(name) > 0))
            index += 1
        }
        index = 0
        while let name = ct_type_number_name(index) {
            entry.numbers.append((String(cString: name), ct_type_number_named(name)))
            index += 1
        }
        index = 0
        while let name = ct_type_string_name(index) {
            let value = ct_type_string_named(name).map { Array(String(cString: $0).utf8) }
            entry.strings.append((String(cString: name), value))
            index += 1
        }
        entry.extendedFlags = ct_type_flag_named("AX") > 0 ? ["AX"] : []
        return entry
    }
}
