/// Finds what was probably meant by a misspelt word.
public enum Nearest {
    /// The candidate that is nearest to a word; `nil` when none is near enough to be what was meant. Case does not
    /// matter, and of equally near candidates the first in the list wins.
    public static func match(_ word: String, in candidates: some Sequence<String>) -> String? {
        matches(word, in: candidates, limit: 1).first
    }

    /// The candidates that are near enough to a word to be what was meant, the nearest first.
    public static func matches(_ word: String, in candidates: some Sequence<String>, limit: Int = 3) -> [String] {
        let wanted = Array(word.lowercased().prefix(longest))
        guard !wanted.isEmpty else { return [] }
        let reach = max(1, min(4, (wanted.count + 1) / 3))
        var found: [(text: String, distance: Int, place: Int)] = []
        for (place, candidate) in candidates.enumerated() {
            let letters = Array(candidate.lowercased().prefix(longest))
            var distance = distance(wanted, letters)
            // `mistral` for `mistral-small:22b`: the beginning is right, and the rest was left out.
            if distance > reach, wanted.count >= 3, letters.starts(with: wanted) { distance = reach }
            if distance <= reach { found.append((candidate, distance, place)) }
        }
        return found.sorted { ($0.distance, $0.place) < ($1.distance, $1.place) }.prefix(limit).map(\.text)
    }

    /// How many letters have to be put in, left out, changed or swapped with their neighbour to make one word of the
    /// other (optimal string alignment).
    public static func distance(_ left: String, _ right: String) -> Int {
        distance(Array(left.prefix(longest)), Array(right.prefix(longest)))
    }

    // Names are short; a longer text is compared by its beginning, so that no input makes this slow.
    private static let longest = 200

    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        if left.isEmpty || right.isEmpty { return max(left.count, right.count) }
        var before = [Int](repeating: 0, count: right.count + 1)
        var row = Array(0...right.count)
        for i in 1...left.count {
            var next = [Int](repeating: i, count: right.count + 1)
            for j in 1...right.count {
                let change = row[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1)
                next[j] = min(change, row[j] + 1, next[j - 1] + 1)
                if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
                    next[j] = min(next[j], before[j - 2] + 1)
                }
            }
            before = row
            row = next
        }
        return row[right.count]
    }
}
