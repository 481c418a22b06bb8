import CellScreen
import PromptChainCore

extension DashboardLayout {
    /// The least rows and columns of a pane with its border.
    private static let least = Size(width: 12, height: 3)

    /// Makes panes as much larger or smaller as was chosen, as far as their neighbours allow.
    static func resize(_ panes: inout [PaneID: Rect], by choice: PaneLayout) {
        for pane in PaneID.allCases {
            if let rows = choice.rows[pane.name], rows != 0 { grow(pane, byRows: rows, &panes) }
            if let columns = choice.columns[pane.name], columns != 0 { grow(pane, byColumns: columns, &panes) }
        }
    }

    /// Takes a pane away; those beside it take its room.
    static func hide(_ pane: PaneID, in panes: inout [PaneID: Rect]) {
        guard panes.count > 1, let gone = panes.removeValue(forKey: pane) else { return }
        let beside = panes.filter { $0.value.y < gone.maxY - 1 && $0.value.maxY - 1 > gone.y }
        let over = panes.filter { $0.value.x < gone.maxX - 1 && $0.value.maxX - 1 > gone.x }
        let above = over.filter { $0.value.maxY - 1 == gone.y }
        let below = over.filter { $0.value.y == gone.maxY - 1 }
        let left = beside.filter { $0.value.maxX - 1 == gone.x }
        let right = beside.filter { $0.value.x == gone.maxX - 1 }
        func isWide(_ group: [PaneID: Rect]) -> Bool {
            group.values.map(\.x).min() == gone.x && group.values.map(\.maxX).max() == gone.maxX
        }
        func isHigh(_ group: [PaneID: Rect]) -> Bool {
            group.values.map(\.y).min() == gone.y && group.values.map(\.maxY).max() == gone.maxY
        }
        if isWide(above) {
            for pane in above.keys { panes[pane]?.height += gone.height - 1 }
        } else if isWide(below) {
            for pane in below.keys {
                panes[pane]?.y = gone.y
                panes[pane]?.height += gone.height - 1
            }
        } else if isHigh(left) {
            for pane in left.keys { panes[pane]?.width += gone.width - 1 }
        } else if isHigh(right) {
            for pane in right.keys {
                panes[pane]?.x = gone.x
                panes[pane]?.width += gone.width - 1
            }
        }
    }

    /// Moves the line below a pane, or the one above it where it stands at the bottom.
    private static func grow(_ pane: PaneID, byRows rows: Int, _ panes: inout [PaneID: Rect]) {
        guard let rect = panes[pane] else { return }
        let isAtBottom = !panes.values.contains {
            $0.y == rect.maxY - 1 && $0.x < rect.maxX - 1 && $0.maxX - 1 > rect.x
        }
        let line = isAtBottom ? rect.y : rect.maxY - 1
        var (from, to) = (rect.x, rect.maxX - 1)
        var group: [PaneID: Rect] = [:]
        // Everything that touches the same line moves along with it.
        while true {
            let next = panes.filter {
                ($0.value.y == line || $0.value.maxY - 1 == line) && $0.value.x < to && $0.value.maxX - 1 > from
            }
            guard next.count > group.count else { break }
            group = next
            from = group.values.map(\.x).min() ?? from
            to = group.values.map { $0.maxX - 1 }.max() ?? to
        }
        let upper = group.filter { $0.value.maxY - 1 == line }
        let lower = group.filter { $0.value.y == line }
        guard let up = upper.values.map({ $0.height - least.height }).min(),
            let down = lower.values.map({ $0.height - least.height }).min()
        else { return }
        let move = min(max(isAtBottom ? -rows : rows, -max(0, up)), max(0, down))
        for pane in upper.keys { panes[pane]?.height += move }
        for pane in lower.keys {
            panes[pane]?.y += move
            panes[pane]?.height -= move
        }
    }

    /// Moves the line right of a pane, or the one left of it where it stands at the right edge.
    private static func grow(_ pane: PaneID, byColumns columns: Int, _ panes: inout [PaneID: Rect]) {
        var turned = panes.mapValues { Rect(x: $0.y, y: $0.x, width: $0.height, height: $0.width) }
        let narrow = turned.mapValues(\.height).filter { $0.value < least.width }
        guard narrow.isEmpty else { return }
        // The same in the other direction, with room for a few words left.
        turned = turned.mapValues { Rect(x: $0.x, y: $0.y, width: $0.width, height: $0.height) }
        growTurned(pane, by: columns, &turned)
        panes = turned.mapValues { Rect(x: $0.y, y: $0.x, width: $0.height, height: $0.width) }
    }

    private static func growTurned(_ pane: PaneID, by columns: Int, _ panes: inout [PaneID: Rect]) {
        let before = panes
        grow(pane, byRows: columns, &panes)
        // Fewer columns until every pane has room for a few words.
        var left = columns
        while panes.values.contains(where: { $0.height < least.width }), left != 0 {
            left -= left.signum()
            panes = before
            if left != 0 { grow(pane, byRows: left, &panes) }
        }
    }
}

extension PaneID {
    /// Its name in files.
    var name: String { PaneLayout.names[max(0, min(rawValue, PaneLayout.names.count) - 1)] }
}
