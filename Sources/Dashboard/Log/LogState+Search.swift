/// A search that goes on in the file of older lines.
struct LogSought: Equatable, Sendable {
    var search: LogSearch
    var forward: Bool
    /// The lines in memory that hold the text, and the first one in memory, when the search began.
    var kept: [Int]
    var firstKept: Int
    /// The line that was found without the file.
    var found: Int?
    /// Whether the outcome is said.
    var isAnnounced = false
}

extension LogState {
    /// Goes to the next line that holds what is searched for, in a direction and round the ends.
    /// - Returns: whether there is one; `nil` while the file is searched.
    mutating func find(forward: Bool, height: Int) -> Bool? {
        let pattern = TextPattern(search.query)
        guard !pattern.isEmpty else { return false }
        marked = nil
        let hits = kept.filter { filter.shows($0.line) && pattern.isFound(in: $0.line.message) }.map(\.number)
        let from = search.line ?? (forward ? -1 : .max)
        let inKept = forward ? hits.first { $0 > from } : hits.last { $0 < from }
        guard !stored.isEmpty else {
            guard let hit = inKept ?? (forward ? hits.first : hits.last) else {
                search.forget()
                return false
            }
            search.found(hit, place: (hits.firstIndex(of: hit) ?? 0) + 1, of: hits.count)
            go(to: hit, height: height)
            return true
        }
        // Lines in the file lie between, where the search comes from there.
        let found = !forward || from >= firstKept - 1 ? inKept : nil
        let request = LogSearch(search.query, filter: filter, from: from)
        sought = LogSought(search: request, forward: forward, kept: hits, firstKept: firstKept, found: found)
        outbox.append(.search(request))
        if let found {
            search.found(found, place: nil, of: 0)
            go(to: found, height: height)
        }
        return nil
    }

    /// Takes what was found in the file.
    /// - Returns: whether the text stands anywhere; `nil` when something else is searched for by now.
    mutating func take(_ answer: LogSearch, _ finding: LogFinding, height: Int) -> Bool? {
        guard let sought, sought.search == answer, search.query == answer.text, filter == answer.filter else {
            return nil
        }
        self.sought = nil
        let (kept, total) = (sought.kept, finding.count + sought.kept.count)
        let wrapped: [Int?] =
            sought.forward
            ? [
                finding.next?.number, answer.from < sought.firstKept ? kept.first : nil, finding.first?.number,
                kept.first,
            ]
            : [finding.previous?.number, kept.last, finding.last?.number]
        guard let hit = sought.found ?? wrapped.lazy.compactMap({ $0 }).first else {
            search.forget()
            return false
        }
        let stored = [finding.first, finding.last, finding.next, finding.previous].compactMap { $0 }
        let place =
            kept.firstIndex(of: hit).map { finding.count + $0 + 1 } ?? stored.first { $0.number == hit }?.place
        search.found(hit, place: place, of: total)
        if sought.found == nil { go(to: hit, height: height) }
        return true
    }
}
