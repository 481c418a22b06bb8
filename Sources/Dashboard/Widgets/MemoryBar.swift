/// One bar of memory, from parts that add up.
enum MemoryBar {
    /// The columns of each part. What is there is seen, if only just, and what is free too; together the parts take
    /// what their sum says.
    static func columns(of parts: [Int64], total: Int64, width: Int) -> [Int] {
        let shown = parts.count { $0 > 0 }
        guard total > 0, width > 0, shown > 0 else { return parts.map { _ in 0 } }
        let sum = parts.reduce(0) { $0 + max(0, $1) }
        let most = sum < total && shown < width ? width - 1 : width
        let target = min(most, max(shown, Count.whole(Double(sum) / Double(total) * Double(width))))
        let ideal = parts.map { Double(max(0, $0)) / Double(sum) * Double(target) }
        var columns = ideal.map { $0 > 0 ? max(1, Int($0)) : 0 }
        var spare = target - columns.reduce(0, +)
        while spare != 0 {
            // The part that is furthest from what it should have gives or gets one.
            let step = spare > 0 ? 1 : -1
            let candidates = columns.indices.filter { columns[$0] > (step > 0 ? 0 : 1) }
            let gap = { (index: Int) in (ideal[index] - Double(columns[index])) * Double(step) }
            guard let index = candidates.max(by: { gap($0) < gap($1) }) else {
                // More parts than columns: the last ones are left out.
                return columns.enumerated().map { $0 < width ? $1 : 0 }
            }
            columns[index] += step
            spare -= step
        }
        return columns
    }

    static func role(_ index: Int) -> ThemeRole {
        let roles: [ThemeRole] = [.model1, .model2, .model3, .model4]
        return roles[index % roles.count]
    }
}
