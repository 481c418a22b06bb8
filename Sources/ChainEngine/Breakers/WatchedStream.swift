import ModelManagement

/// The answer of a model, piece by piece, which ends with a `BreakerStop` as soon as a rule applies to what came. What
/// it applies to has been handed on by then.
struct WatchedStream: AsyncSequence, Sendable {
    typealias Element = GenerationEvent
    typealias Failure = any Error

    private let base: AsyncThrowingStream<GenerationEvent, any Error>
    private let watch: BreakerWatch?

    /// The answer as the rules of the step that this task does see it.
    init(_ base: AsyncThrowingStream<GenerationEvent, any Error>, clock: any RunClock) {
        watch = BreakerWatch.current
        if let watch, let seconds = watch.secondsLeft {
            self.base = Self.ended(base, after: seconds, by: watch, clock: clock)
        } else {
            self.base = base
        }
    }

    func makeAsyncIterator() -> Iterator { Iterator(base: base.makeAsyncIterator(), watch: watch) }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate var base: AsyncThrowingStream<GenerationEvent, any Error>.AsyncIterator
        fileprivate let watch: BreakerWatch?
        private var newest: GenerationEvent?

        fileprivate init(
            base: AsyncThrowingStream<GenerationEvent, any Error>.AsyncIterator, watch: BreakerWatch?
        ) {
            self.base = base
            self.watch = watch
        }

        mutating func next() async throws -> GenerationEvent? {
            guard let watch else { return try await base.next() }
            switch newest {
            case .text(let text)?: try await watch.note(text, isThinking: false)
            case .thinking(let text)?: try await watch.note(text, isThinking: true)
            case .finished(let metrics)?: watch.note(metrics)
            default: break
            }
            newest = try await base.next()
            return newest
        }
    }

    // An answer of which nothing comes ends in time as well.
    private static func ended(
        _ base: AsyncThrowingStream<GenerationEvent, any Error>, after seconds: Double, by watch: BreakerWatch,
        clock: any RunClock
    ) -> AsyncThrowingStream<GenerationEvent, any Error> {
        let (stream, continuation) = AsyncThrowingStream<GenerationEvent, any Error>.makeStream()
        let pump = Task {
            do {
                for try await event in base { continuation.yield(event) }
                continuation.finish()
            } catch {
                continuation.finish(throwing: error)
            }
        }
        let timer = Task {
            var left = seconds
            while true {
                try await clock.sleep(seconds: left)
                do { try watch.noteTime() } catch {
                    pump.cancel()
                    continuation.finish(throwing: error)
                    return
                }
                // That rule may not act any more; the next one may.
                guard let next = watch.secondsLeft else { return }
                left = Swift.max(0.001, next)
            }
        }
        continuation.onTermination = { _ in
            pump.cancel()
            timer.cancel()
        }
        return stream
    }
}
