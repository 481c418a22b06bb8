/// What passes over the screen: shown for a while, and kept to look back at.
struct NoticesState: Equatable, Sendable {
    struct Notice: Equatable, Sendable {
        var severity: NoticeSeverity
        var text: String
        var hint: String?
        /// When it came, in uptime.
        var since: Double

        /// How long it is shown, in seconds: long enough to be read.
        var seconds: Double {
            let letters = Double(text.count + (hint?.count ?? 0))
            return min(20, (severity == .error ? 6 : 3) + letters / 25)
        }
    }

    private static let kept = 50

    private(set) var all: [Notice] = []
    private var isDismissed = false

    mutating func add(_ severity: NoticeSeverity, _ text: String, hint: String? = nil, at uptime: Double) {
        all.append(Notice(severity: severity, text: text, hint: hint, since: uptime))
        isDismissed = false
        if all.count > Self.kept { all.removeFirst(all.count - Self.kept) }
    }

    mutating func dismiss() { isDismissed = true }

    /// The one to show now.
    func current(at uptime: Double) -> Notice? {
        guard !isDismissed, let last = all.last, uptime < last.since + last.seconds else { return nil }
        return last
    }
}
