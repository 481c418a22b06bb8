import ChainEngine
import Dashboard
import PromptChainCore

/// The recorded runs as the dashboard lists, opens and goes on with them. Every call waits for a disk.
public struct RunLibrary: Sendable {
    /// Why a run cannot be had.
    public struct Fault: Error, Equatable, Sendable {
        /// What is wrong, in a sentence.
        public var message: String
        /// What helps.
        public var hint: String?

        /// A fault.
        public init(message: String, hint: String? = nil) {
            self.message = message
            self.hint = hint
        }
    }

    /// A run that can be shown.
    public struct Opened: Sendable {
        /// The run.
        public var run: RecordedRunSummary
        /// How its events come.
        public var description: FeedDescription
        /// Where they come from.
        public var feed: any RunFeed

        /// A run that can be shown.
        public init(run: RecordedRunSummary, description: FeedDescription, feed: any RunFeed) {
            self.run = run
            self.description = description
            self.feed = feed
        }
    }

    /// A run that can go on.
    public struct Resumable: Sendable {
        /// Its chain as it is now.
        public var chain: Chain
        /// Its input.
        public var input: String
        /// What it was asked for.
        public var options: ChainRunOptions
        /// Which run, and where it goes on.
        public var resumed: ResumedRun

        /// A run that can go on.
        public init(chain: Chain, input: String, options: ChainRunOptions, resumed: ResumedRun) {
            self.chain = chain
            self.input = input
            self.options = options
            self.resumed = resumed
        }
    }

    let list: @Sendable () throws(Fault) -> [RecordedRunSummary]
    let open: @Sendable (String) throws(Fault) -> Opened
    let resume: @Sendable (String) throws(Fault) -> Resumable

    /// A library.
    /// - Parameters:
    ///   - list: the newest runs, newest first.
    ///   - open: the run of an identifier: followed when it lives, else played back.
    ///   - resume: what goes on of the run of an identifier, or why it may not.
    public init(
        list: @escaping @Sendable () throws(Fault) -> [RecordedRunSummary],
        open: @escaping @Sendable (String) throws(Fault) -> Opened,
        resume: @escaping @Sendable (String) throws(Fault) -> Resumable
    ) {
        self.list = list
        self.open = open
        self.resume = resume
    }
}
