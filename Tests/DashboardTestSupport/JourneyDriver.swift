import CellScreen
import Dashboard
import Foundation
import PromptChainCore

/// Drives a dashboard without a terminal: messages and keys in, effects recorded, screen lines out.
public struct JourneyDriver {
    /// The state as it stands.
    public private(set) var state: DashboardState
    /// Everything that was asked for, in order.
    public private(set) var effects: [DashboardEffect] = []
    /// The screen's extent.
    public private(set) var size: Size
    /// Seconds since 1970.
    public private(set) var clock: Double
    private var uptime = 0.0
    /// Every event until now.
    public private(set) var records: [ChainEventRecord] = []
    private var sequence = 0
    private let program = DashboardProgram()

    /// 2026-11-24 12:03:44 UTC, when every journey begins.
    public static let start = 1_795_521_824.0

    /// A dashboard at its beginning.
    public init(
        size: Size = Size(width: 80, height: 24), servers: [ServerDescription] = [.gpuBox],
        theme: Theme = .terminal, themeNames: [String] = ["daylight", "midnight"], isReadOnly: Bool = false,
        colorDepth: ColorDepth = .trueColor, isASCII: Bool = false,
        feed: FeedDescription? = nil, outlivesTerminal: Bool = false, keys: KeyMap = .standard,
        alertRules: AlertRules = .silent
    ) {
        self.size = size
        clock = Self.start
        state = DashboardState(
            servers: servers, theme: theme, themeNames: themeNames, isReadOnly: isReadOnly, colorDepth: colorDepth,
            isASCII: isASCII, feed: feed, outlivesTerminal: outlivesTerminal, keys: keys,
            alertRules: alertRules, size: size, uptime: 0, clock: Self.start)
    }

    /// Whether the dashboard has come to its end.
    public var isFinished: Bool { program.isFinished(state) }

    /// Sends a message; returns what it asked for.
    @discardableResult
    public mutating func send(_ message: DashboardMessage) -> [DashboardEffect] {
        let asked = program.update(&state, message)
        effects += asked
        return asked
    }

    /// Presses keys, written as `u`, `Enter`, `Ctrl-L`, with blanks between; returns what they asked for.
    @discardableResult
    public mutating func press(_ keys: String) -> [DashboardEffect] {
        keys.split(separator: " ").flatMap { name -> [DashboardEffect] in
            guard let stroke = KeyStroke(parsing: String(name)) else { return [] }
            return input(.key(stroke))
        }
    }

    /// Types text, letter by letter.
    public mutating func type(_ text: String) {
        for character in text { input(.key(KeyStroke(character))) }
    }

    /// An input as the screen reports it.
    @discardableResult
    public mutating func input(_ event: InputEvent) -> [DashboardEffect] {
        if case .resize(let newSize) = event { size = newSize }
        return program.message(for: event, in: state).map { send($0) } ?? []
    }

    /// Lets time pass.
    public mutating func wait(_ seconds: Double) {
        uptime += seconds
        clock += seconds
        send(.tick(uptime: uptime, clock: clock))
    }

    /// Events of the run `42`, now.
    @discardableResult
    public mutating func events(_ events: ChainEvent..., item: Int? = nil) -> [DashboardEffect] {
        let records = events.map { event -> ChainEventRecord in
            sequence += 1
            return ChainEventRecord(
                sequence: sequence, time: Date(timeIntervalSince1970: clock), run: "42", item: item, event: event)
        }
        self.records += records
        return send(.runEvents(records))
    }

    /// A reading of the first server, now.
    public mutating func poll(
        _ models: [ModelInfo], state: ServerState = .ready, capacity: Int64? = .gib(48), gpus: [GPUReading] = []
    ) {
        send(.snapshot(.gpuBox(models, at: clock, state: state, capacity: capacity, gpus: gpus)))
    }

    /// The picture.
    public var picture: CellBuffer {
        var buffer = CellBuffer(size: size)
        program.draw(state, into: &buffer)
        return buffer
    }

    /// The picture as lines of text without trailing blanks.
    public var lines: [String] { picture.lines }

    /// The picture as text.
    public var screen: String { picture.text }

    /// Whether a text stands on the screen.
    public func shows(_ text: String) -> Bool { screen.contains(text) }
}
