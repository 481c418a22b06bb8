import CellScreen

/// Turns the bytes that a terminal sends into input events.
///
/// Pure: whoever reads the terminal feeds bytes as they come, in pieces of any length, and calls `flush` when nothing
/// more came for `patience` milliseconds, because only time tells a lone Escape from the start of a sequence. Sequences
/// that mean nothing here are swallowed as a whole; they never become loose characters.
struct InputDecoder {
    /// A paste is handed on in pieces of at most this many bytes, so that it is bounded even without an end.
    static let pasteLimit = 1 << 20
    /// An unfinished sequence that is longer is no key.
    private static let sequenceLimit = 256

    private enum Mode: Equatable {
        case ground
        /// The bytes of `pending` may become a UTF-8 character of this length.
        case character(length: Int)
        /// After Escape.
        case escape
        /// After `ESC [`.
        case control
        /// After `ESC O`.
        case single
        /// In a string that the terminal sends (an answer), until ST or BEL.
        case string
        /// After `ESC [ M`: three bytes of an old mouse report.
        case oldMouse
        case paste
    }

    private var mode = Mode.ground
    private var pending: [UInt8] = []
    private var pasted: [UInt8] = []
    private var events: [InputEvent] = []
    private let typeKeys: [[UInt8]: KeyStroke]

    /// A decoder.
    /// - Parameter typeKeys: sequences of the terminal type beyond the common ones, as its description gives them.
    init(typeKeys: [[UInt8]: KeyStroke] = [:]) {
        self.typeKeys = typeKeys
    }

    /// How many milliseconds to wait for more before `flush`; `nil` when nothing is unfinished.
    var patience: Int? {
        switch mode {
        case .ground: nil
        case .escape: 25
        case .paste: 500
        default: 100
        }
    }

    /// Takes bytes in, and returns the events that are complete.
    mutating func feed(_ bytes: some Sequence<UInt8>) -> [InputEvent] {
        for byte in bytes { take(byte) }
        return takeEvents()
    }

    /// Nothing more came: what is unfinished is decided as it stands.
    mutating func flush() -> [InputEvent] {
        switch mode {
        case .ground: break
        case .escape: emit(KeyStroke(.escape))
        case .control where pending.count == 2: emit(KeyStroke(.character("["), modifiers: .alt))
        case .single: emit(KeyStroke(.character("O"), modifiers: .alt))
        case .string where pending.count == 2:
            emit(KeyStroke(.character(Character(Unicode.Scalar(pending[1]))), modifiers: .alt))
        case .paste:
            flushPaste()
            return takeEvents()
        default: break
        }
        reset()
        return takeEvents()
    }

    private mutating func takeEvents() -> [InputEvent] {
        defer { events.removeAll() }
        return events
    }

    private mutating func emit(_ key: KeyStroke) {
        events.append(.key(key))
    }

    private mutating func reset() {
        mode = .ground
        pending.removeAll(keepingCapacity: true)
    }

    private mutating func take(_ byte: UInt8) {
        if mode == .paste { return takePasted(byte) }
        if byte == 0x1B, mode != .ground {
            if mode == .string {
                // ESC \ ends the string; ESC alone does so as well.
                mode = .escape
                pending = [byte]
                return
            }
            // Two Escapes, or a sequence that was cut short by the next one.
            if mode == .escape { emit(KeyStroke(.escape)) }
            mode = .escape
            pending = [byte]
            return
        }
        switch mode {
        case .ground: begin(byte)
        case .character(let length): continueCharacter(byte, length: length)
        case .escape: continueEscape(byte)
        case .control: continueControl(byte)
        case .single:
            pending.append(byte)
            finishSequence()
        case .string:
            if byte == 0x07 { return reset() }
            if pending.count == 2 { pending.append(byte) }
        case .oldMouse:
            pending.append(byte)
            if pending.count == 6 { finishOldMouse() }
        case .paste: break
        }
    }

    private mutating func begin(_ byte: UInt8) {
        switch byte {
        case 0x1B:
            mode = .escape
            pending = [byte]
        case 0x00..<0x20, 0x7F: emit(KeyDecoding.controlKey(byte))
        case 0x20..<0x7F: emit(KeyStroke(Character(Unicode.Scalar(byte))))
        case 0xC2...0xDF: expect(length: 2, byte)
        case 0xE0...0xEF: expect(length: 3, byte)
        case 0xF0...0xF4: expect(length: 4, byte)
        default: break  // not the beginning of anything
        }
    }

    private mutating func expect(length: Int, _ byte: UInt8) {
        mode = .character(length: length)
        pending.append(byte)
    }

