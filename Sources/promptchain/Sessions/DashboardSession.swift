import CellScreen
import ChainEngine
import Dashboard
import DashboardRuntime
import Foundation
import PromptChainCore
import Synchronization
import Terminal

/// The dashboard on a terminal: mailbox, screen, runtime and loop, from opening to the last clean-up.
struct DashboardSession {
    /// A chain to start at once.
    struct Start {
        var chain: Chain
        var input: String
        /// The run that goes on, where it is no new one.
        var resuming: ResumedRun?
    }

    var services: RuntimeServices
    var settings: DashboardSettings
    /// How the terminal is asked to show a message; `nil` asks for nothing.
    var desktopNotice: DesktopSequence?

    /// Runs the dashboard on the calling thread, which has to be the main thread.
    /// - Parameters:
    ///   - terminal: where it is shown; opened here when the caller has not done so before starting other threads.
    ///   - start: a chain to start at once.
    func run(on terminal: DashboardTerminal? = nil, starting start: Start? = nil) throws -> RunOutcome {
        let terminal = try terminal ?? DashboardTerminal(desktopNotice: desktopNotice)
        let mailbox = Mailbox<DashboardMessage>(waker: terminal.waker, join: DashboardMessage.join)
        let isShown = Atomic(true)
        let waker = terminal.waker
        let post: @Sendable (DashboardMessage) -> Void = { message in
            // Nobody takes what comes after the last picture.
            if isShown.load(ordering: .relaxed) {
                mailbox.post(message, coalescingKey: message.coalescingKey)
            } else if case .runEnded = message {
                waker.ring()
            }
        }
        let effects = EffectRunner(services: services, post: post)
        let summary = Mutex(RunSummary())
        effects.start()
        if let start {
            effects.run(start.chain, input: start.input, resuming: start.resuming) { record in
                summary.withLock { $0.take(record) }
            }
        }
        terminal.signals.outlivesHangUp = settings.outlivesTerminal
        let screen = terminal.screen
        let loop = EventLoop(
            program: DashboardProgram(), screen: screen, mailbox: mailbox, perform: { effects.perform($0) })
        let end = loop.run(settings.initialState(size: screen.size, colorDepth: screen.colorDepth))
        isShown.store(false, ordering: .relaxed)
        var ending = SessionEnding(effects: effects, terminal: terminal)
        ending.finish(signal: end.exitSignal, isLeftRunning: end.isLeftRunning) { line in
            services.log.write(
                LogLine(time: Date(), level: .warning, component: "promptchain.standard_error", message: line))
        }
        services.log.flush()
        return RunOutcome(
            summary: summary.withLock { $0 }, signal: ending.signal, failure: effects.lastFailure,
            unseen: end.isLeftRunning ? effects.lastResult : nil)
    }
}
