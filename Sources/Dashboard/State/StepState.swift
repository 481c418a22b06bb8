import PromptChainCore

/// One step of a run, as far as it has come. Times are seconds since 1970.
struct StepState: Equatable, Sendable {
    enum Status: Equatable, Sendable {
        case waiting
        case running
        case done
        case failed(String)
        case broken(String)
        case cancelled
        /// Left out, and why.
        case skipped(String)
        /// Done in an earlier run, which this one goes on from.
        case recorded
    }

    /// Text kept of one step, in bytes.
    static let textLimit = 4 * 1024 * 1024

    var name: String
    var model: ModelName?
    /// The server that its model is on, where the run tells it.
    var server: String?
    var status = Status.waiting
    var startedAt: Double?
    var firstTokenAt: Double?
    var finishedAt: Double?
    var attempt = 1
    var prompt: String?
    /// The prompts of items, when it is done once for each of several.
    var itemPrompts: [Int: String] = [:]
    /// What its model was asked, request by request.
    var sent = SentRequests()
    var result: ChainEvent.StepResult?
    /// What the context had no room for, as the run told.
    var cuts: [ContextCut] = []
    var text = TextBuffer(byteLimit: textLimit)
    /// How far its text had come when.
    var marks = TextMarks()
    var isThinking = false
    /// Characters that came, thinking included.
    var characters = 0
    var rate = TokenRate()
    /// The items, when it is done once for each of several.
    var items = StepItems()
    /// The newest calls of tools.
    var tools: [ToolCallState] = []
    /// Calls of tools that were let go.
    var forgottenTools = 0
    /// Whether its prompt and its text are not here yet.
    var outline = Outline.whole

    /// How much of a step is here.
    enum Outline: Equatable, Sendable {
        case whole
        /// Its newest items are here, the others where the run is recorded.
        case newest
        /// Its text is where the run is recorded.
        case recorded
        /// Its text was asked for.
        case asked
    }

    init(name: String, model: ModelName?, server: String? = nil) {
        self.name = name
        self.model = model
        self.server = server
    }

    /// The same step before it begins.
    var unbegun: StepState { StepState(name: name, model: model, server: server) }

    var isRunning: Bool { status == .running }

    /// The tool that its model waits for.
    var openTool: ToolCallState? { tools.last { $0.seconds == nil } }

    /// Seconds from its start to its end, or to now.
    func seconds(at clock: Double) -> Double? {
        guard let startedAt else { return nil }
        return max(0, (finishedAt ?? clock) - startedAt)
    }
}

/// Characters of the last seconds, from which the speed of writing is reckoned while a server does not tell it.
struct TokenRate: Equatable, Sendable {
    private struct Slot: Equatable {
        var time: Double
        var characters: Int
    }

    /// The seconds looked at.
    private static let span = 4.0

    private var slots: [Slot] = []
    private var beganAt: Double?
    private(set) var lastAt: Double?

    mutating func add(_ characters: Int, at time: Double) {
        if beganAt == nil { beganAt = time }
        lastAt = time
        if let last = slots.last, time - last.time < 0.25 {
            slots[slots.count - 1].characters += characters
        } else {
            slots.append(Slot(time: time, characters: characters))
        }
        slots.removeAll { time - $0.time > Self.span }
    }

    /// Characters a second; `nil` in the first moments, and when nothing came for a while.
    func charactersPerSecond(at clock: Double) -> Double? {
        guard let beganAt, let lastAt, clock - lastAt < Self.span else { return nil }
        let length = min(Self.span, max(clock, lastAt) - beganAt)
        guard length >= 1 else { return nil }
        let recent = slots.filter { clock - $0.time <= Self.span }
        return Double(recent.reduce(0) { $0 + $1.characters }) / length
    }
}