    private mutating func continueCharacter(_ byte: UInt8, length: Int) {
        let isAlt = pending.first == 0x1B
        guard byte & 0xC0 == 0x80 else {
            reset()
            return begin(byte)
        }
        pending.append(byte)
        guard pending.count == length + (isAlt ? 1 : 0) else { return }
        let bytes = isAlt ? pending.dropFirst() : pending[...]
        reset()
        guard let text = String(validating: bytes, as: UTF8.self), let scalar = text.unicodeScalars.first,
            scalar.value >= 0xA0
        else { return }
        emit(KeyStroke(.character(Character(scalar)), modifiers: isAlt ? .alt : []))
    }

    private mutating func continueEscape(_ byte: UInt8) {
        pending.append(byte)
        switch byte {
        case UInt8(ascii: "["): mode = .control
        case UInt8(ascii: "O"): mode = .single
        case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "_"), UInt8(ascii: "^"), UInt8(ascii: "X"):
            mode = .string
        case UInt8(ascii: "\\"):
            // The end of a string that the terminal sent.
            reset()
        case 0x00..<0x20, 0x7F:
            reset()
            var key = KeyDecoding.controlKey(byte)
            key.modifiers.insert(.alt)
            emit(key)
        case 0x20..<0x7F:
            reset()
            emit(KeyStroke(.character(Character(Unicode.Scalar(byte))), modifiers: .alt))
        case 0xC2...0xDF: mode = .character(length: 2)
        case 0xE0...0xEF: mode = .character(length: 3)
        case 0xF0...0xF4: mode = .character(length: 4)
        default: reset()
        }
    }

    private mutating func continueControl(_ byte: UInt8) {
        pending.append(byte)
        switch byte {
        case UInt8(ascii: "[") where pending.count == 3: break  // the Linux console's function keys
        case UInt8(ascii: "M") where pending.count == 3: mode = .oldMouse
        case 0x20..<0x40: if pending.count > Self.sequenceLimit { reset() }
        case 0x40..<0x7F: finishSequence()
        default: reset()
        }
    }

    private mutating func finishSequence() {
        let sequence = pending
        reset()
        if sequence == KeyDecoding.pasteBegin {
            mode = .paste
        } else if let key = KeyDecoding.key(for: sequence) ?? typeKeys[sequence] {
            emit(key)
        } else if let mouse = KeyDecoding.mouse(for: sequence) {
            events.append(.mouse(mouse))
        }
    }

    private mutating func finishOldMouse() {
        let report = pending
        reset()
        let point = Point(x: Int(report[4]) - 33, y: Int(report[5]) - 33)
        if let mouse = KeyDecoding.mouse(button: Int(report[3]) - 32, released: false, at: point) {
            events.append(.mouse(mouse))
        }
    }
}

// MARK: - Paste

extension InputDecoder {
    private mutating func takePasted(_ byte: UInt8) {
        pasted.append(byte)
        if byte == UInt8(ascii: "~"), pasted.suffix(KeyDecoding.pasteEnd.count).elementsEqual(KeyDecoding.pasteEnd) {
            pasted.removeLast(KeyDecoding.pasteEnd.count)
            emitPaste(pasted[...])
            pasted.removeAll()
            reset()
        } else if pasted.count >= Self.pasteLimit {
            emitPasteSoFar()
        }
    }

    /// Hands on what is whole; keeps what may be half a character or half an end mark.
    private mutating func emitPasteSoFar() {
        var end = pasted.count
        if let escape = pasted.suffix(KeyDecoding.pasteEnd.count - 1).lastIndex(of: 0x1B) {
            end = escape
        } else {
            while end > pasted.count - 4, end > 0, pasted[end - 1] & 0xC0 == 0x80 { end -= 1 }
            if end > 0, pasted[end - 1] >= 0xC0 { end -= 1 } else { end = pasted.count }
        }
        emitPaste(pasted[..<end])
        pasted.removeFirst(end)
    }

    /// The paste stands still. A terminal never pastes a lone Ctrl-C or Escape and then waits: that is the user, who
    /// wants out of a paste that has no end.
    private mutating func flushPaste() {
        guard let last = pasted.last, last == 0x03 || last == 0x1B else { return emitPasteSoFar() }
        pasted.removeLast()
        emitPaste(pasted[...])
        pasted.removeAll()
        reset()
        emit(last == 0x1B ? KeyStroke(.escape) : KeyDecoding.controlKey(last))
    }

    private mutating func emitPaste(_ bytes: ArraySlice<UInt8>) {
        guard !bytes.isEmpty else { return }
        // Terminals send Return for each line break of a paste.
        let text = String(decoding: bytes, as: UTF8.self)
        events.append(.paste(text.replacingLineEnds()))
    }
}

extension String {
    /// The text with CR LF and CR as LF.
    fileprivate func replacingLineEnds() -> String {
        guard utf8.contains(0x0D) else { return self }
        var scalars = String.UnicodeScalarView()
        var previous: Unicode.Scalar?
        for scalar in unicodeScalars {
            defer { previous = scalar }
            if scalar == "\n", previous == "\r" { continue }
            scalars.append(scalar == "\r" ? "\n" : scalar)
        }
        return String(scalars)
    }
}
