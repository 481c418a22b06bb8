import CellScreen
import PromptChainCore

/// The GPUs of a server's host: one a line with a bar of its own, or several a line where rows are scarce.
enum GPULines {
    /// What every cell of a line can show, by its width.
    private static let narrow = 11
    private static let wide = 34
    private static let gap = 2

    /// How many rows the GPUs take.
    /// - Parameter most: the rows that there are for them.
    static func rows(of count: Int, most: Int, width: Int) -> Int {
        guard count > 0, most > 0 else { return 0 }
        let perRow = perRow(count, rows: most, width: width)
        return min(most, (count + perRow - 1) / perRow)
    }

    static func draw(_ gpus: [GPUReading], _ shares: GPUShares, in area: Rect, on canvas: inout Canvas) {
        guard !gpus.isEmpty, !area.isEmpty else { return }
        let perRow = perRow(gpus.count, rows: area.height, width: area.width)
        let cell = (area.width - Self.gap * (perRow - 1)) / perRow
        let most = perRow * area.height
        for (place, gpu) in gpus.prefix(most).enumerated() {
            let at = Rect(
                x: area.x + place % perRow * (cell + Self.gap), y: area.y + place / perRow, width: cell, height: 1)
            if place == most - 1, gpus.count > most {
                canvas.text("+\(gpus.count - place) more", x: at.x, y: at.y, width: cell, role: .muted)
            } else {
                draw(gpu, shares, in: at, on: &canvas)
            }
        }
    }

    private static func perRow(_ count: Int, rows: Int, width: Int) -> Int {
        let needed = (count + rows - 1) / max(1, rows)
        return max(1, min(needed, (width + gap) / (narrow + gap)))
    }

    private static func draw(_ gpu: GPUReading, _ shares: GPUShares, in cell: Rect, on canvas: inout Canvas) {
        let isWide = cell.width >= wide
        var tail: [Span] = []
        let memory = memory(of: gpu)
        if let (used, total) = memory {
            let percent = Count.whole(Double(used) / Double(total) * 100)
            tail.append(
                Span(isWide ? SizeText.ratio(used, of: total) : "\(percent)%", .text))
        }
        if let fault = gpu.fault {
            tail.append(Span(isWide ? fault : fault == "GPU is lost" ? "lost" : "fault", .error))
        }
        if gpu.isUnified, isWide { tail.append(Span("  shared", .muted)) }
        if isWide, let busy = gpu.utilizationPercent, (0...100).contains(busy) {
            tail.append(Span("  \(busy)% busy", .text))
        }
        var x = canvas.spans(
            [Span(isWide ? "GPU \(gpu.index) " : "\(gpu.index) ", .muted)], x: cell.x, y: cell.y, width: cell.width)
        let room = cell.maxX - x
        let bar = room - canvas.columns(of: tail) - 1
        guard let (used, total) = memory, bar >= 3 else {
            x = canvas.spans(tail, x: x, y: cell.y, width: room)
            canvas.text((tail.isEmpty ? "" : "  ") + gpu.name, x: x, y: cell.y, width: cell.maxX - x, role: .faint)
            return
        }
        // A bar longer than that says no more, and leaves room for the name.
        let width = min(bar, 24)
        drawBar(
            shares.parts(of: gpu, used: used), total: total, in: Rect(x: x, y: cell.y, width: width, height: 1),
            on: &canvas)
        x = canvas.spans(tail, x: x + width + 1, y: cell.y, width: cell.maxX - x - width - 1)
        canvas.text("  \(gpu.name)", x: x, y: cell.y, width: cell.maxX - x, role: .faint)
    }

    private static func drawBar(
        _ parts: [GPUShares.Part], total: Int64, in area: Rect, on canvas: inout Canvas
    ) {
        let columns = MemoryBar.columns(of: parts.map(\.bytes), total: total, width: area.width)
        var x = area.x
        for (part, count) in zip(parts, columns) {
            let (sign, role): (Character, ThemeRole) =
                switch part.owner {
                case .model(let index): (canvas.glyphs.memory(index), MemoryBar.role(index))
                case .server: (canvas.glyphs.memory(0), .spark)
                case .orphan: (canvas.glyphs.memoryOrphan, .error)
                case .other: (canvas.glyphs.memoryOther, .otherMemory)
                }
            for _ in 0..<count where x < area.maxX {
                canvas.sign(sign, x: x, y: area.y, role: role)
                x += 1
            }
        }
        while x < area.maxX {
            canvas.sign(canvas.glyphs.memoryFree, x: x, y: area.y, role: .freeMemory)
            x += 1
        }
    }

    private static func memory(of gpu: GPUReading) -> (used: Int64, total: Int64)? {
        guard let used = gpu.usedBytes, let total = gpu.totalBytes, total > 0, used >= 0 else { return nil }
        return (min(used, total), total)
    }
}
