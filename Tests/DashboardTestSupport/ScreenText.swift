/// Compares pictures as lines of text.
public enum ScreenText {
    /// The first line that differs, with its number from 1, what was expected and what is there; `nil` when all are equal.
    public static func firstDifference(expected: String, actual: [String]) -> String? {
        let wanted = expected.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for index in 0..<max(wanted.count, actual.count) {
            let left = wanted.indices.contains(index) ? wanted[index] : "(no line)"
            let right = actual.indices.contains(index) ? actual[index] : "(no line)"
            if left != right { return "line \(index + 1)\n  expected “\(left)”\n  but is   “\(right)”" }
        }
        return nil
    }
}
