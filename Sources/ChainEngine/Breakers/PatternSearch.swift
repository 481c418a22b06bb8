import Foundation

/// A regular expression that is never searched for longer than a bounded time, and never on the threads that all tasks
/// share.
struct PatternSearch: Sendable {
    /// What a search gives.
    enum Finding: Equatable, Sendable {
        /// What matches.
        case found(String)
        /// Nothing matches.
        case absent
        /// The search took too long, or too much memory.
        case unfinished
    }

    /// The longest that a search may take, in milliseconds.
    static let limitMilliseconds = 250

    /// The expression as it was written.
    let pattern: String
    private let expression: NSRegularExpression

    /// - Throws: When the pattern is no regular expression.
    init(_ pattern: String, isCaseSensitive: Bool = true) throws {
        self.pattern = pattern
        expression = try NSRegularExpression(pattern: pattern, options: isCaseSensitive ? [] : [.caseInsensitive])
    }

    /// Whether a pattern finds something in a text within that time.
    static func finds(_ pattern: String, in text: String) async -> Bool {
        guard let search = try? PatternSearch(pattern) else { return false }
        if case .found = await search.search(text) { return true }
        return false
    }

    /// Looks for the first match.
    /// - Parameters:
    ///   - text: The text.
    ///   - isGrowing: Whether more text is to come. A match that this could undo does not count then.
    ///   - context: How many UTF-16 units at the start only stand before what is searched, the text being the end of a
    ///     longer one.
    func search(_ text: String, isGrowing: Bool = false, context: Int = 0) async -> Finding {
        let latch = Latch<Finding>()
        // A thread of its own for each: one that hangs for good holds up nobody else.
        let thread = Thread {
            latch.set(find(in: text, isGrowing: isGrowing, context: context))
        }
        thread.stackSize = 1 << 20
        thread.start()
        // The search stops by itself; this is for one that does not get to ask the time.
        let guardian = Task {
            try await Task.sleep(for: .milliseconds(Self.limitMilliseconds * 4))
            latch.set(.unfinished)
        }
        defer { guardian.cancel() }
        return await latch.value()
    }

    private func find(in text: String, isGrowing: Bool, context: Int) -> Finding {
        let start = ContinuousClock.now
        let string = NSString(string: text)
        let length = string.length
        guard context <= length else { return .absent }
        var finding = Finding.absent
        expression.enumerateMatches(
            in: text, options: [.reportProgress, .reportCompletion, .withTransparentBounds, .withoutAnchoringBounds],
            range: NSRange(location: context, length: length - context)
        ) { match, flags, stop in
            if let match {
                let end = match.range.location + match.range.length
                if isGrowing, end >= length || flags.contains(.hitEnd) || flags.contains(.requiredEnd) {
                    return
                }
                finding = .found(string.substring(with: match.range))
                stop.pointee = true
            } else if flags.contains(.internalError) {
                finding = .unfinished
                stop.pointee = true
            } else if ContinuousClock.now - start > .milliseconds(Self.limitMilliseconds) {
                finding = .unfinished
                stop.pointee = true
            }
        }
        return finding
    }
}
