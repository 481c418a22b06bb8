/// Counts as people say them.
enum Count {
    /// `1 step`, `3 steps`.
    static func text(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    /// A number without its fraction, whatever a server sent: what is no number is 0, what is huge is cut.
    static func whole(_ value: Double) -> Int {
        guard value.isFinite else { return 0 }
        return Int(min(1e9, max(-1e9, value)).rounded())
    }

    /// Tokens for a column: `512`, `8k`, `128k`, `1M`.
    static func tokens(_ count: Int) -> String {
        let count = min(count, 999_000_000_000)
        if count < 1000 { return "\(count)" }
        if count < 1_000_000 { return count % 1024 == 0 ? "\(count / 1024)k" : "\((count + 500) / 1000)k" }
        return "\((count + 500_000) / 1_000_000)M"
    }
}
