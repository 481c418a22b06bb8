import PromptChainCore

/// The newest events of a run, as many as there is room for.
struct HeldEvents: Sendable {
    /// How many events are held at most.
    let countLimit: Int
    /// How many bytes of text are held at most, roughly.
    let byteLimit: Int

    private var records: [ChainEventRecord] = []
    /// The index in `records` of the oldest one that is held.
    private var head = 0
    private var bytes = 0

    init(countLimit: Int = 8192, byteLimit: Int = 8 << 20) {
        self.countLimit = countLimit
        self.byteLimit = byteLimit
    }

    /// The number of the oldest event; that of the next one when there is none.
    var first: Int { head < records.count ? records[head].sequence : last + 1 }
    /// The number of the newest event; 0 when there was none yet.
    private(set) var last = 0

    mutating func add(_ record: ChainEventRecord) {
        records.append(record)
        last = record.sequence
        bytes += record.event.textBytes
        while head < records.count - 1, records.count - head > countLimit || bytes > byteLimit {
            bytes -= records[head].event.textBytes
            head += 1
        }
        // In bulk, since taking from the front moves all the rest.
        if head > countLimit, head > records.count / 2 {
            records.removeFirst(head)
            head = 0
        }
    }

    /// The oldest events after a number.
    func after(_ number: Int, limit: Int) -> ArraySlice<ChainEventRecord> {
        var low = head
        var high = records.count
        while low < high {
            let middle = (low + high) / 2
            if records[middle].sequence <= number { low = middle + 1 } else { high = middle }
        }
        return records[low..<min(records.count, low + limit)]
    }
}

extension ChainEvent {
    /// The size of its text in bytes, roughly: what makes one event larger than another.
    fileprivate var textBytes: Int {
        switch self {
        case .token(_, let text, _): 64 + text.utf8.count
        case .stepStarted(_, _, _, let prompt, _): 256 + (prompt?.utf8.count ?? 0)
        case .promptSent(let sent): 512 + sent.weight
        case .stepFinished(let result): 256 + result.output.utf8.count
        case .stepFailed(_, let reason, let output): 256 + reason.utf8.count + output.utf8.count
        case .toolFinished(_, _, _, _, let output): 512 + output.utf8.count
        case .runFinished(let result): 256 + result.output.utf8.count
        case .runStarted(let start): 256 + 64 * start.steps.count
        case .planMade(let schedule): 256 + 256 * schedule.steps.count
        default: 512
        }
    }
}
