/// Sequences that terminal descriptions have no name for.
enum TerminalSequence {
    static let pasteOn = Array("\u{1B}[?2004h".utf8)
    static let pasteOff = Array("\u{1B}[?2004l".utf8)
    /// Button presses and the wheel (1000), in a form without limits on the size (1006).
    static let mouseOn = Array("\u{1B}[?1000h\u{1B}[?1006h".utf8)
    static let mouseOff = Array("\u{1B}[?1006l\u{1B}[?1000l".utf8)
    static let bell: [UInt8] = [0x07]
    /// Around a picture that is sent in parts (synchronized output): terminals that know it show the picture at once when
    /// it is complete, and others leave it out.
    static let pictureBegins = Array("\u{1B}[?2026h".utf8)
    static let pictureEnds = Array("\u{1B}[?2026l".utf8)

    /// Sets the clipboard (OSC 52), also through tmux, which hands it on only when it is wrapped or allowed.
    static func clipboard(_ text: String, insideTmux: Bool) -> [UInt8] {
        let plain = Array("\u{1B}]52;c;".utf8) + base64(Array(text.utf8)) + [0x07]
        guard insideTmux else { return plain }
        let wrapped = plain.flatMap { $0 == 0x1B ? [0x1B, 0x1B] : [$0] }
        return plain + Array("\u{1B}Ptmux;".utf8) + wrapped + Array("\u{1B}\\".utf8)
    }

    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// Base64 with padding (RFC 4648).
    static func base64(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var value = 0
            for offset in 0..<3 { value = value << 8 | (offset < group.count ? Int(group[start + offset]) : 0) }
            for place in 0..<4 {
                result.append(place > group.count ? UInt8(ascii: "=") : digits[value >> (18 - 6 * place) & 63])
            }
        }
        return result
    }
}
