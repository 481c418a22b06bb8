import Foundation
import PromptChainCore

/// A piece of a model's text: tokens that came one after another in a step.
struct TextPiece: Equatable, Sendable {
    /// Whose text it is.
    struct Place: Hashable, Sendable {
        var step: Int
        var item: Int?
        var isThinking: Bool
    }

    var place: Place
    var firstSequence: Int
    var lastSequence: Int
    /// When its last token came.
    var time: Date
    /// How many tokens it holds.
    var tokens: Int
    var text: String

    /// The piece as one event.
    func record(run: String) -> ChainEventRecord {
        ChainEventRecord(
            sequence: lastSequence, time: time, run: run, item: place.item,
            event: .token(step: place.step, text: text, thinking: place.isThinking))
    }
}

/// What a run has told and its file has not taken yet. Tokens are joined as they come, but for the first of a text: with
/// it the record tells when the model began to write. The memory that it takes is bounded, whatever the disk does.
struct RunBuffer: Sendable {
    /// The most bytes that wait for a disk that does not take them.
    static let usualLimit = 32 << 20
    /// The longest piece of text, in UTF-8 bytes.
    static let longestPiece = 16_384

    /// What is written at once.
    struct Batch: Equatable, Sendable {
        var events: [ChainEventRecord] = []
        var pieces: [TextPiece] = []
        /// How many events were given up.
        var lost = 0

        var isEmpty: Bool { events.isEmpty && pieces.isEmpty && lost == 0 }
    }

    private var batch = Batch()
    private var open: [TextPiece.Place: TextPiece] = [:]
    // Texts of which the first token was told.
    private var begun: Set<TextPiece.Place> = []
    private var bytes = 0
    private let limit: Int

    /// - Parameter limit: the most bytes that are held.
    init(limit: Int = RunBuffer.usualLimit) {
        self.limit = limit
    }

    /// Whether nothing waits.
    var isEmpty: Bool { batch.isEmpty && open.isEmpty }

    /// How many events were given up since the last writing.
    var lost: Int { batch.lost }

    /// Takes an event.
    mutating func take(_ record: ChainEventRecord) {
        if case .token(let step, let text, let isThinking) = record.event {
            append(text, at: .init(step: step, item: record.item, isThinking: isThinking), record)
        } else {
            if let step = record.event.endsText {
                close { $0.step == step }
                begun = begun.filter { $0.step != step || (record.item != nil && $0.item != record.item) }
            }
            batch.events.append(record)
            bytes += record.event.weight
        }
        if bytes > limit { giveUp() }
    }

    /// Takes everything out, to be written.
    mutating func drain() -> Batch {
        close { _ in true }
        defer {
            batch = Batch()
            bytes = 0
        }
        return batch
    }

    /// Puts back what could not be written, before what came meanwhile.
    mutating func putBack(_ refused: Batch) {
        batch.events = refused.events + batch.events
        batch.pieces = refused.pieces + batch.pieces
        batch.lost += refused.lost
        bytes += refused.events.reduce(0) { $0 + $1.event.weight } + refused.pieces.reduce(0) { $0 + $1.weight }
        if bytes > limit { giveUp() }
    }

    private mutating func append(_ text: String, at place: TextPiece.Place, _ record: ChainEventRecord) {
        var other = place
        other.isThinking.toggle()
        // Thoughts between two parts of an answer stay between them.
        if open[other] != nil { close { $0 == other } }
        bytes += text.utf8.count
        guard var piece = open.removeValue(forKey: place) else {
            open[place] = TextPiece(
                place: place, firstSequence: record.sequence, lastSequence: record.sequence, time: record.time,
                tokens: 1, text: text)
            bytes += 100
            if begun.insert(place).inserted { close { $0 == place } }
            return
        }
        piece.text += text
        piece.lastSequence = record.sequence
        piece.time = record.time
        piece.tokens += 1
        open[place] = piece
        if piece.text.utf8.count >= Self.longestPiece { close { $0 == place } }
    }

    private mutating func close(_ isMeant: (TextPiece.Place) -> Bool) {
        let places = open.keys.filter(isMeant)
        let closed = places.compactMap { open.removeValue(forKey: $0) }
        batch.pieces += closed.sorted { $0.lastSequence < $1.lastSequence }
    }

    // Text goes first: a step's end tells it again. What goes is the oldest, a tenth at a time.
    private mutating func giveUp() {
        close { _ in true }
        let aim = limit - limit / 10
        var count = 0
        while bytes > aim, count < batch.pieces.count {
            bytes -= batch.pieces[count].weight
            batch.lost += batch.pieces[count].tokens
            count += 1
        }
        batch.pieces.removeFirst(count)
        count = 0
        while bytes > aim, count < batch.events.count {
            bytes -= batch.events[count].event.weight
            batch.lost += 1
            count += 1
        }
        batch.events.removeFirst(count)
    }
}

extension TextPiece {
    /// About how many bytes it takes in memory.
    fileprivate var weight: Int { text.utf8.count + 100 }
}

extension ChainEvent {
    /// The step whose text ends with this event, so that what comes afterwards is a piece of its own.
    fileprivate var endsText: Int? {
        switch self {
        case .stepStarted(let step, _, _, _, _), .stepFailed(let step, _, _), .stepRetried(let step, _, _, _),
            .toolCalled(let step, _), .toolFinished(let step, _, _, _, _), .chainBroken(let step, _, _),
            .jumped(let step, _, _), .stepSkipped(let step, _):
            step
        case .promptSent(let sent): sent.step
        case .stepFinished(let result): result.step
        default: nil
        }
    }

    /// About how many bytes the event takes in memory.
    fileprivate var weight: Int {
        let texts: Int
        switch self {
        case .stepStarted(_, let name, _, let prompt, _): texts = name.utf8.count + (prompt?.utf8.count ?? 0)
        case .promptSent(let sent): texts = sent.weight
        case .stepFinished(let result): texts = result.output.utf8.count
        case .stepFailed(_, let reason, let output): texts = reason.utf8.count + output.utf8.count
        case .toolCalled(_, let use): texts = use.arguments.weight
        case .toolFinished(_, let use, _, _, let output): texts = use.arguments.weight + output.utf8.count
        case .warning(let message, let hint): texts = message.utf8.count + (hint?.utf8.count ?? 0)
        case .log(_, _, let message): texts = message.utf8.count
        case .runStarted(let start): texts = start.steps.reduce(0) { $0 + $1.utf8.count + 60 }
        case .planMade(let schedule): texts = schedule.steps.reduce(0) { $0 + $1.why.utf8.count + 200 }
        case .serverSample(let snapshot): texts = 400 * (snapshot.models.count + snapshot.gpus.count)
        case .runFinished(let result): texts = result.output.utf8.count
        default: texts = 0
        }
        return texts + 200
    }
}
