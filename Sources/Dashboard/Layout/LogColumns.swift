/// The columns of the Log pane.
struct LogColumns: Equatable, Sendable {
    /// Where the component begins, and how wide it is; 0 leaves it out.
    var component: Int
    var componentWidth: Int
    /// Where the message begins, and how wide it is.
    var messageStart: Int
    var message: Int
    var hasTime: Bool

    init(width: Int) {
        hasTime = width >= 40
        let sign = hasTime ? 10 : 1
        component = sign + 2
        componentWidth = width >= 120 ? 12 : width >= 72 ? 7 : 0
        messageStart = component + (componentWidth > 0 ? componentWidth + 1 : 0)
        message = max(0, width - messageStart - 1)
    }
}
