/// Notices that a text says the same again and again: that its end is one piece, several times.
///
/// What counts as a loop depends on the piece, since much that is no loop repeats: rules of dashes, empty table cells,
/// rows of zeros, refrains. All must be equal to the letter, one right after another.
struct LoopDetector: Sendable {
    /// A loop.
    struct Loop: Equatable, Sendable {
        /// The piece that repeats.
        var piece: String
        /// How often it stands there, in what was looked at.
        var times: Int
    }

    /// How far back is looked, in Unicode scalars; a third of it is the longest piece.
    static let window = 16_384
    /// How many scalars make another look worth while.
    static let stride = 512
    /// The least that a loop fills, in scalars.
    static let leastLength = 1200
    /// The least that a loop fills when its piece has fewer than three different letters, as rules, rows of numbers and
    /// blanks have.
    static let leastLengthOfPatterns = 6000

    /// How often a piece of a length must stand there.
    static func leastTimes(of length: Int) -> Int {
        switch length {
        case ..<300: 6
        case ..<1000: 4
        default: 3
        }
    }

    private var scalars: [Unicode.Scalar] = []
    private var fresh = 0

    /// Takes the next piece of the text.
    /// - Returns: The loop in which the text ends, when it has been looked at and is one.
    mutating func feed(_ text: String) -> Loop? {
        let before = scalars.count
        scalars.append(contentsOf: text.unicodeScalars)
        fresh += scalars.count - before
        if scalars.count > 2 * Self.window { scalars.removeFirst(scalars.count - Self.window) }
        guard fresh >= Self.stride, scalars.count >= Self.leastLength else { return nil }
        fresh = 0
        return loop(in: scalars.suffix(Self.window))
    }

    /// The loop in a text that came in one piece, at its end or with a little after it.
    static func loop(in text: String) -> Loop? {
        var detector = LoopDetector()
        var rest = Substring(text).unicodeScalars
        while !rest.isEmpty {
            let piece = rest.prefix(stride)
            rest = rest.dropFirst(stride)
            if let loop = detector.feed(String(piece)) { return loop }
        }
        return detector.loop(in: detector.scalars.suffix(window))
    }

    // The text is read backwards: for each length of its end, the table tells the longest border, and by that the
    // shortest piece that this end consists of.
    private func loop(in scalars: ArraySlice<Unicode.Scalar>) -> Loop? {
        let text = scalars.reversed().map(\.value)
        guard text.count >= Self.leastLength else { return nil }
        var border = [Int](repeating: 0, count: text.count)
        var length = 0
        for index in 1..<text.count {
            while length > 0, text[index] != text[length] { length = border[length - 1] }
            if text[index] == text[length] { length += 1 }
            border[index] = length
            let filled = index + 1
            let piece = filled - length
            guard filled >= Self.leastLength, filled / piece >= Self.leastTimes(of: piece) else { continue }
            guard filled >= Self.leastLengthOfPatterns || Self.holdsWords(text[..<piece]) else { continue }
            return Loop(piece: Self.text(text[..<piece]), times: filled / piece)
        }
        return nil
    }

    private static func holdsWords(_ piece: ArraySlice<UInt32>) -> Bool {
        var letters: Set<UInt32> = []
        for value in piece where Unicode.Scalar(value)?.properties.isAlphabetic == true {
            letters.insert(value)
            if letters.count >= 3 { return true }
        }
        return false
    }

    private static func text(_ piece: ArraySlice<UInt32>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: piece.reversed().compactMap(Unicode.Scalar.init))
        return String(text)
    }
}
