import CellScreen

/// A screen that reports what a test wrote down, one step a wait, and keeps what is presented.
final class ScriptedScreen: Screen {
    typealias Step = () -> [InputEvent]

    var size = Size(width: 20, height: 3)
    let colorDepth = ColorDepth.trueColor
    /// What happened to the screen, in order.
    private(set) var log: [String] = []
    /// How long the loop was ready to wait, one a wait.
    private(set) var waits: [Int?] = []
    private(set) var pictures: [CellBuffer] = []
    var steps: [Step]

    /// A screen; the terminal is gone after the last step.
    init(_ steps: [Step]) {
        self.steps = steps
    }

    func waitForInput(milliseconds: Int?) -> [InputEvent] {
        waits.append(milliseconds)
        return steps.isEmpty ? [.closed] : steps.removeFirst()()
    }

    func present(_ buffer: CellBuffer) {
        pictures.append(buffer)
        log.append("present \(buffer.lines[0])")
    }

    func invalidate() { log.append("invalidate") }
    func setMouse(_ enabled: Bool) { log.append("mouse \(enabled)") }
    func suspend() { log.append("suspend") }
    private(set) var isLent = false
    func lend(to commands: [[String]]) {
        isLent = true
        log.append("lend \(commands)")
    }
    /// The other program has ended.
    func takeBack() { isLent = false }
    func copyToClipboard(_ text: String) { log.append("copy \(text)") }
    func ring() { log.append("ring") }
    func notify(title: String, text: String) { log.append("notify \(title): \(text)") }
}
