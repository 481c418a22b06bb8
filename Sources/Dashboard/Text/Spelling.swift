/// Finds what was probably meant.
enum Spelling {
    /// `did you mean …?`, or what there is to choose from.
    static func hint(_ word: String, among known: [String]) -> String {
        let scored = known.map { ($0, distance(word.lowercased(), $0.lowercased())) }
        if let best = scored.min(by: { $0.1 < $1.1 }), best.1 <= max(1, word.count / 3) {
            return "did you mean `\(best.0)`?"
        }
        return "one of: \(known.joined(separator: ", "))"
    }

    /// The changes that turn one word into another: letters put in, left out, exchanged, or swapped with a neighbour.
    static func distance(_ one: String, _ other: String) -> Int {
        let left = Array(one)
        let right = Array(other)
        guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
        var rows = [Array(0...right.count)]
        for i in 1...left.count {
            var row = [i]
            for j in 1...right.count {
                let cost = left[i - 1] == right[j - 1] ? 0 : 1
                var best = min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + cost)
                if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
                    best = min(best, rows[i - 2][j - 2] + 1)
                }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[left.count][right.count]
    }
}
