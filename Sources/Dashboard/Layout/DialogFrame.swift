import CellScreen

/// Where dialogs stand, with their border.
enum DialogFrame {
    /// As high as the list needs, so that what lies behind stays in view.
    /// - Parameter notes: rows under the list.
    static func picker(in size: Size, rows: Int, notes: Int = 0) -> Rect {
        centered(width: min(size.width - 6, 88), height: min(size.height - 4, max(10, rows + 6) + notes), in: size)
    }

    static func input(in size: Size, isMultiline: Bool) -> Rect {
        centered(
            width: min(size.width - 6, 92), height: isMultiline ? min(size.height - 4, 18) : 7, in: size)
    }

    static func reading(in size: Size) -> Rect {
        centered(width: min(size.width - 6, 84), height: size.height - 4, in: size)
    }

    /// A dialog as high as what stands in it.
    static func fitting(rows: Int, width: Int, in size: Size) -> Rect {
        centered(width: min(size.width - 6, width), height: min(size.height - 2, rows + 2), in: size)
    }

    /// On a screen that has no room to spare a dialog takes all of it.
    private static func centered(width: Int, height: Int, in size: Size) -> Rect {
        guard size.width >= 40, size.height >= 12 else { return Rect(size: size) }
        return Rect(x: (size.width - width) / 2, y: max(1, (size.height - height) / 2), width: width, height: height)
    }
}
