/// One progress bar in a line.
enum Gauge {
    static func draw(_ fraction: Double, x: Int, y: Int, width: Int, on canvas: inout Canvas) {
        guard width > 0, fraction.isFinite else { return }
        let halves = Int((min(1, max(0, fraction)) * Double(width * 2)).rounded())
        for column in 0..<width {
            if column * 2 + 1 < halves {
                canvas.sign(canvas.glyphs.gaugeFull, x: x + column, y: y, role: .gauge)
            } else if column * 2 < halves {
                canvas.sign(canvas.glyphs.gaugeHalf, x: x + column, y: y, role: .gauge)
            } else {
                canvas.sign(canvas.glyphs.gaugeRest, x: x + column, y: y, role: .gaugeRest)
            }
        }
    }
}
