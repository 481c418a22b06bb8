/// What the user made of the dashboard's panes: which are shown, and how much larger or smaller than usual they are.
/// Without anything it is the usual layout.
public struct PaneLayout: Equatable, Sendable {
    /// The names of all panes, in their order.
    public static let names = ["models", "vram", "residency", "chain", "output", "log"]
    /// The largest difference from the usual size, in rows or columns.
    public static let most = 200

    /// The panes that are not shown, by name.
    public var hidden: Set<String>
    /// Rows more than usual by a pane's name; less where negative.
    public var rows: [String: Int]
    /// Columns more than usual by a pane's name; less where negative.
    public var columns: [String: Int]

    /// A layout.
    public init(hidden: Set<String> = [], rows: [String: Int] = [:], columns: [String: Int] = [:]) {
        self.hidden = hidden
        self.rows = rows
        self.columns = columns
    }

    /// The panes that are shown, by name and in order.
    public var shown: [String] { Self.names.filter { !hidden.contains($0) } }

    /// The layout as the block `layout` of a configuration file; empty for the usual one.
    public var yaml: String {
        guard self != PaneLayout() else { return "" }
        func sizes(_ key: String, _ values: [String: Int]) -> String {
            let pairs = Self.names.compactMap { name in
                values[name].flatMap { $0 == 0 ? nil : "\(name): \($0)" }
            }
            return pairs.isEmpty ? "" : "  \(key): {\(pairs.joined(separator: ", "))}\n"
        }
        return "layout:\n  panes: [\(shown.joined(separator: ", "))]\n" + sizes("rows", rows)
            + sizes("columns", columns)
    }
}
