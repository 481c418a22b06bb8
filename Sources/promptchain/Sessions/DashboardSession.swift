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
    }

    var services: RuntimeServices
    var settings: DashboardSettings

    /// Runs the dashboard on the calling thread, which has to be the main thread.
    func run(starting start: Start? = nil) throws -> RunOutcome {
        let waker = try Waker()
        let mailbox = Mailbox<DashboardMessage>(waker: waker, join: Self.join)
        let post: @Sendable (DashboardMessage) -> Void = { mailbox.post($0, coalescingKey: $0.coalescingKey) }
        let effects = EffectRunner(services: services, post: post)
        let screen: NcursesScreen
        do {
            screen = try NcursesScreen(waker: waker)
        } catch let error as TerminalError {
            throw CommandFailure(message: error.message, hint: error.hint)
        }
        let summary = Mutex(RunSummary())
        effects.start()
        if let start {
            effects.run(start.chain, input: start.input) { record in summary.withLock { $0.take(record) } }
        }
        let program = DashboardProgram()
        let loop = EventLoop(program: program, screen: screen, mailbox: mailbox, perform: { effects.perform($0) })
        let end = loop.run(settings.initialState(size: screen.size, colorDepth: screen.colorDepth))
        screen.close()
        // The screen is given back first: what may take a while is the clean-up of a run.
        if effects.isRunning { Console.error("stopping the chain and unloading its models …") }
        let signals = SignalWatch { _ in }
        try waitFor { await effects.close() }
        return RunOutcome(
            summary: summary.withLock { $0 }, signal: end.exitSignal ?? signals.signal, failure: effects.lastFailure)
    }

    /// Neighbouring events of a run become one message: tokens then cost one update and not one each.
    private static func join(_ older: DashboardMessage, _ newer: DashboardMessage) -> DashboardMessage? {
        guard case .runEvents(let first) = older, case .runEvents(let second) = newer else { return nil }
        return .runEvents(first + second)
    }
}
