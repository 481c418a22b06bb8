/// One bar of memory, from parts that add up.
enum MemoryBar {
    /// The columns of each part: what is there is seen, and together they fill what their sum says.
    static func columns(of parts: [Int64], total: Int64, width: Int) -> [Int] {
        guard total > 0, width > 0 else { return parts.map { _ in 0 } }
        var result: [Int] = []
        var sum: Int64 = 0
        var used = 0
        for part in parts {
            sum += max(0, part)
            let end = min(width, Int((Double(sum) / Double(total) * Double(width)).rounded()))
            let columns = part > 0 ? max(end - used, used < width ? 1 : 0) : 0
            result.append(columns)
            used += columns
        }
        return result
    }

    static func role(_ index: Int) -> ThemeRole {
        let roles: [ThemeRole] = [.model1, .model2, .model3, .model4]
        return roles[index % roles.count]
    }
}
