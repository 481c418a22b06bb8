import CellScreen
import PromptChainCore

/// Routes a message to the one place that deals with it.
enum DashboardUpdate {
    static func apply(_ message: DashboardMessage, to state: inout DashboardState) -> [DashboardEffect] {
        var effects = route(message, to: &state)
        VerdictUpdate.look(after: message, &state)
        effects += AlertUpdate.effects(after: message, &state)
        switch message {
        case .tick where state.feed?.replay == nil: break
        case .log: LayoutUpdate.wrap(&state)
        default:
            ModelTableUpdate.keepSelection(&state)
            LayoutUpdate.wrap(&state)
        }
        return effects + OutlineUpdate.ask(&state) + LogUpdate.requests(&state)
    }

    private static func route(_ message: DashboardMessage, to state: inout DashboardState) -> [DashboardEffect] {
        if state.lookback != nil, state.closing == .open, message.isInput {
            return LookbackUpdate.handle(message, &state)
        }
        switch message {
        case .key(let stroke): return KeyUpdate.press(stroke, &state)
        case .paste(let text): return DialogUpdate.paste(text, &state)
        case .mouse(let event): return MouseUpdate.handle(event, &state)
        case .resized(let size):
            state.size = size
            LookbackUpdate.resize(&state)
            return []
        case .resumed: return [.redraw]
        case .programEnded(let end): return PaneTextUpdate.pagerEnded(end, &state)
        case .signal(let number): return ClosingUpdate.signal(number, &state)
        case .terminalClosed: return ClosingUpdate.terminalClosed(&state)
        case .shutdownComplete:
            state.closing = .finished
            return []
        case .tick(let uptime, let clock):
            state.uptime = uptime
            if state.feed?.replay == nil { state.clock = clock }
            ReplayUpdate.advance(uptime: uptime, &state)
            return []
        case .serverFound, .snapshot, .installedModels, .installedModelsFailed, .modelOutlook:
            // A replay that was opened here shows what was; what is comes again afterwards.
            if state.visit != nil, state.feed?.replay != nil { return [] }
            return ServersUpdate.apply(message, &state)
        case .operationStarted, .operationFinished, .pullProgress:
            return OperationUpdate.apply(message, &state)
        case .chainFiles(let files):
            state.chainFiles = files
            return []
        case .runEvents(let records):
            for record in records { RunUpdate.apply(record, &state) }
            return ClosingUpdate.afterRun(&state)
        case .runEnded(let run):
            RunUpdate.end(run, &state)
            return ClosingUpdate.afterRun(&state)
        case .recordedRuns(let runs):
            state.recordedRuns = .known(runs)
            return []
        case .recordedRunsFailed(let reason, let hint):
            state.recordedRuns = .failed(reason: reason, hint: hint)
            return []
        case .runOpened(let run, let feed):
            VisitUpdate.begin(run, feed, &state)
            return []
        case .runLeft:
            VisitUpdate.leave(&state)
            return []
        case .feed(let news): return FeedUpdate.apply(news, &state)
        case .log(let line):
            // A replay shows what was logged then.
            guard state.feed?.replay == nil else { return [] }
            state.log.add(line)
            state.serverNotes.add(line)
            return []
        case .logAnswer(let answer):
            LogUpdate.take(answer, &state)
            return []
        case .textSaved(let saving, let outcome):
            PaneTextUpdate.take(saving, outcome, &state)
            return []
        case .textPaged(let text): return PaneTextUpdate.page(text, &state)
        case .notice(let severity, let text, let hint):
            state.report(severity, text, hint: hint)
            return []
        case .themes(let names):
            state.themeNames = names
            return []
        case .themeLoaded(let theme):
            state.use(theme)
            return []
        }
    }
}
