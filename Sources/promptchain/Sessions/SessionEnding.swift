import Dashboard
import DashboardRuntime
import Foundation
import Synchronization
import Terminal

/// What follows the dashboard's last picture: a run that is still there stops and unloads its models, within a time,
/// and a second signal forces the end.
struct SessionEnding {
    let effects: EffectRunner
    let terminal: DashboardTerminal
    /// The signal that ended the dashboard.
    private(set) var signal: Int32?

    /// How long after a second signal the program may still take, in seconds.
    private static let lastPatience = 2.0

    /// Gives the terminal back, cleans up, and tells what goes on meanwhile.
    /// - Parameters:
    ///   - signal: what the dashboard was ended by.
    ///   - isLeftRunning: whether the terminal went away and the run is to go on.
    ///   - log: gets what was written to standard error while the screen was shown.
    mutating func finish(signal: Int32?, isLeftRunning: Bool = false, log: (String) -> Void) {
        let isGone = terminal.screen.isGone
        self.signal = signal ?? (isGone && !isLeftRunning ? SIGHUP : nil)
        let kept = terminal.close()
        for line in kept { log(line) }
        if isLeftRunning { goOn(withoutTerminal: isGone) }
        // A second signal ends the loop while the first one's clean-up goes on; so does a terminal that goes away.
        cleanUp(isForced: signal != nil && !isGone && effects.isRunning)
        if self.signal != nil { terminal.signals.ignoreAfterwards() }
        for line in kept { Console.error(Console.safe(line)) }
    }

    /// Waits for the end of a run that nobody looks at any more. What would end it without a screen ends it now.
    private mutating func goOn(withoutTerminal isGone: Bool) {
        effects.goOnUnseen()
        if isGone { terminal.silence() }
        // It may go away only now, after a signal that said so; the last words would fail on it.
        defer { terminal.silence(onlyGone: true) }
        Console.error("the run goes on without a screen: promptchain watch --attach latest shows it")
        while effects.isRunning {
            terminal.waker.wait(milliseconds: 1000)
            guard let number = terminal.signals.take(), number != SIGHUP else { continue }
            signal = number
            return
        }
    }

    private mutating func cleanUp(isForced: Bool) {
        let clock = SystemTime()
        var end = isForced ? clock.uptime() + Self.lastPatience : Double.infinity
        if isForced {
            effects.forceStop()
        } else if effects.isRunning {
            Console.error("stopping the chain and unloading its models … (Ctrl-C ends at once and leaves them)")
        }
        let isClosed = Mutex(false)
        Task.detached { [effects, waker = terminal.waker] in
            await effects.close()
            isClosed.withLock { $0 = true }
            waker.ring()
        }
        while !isClosed.withLock({ $0 }), clock.uptime() < end {
            terminal.waker.wait(milliseconds: Int(min(1, end - clock.uptime()) * 1000))
            guard let number = terminal.signals.take() else { continue }
            signal = signal ?? number
            // The hang-up of a terminal that is gone may be told only now; it is what began this, and insists on nothing.
            if number == SIGHUP { continue }
            effects.forceStop()
            end = min(end, clock.uptime() + Self.lastPatience)
        }
    }
}
