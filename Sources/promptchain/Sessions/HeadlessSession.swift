import CellScreen
import ChainEngine
import Dashboard
import DashboardRuntime
import Foundation
import PromptChainCore
import Terminal

/// The dashboard without a terminal: the same state, updates and drawing, ended at a moment and given as a picture.
struct HeadlessSession {
    var services: RuntimeServices
    var settings: DashboardSettings
    var size: Size
    /// What is pressed at the moment of the picture.
    var keys: [KeyStroke] = []
    /// How long the answers to keys may take, in seconds.
    private static let patience = 2.0

    /// What has been heard until now.
    struct Heard {
        /// The names of the servers that were read.
        var servers: Set<String> = []
        /// Whether everything was told of a run that somebody else runs.
        var hasCaughtUp = false
    }

    /// Runs until a moment and draws what a terminal would show then.
    /// - Parameters:
    ///   - start: a chain to start at once.
    ///   - seconds: how long to run.
    ///   - isEnough: ends it earlier.
    func picture(
        starting start: DashboardSession.Start? = nil, after seconds: Double,
        until isEnough: (Heard) -> Bool = { _ in false }
    ) throws -> CellBuffer {
        let rung = DispatchSemaphore(value: 0)
        let mailbox = Mailbox<DashboardMessage>(wake: { rung.signal() })
        let effects = EffectRunner(services: services) { mailbox.post($0, coalescingKey: $0.coalescingKey) }
        let program = DashboardProgram()
        let time = SystemTime()
        var state = settings.initialState(size: size, colorDepth: .trueColor, hasTerminal: false)
        let began = time.uptime()
        var heard = Heard()

        func update(_ message: DashboardMessage) {
            switch message {
            case .snapshot(let snapshot): heard.servers.insert(snapshot.name)
            case .feed(.live), .feed(.ended), .feed(.recordComplete): heard.hasCaughtUp = true
            default: break
            }
            for effect in program.update(&state, message) where program.screenRequest(for: effect) == nil {
                effects.perform(effect)
            }
        }
        update(program.tick(uptime: time.uptime(), clock: time.wallClock()))
        effects.start()
        if let start { effects.run(start.chain, input: start.input) }
        while time.uptime() - began < seconds, !isEnough(heard) {
            let left = seconds - (time.uptime() - began)
            let patience = min(left, Double(program.nextTick(state) ?? 1000) / 1000)
            _ = rung.wait(timeout: .now() + max(0.001, patience))
            for message in mailbox.take() { update(message) }
            update(program.tick(uptime: time.uptime(), clock: time.wallClock()))
        }
        // Each key is answered before the next, as a hand would wait: lists come from servers, themes from files.
        for key in keys {
            update(.key(key))
            let pressed = time.uptime()
            repeat {
                _ = rung.wait(timeout: .now() + 0.05)
                for message in mailbox.take() { update(message) }
            } while state.isAsking && time.uptime() - pressed < Self.patience
        }
        var buffer = CellBuffer(size: size)
        program.draw(state, into: &buffer)
        try waitFor { await effects.close() }
        return buffer
    }

    /// Prints a picture, with its colours where that was asked for.
    static func show(_ buffer: CellBuffer, color: Bool) {
        Console.line(color ? AnsiText.render(buffer, depth: .trueColor) : buffer.text)
    }
}
