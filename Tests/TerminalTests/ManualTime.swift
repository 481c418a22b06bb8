import Terminal

/// Time that stands still until a test moves it.
final class ManualTime: TimeSource {
    private var milliseconds = 1_000_000.0

    func uptime() -> Double { milliseconds / 1000 }
    func wallClock() -> Double { uptime() + 1_700_000_000 }

    func advance(milliseconds: Double) {
        self.milliseconds += milliseconds
    }
}
