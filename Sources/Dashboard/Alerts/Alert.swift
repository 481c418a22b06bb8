/// A message for somebody who looks elsewhere.
public struct Alert: Equatable, Sendable {
    /// What it is about, in a few words.
    public var title: String
    /// What happened, in one line.
    public var text: String

    /// A message.
    public init(title: String, text: String) {
        self.title = title
        self.text = text
    }
}

/// How somebody who looks elsewhere is told, as the configuration has it.
public struct AlertRules: Equatable, Sendable {
    /// Whether the terminal's bell rings.
    public var rings: Bool
    /// Whether the terminal is asked to show a message on the desktop.
    public var showsOnDesktop: Bool
    /// Whether a program is started.
    public var startsProgram: Bool
    /// How long a run must have taken for its end to be told, in seconds.
    public var leastSeconds: Double

    /// Nobody is told anything.
    public static let silent = AlertRules(rings: false, showsOnDesktop: false, startsProgram: false)

    /// Rules.
    public init(rings: Bool, showsOnDesktop: Bool, startsProgram: Bool, leastSeconds: Double = 30) {
        self.rings = rings
        self.showsOnDesktop = showsOnDesktop
        self.startsProgram = startsProgram
        self.leastSeconds = leastSeconds
    }

    /// What is asked for to tell a message.
    func effects(telling alert: Alert) -> [DashboardEffect] {
        (rings ? [.ring] : []) + (showsOnDesktop ? [.showOnDesktop(alert)] : [])
            + (startsProgram ? [.startNotifier(alert)] : [])
    }
}

/// What was told, so that nothing is told twice.
struct AlertState: Equatable, Sendable {
    /// The run whose end was told, or need not be.
    var run: String?
    /// When findings were told last, in uptime.
    var findings: [Finding.Identity: Double] = [:]
}
