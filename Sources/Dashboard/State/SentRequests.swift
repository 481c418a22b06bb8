import PromptChainCore

/// What the model of a step was asked, request by request: as much of it as can be kept.
struct SentRequests: Equatable, Sendable {
    /// One request.
    struct Request: Equatable, Sendable {
        var item: Int?
        /// Seconds since 1970.
        var time: Double
        /// With the prompt where that was meant.
        var sent: ChainEvent.PromptSent
    }

    /// Bytes of one step that are kept.
    static let byteLimit = 2 << 20

    private(set) var all: [Request] = []
    /// Requests that were let go.
    private(set) var forgotten = 0
    private var bytes = 0

    /// Takes a request. The first one of a step, or of an item, that is tried again takes the place of those before.
    mutating func add(_ sent: ChainEvent.PromptSent, prompt: String?, of item: Int?, at time: Double) {
        var sent = sent
        for index in sent.messages.indices where sent.messages[index].content == nil {
            sent.messages[index].content = prompt
        }
        if sent.round == 1 {
            all.removeAll { $0.item == item }
            bytes = all.reduce(0) { $0 + $1.sent.weight }
        }
        all.append(Request(item: item, time: time, sent: sent))
        bytes += sent.weight
        while bytes > Self.byteLimit, all.count > 1 {
            bytes -= all.removeFirst().sent.weight
            forgotten += 1
        }
    }

    /// Without what was asked after a time, in seconds since 1970.
    func past(at time: Double) -> SentRequests {
        var past = self
        past.all.removeAll { $0.time > time }
        return past
    }
}
