import ChainEngine
import Dashboard
import PromptChainCore
import Synchronization

extension EffectRunner {
    /// The feed of the run that is shown, where it is not a run of this program.
    var shownFeed: (any RunFeed)? { visited.withLock { $0 } ?? services.feed }

    /// Lists the recorded runs.
    func listRuns() {
        guard let library = services.history else {
            let hint = "promptchain history, in another terminal, lists recorded runs; promptchain replay RUN opens one"
            return post(.recordedRunsFailed(reason: "no history is kept here", hint: hint))
        }
        let post = post
        tasks.start("history") {
            switch await Self.attempt(library.list) {
            case .success(let runs): post(.recordedRuns(runs))
            case .failure(let fault): post(.recordedRunsFailed(reason: fault.message, hint: fault.hint))
            }
        }
    }

    /// Shows a recorded run in place of what was shown.
    func openRun(_ id: String) {
        guard let library = services.history else { return }
        tasks.start("history/open") { [self] in
            switch await Self.attempt({ () throws(RunLibrary.Fault) in try library.open(id) }) {
            case .failure(let fault): post(.notice(severity: .warning, text: fault.message, hint: fault.hint))
            case .success(let opened):
                leaveRun()
                visited.withLock { $0 = opened.feed }
                post(.runOpened(opened.run, opened.description))
                opened.feed.start(post: post)
            }
        }
    }

    /// Ends the reading of a recorded run.
    func leaveRun() {
        let feed = visited.withLock { visited in
            defer { visited = nil }
            return visited
        }
        feed?.close()
    }

    /// Goes on with a recorded run.
    func resumeRun(_ id: String) {
        guard let library = services.history else { return }
        let operation = DashboardOperation.startRun(path: id)
        tasks.start("history/resume") { [self] in
            switch await Self.attempt({ () throws(RunLibrary.Fault) in try library.resume(id) }) {
            case .failure(let fault):
                post(.operationFinished(operation, .failed(sentence: fault.message, hint: fault.hint)))
            case .success(let run):
                leaveRun()
                post(.runLeft)
                start(operation, options: run.options, resuming: run.resumed) {
                    .success(run.chain)
                } input: {
                    run.input
                }
            }
        }
    }

    private static func attempt<Value: Sendable>(
        _ work: @escaping @Sendable () throws(RunLibrary.Fault) -> Value
    ) async -> Result<Value, RunLibrary.Fault> {
        await BlockingWork.run { Result(catching: work) }
    }
}
