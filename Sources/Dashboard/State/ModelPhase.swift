import Foundation
import PromptChainCore

extension ModelRow {
    /// What a model is doing.
    enum Phase: Equatable, Sendable {
        /// On its way into memory since so many seconds.
        case loading(seconds: Double, expected: Double?, fraction: Double?, isInferred: Bool)
        /// On its way out of memory since so many seconds.
        case unloading(seconds: Double)
        /// Reading a prompt, of our run or of somebody's.
        case reading(PromptProgress, isOurs: Bool)
        /// Writing, for our run or for somebody; tokens a second where they are known.
        case generating(tokens: Int?, rate: Double?, isOurs: Bool)
        /// Reasoning for our run.
        case thinking(rate: Double?)
        /// Past its time and still there: somebody uses it.
        case busy
        /// Past its time and at rest: the server has not let go of it yet.
        case due
        /// Stays until somebody unloads it.
        case pinned
        /// Leaves in so many seconds.
        case idle(seconds: Double)
        /// Leaves at a time so far ahead that a countdown says nothing.
        case kept(until: Date)
        /// The server lists it, and the process that ran it has ended.
        case ended
        /// Nothing is known.
        case unknown
    }

    /// How far a prompt is read.
    struct PromptProgress: Equatable, Sendable {
        /// Tokens until now.
        var tokens: Int?
        /// The share, 0…1, reckoned from the length of the prompt.
        var fraction: Double?
        /// Tokens a second, measured between two readings.
        var rate: Double?
        /// The seconds that are left at this rate.
        var secondsLeft: Double?
    }
}

extension DashboardState {
    /// From here on a date says more than a countdown, in seconds.
    private static let farAhead = 7 * 86_400.0
    /// What no date can be written for: the server means for ever.
    private static let forEver = 200 * 365 * 86_400.0

    func phase(of identity: ModelIdentity, info: ModelInfo?) -> ModelRow.Phase {
        if let load = pending[.load(server: identity.server, model: identity.model)] {
            return loading(identity, seconds: max(0, uptime - load.since))
        }
        if let load = run?.loads[identity.model], isTheRuns(identity) {
            return .loading(
                seconds: max(0, clock - load.startedAt), expected: load.expectedSeconds, fraction: load.fraction,
                isInferred: load.isInferred)
        }
        if let unload = pending.unloading(identity) { return .unloading(seconds: max(0, uptime - unload.since)) }
        if let unload = run?.unloads[identity.model], isTheRuns(identity) {
            return .unloading(seconds: max(0, clock - unload.startedAt))
        }
        if let phase = phaseInRun(identity) { return phase }
        let activity = activity(of: identity)
        if let activity, let phase = phase(activity, of: identity) { return phase }
        guard let info else { return .unknown }
        return resting(info, isAtRest: activity?.phase == .idle, on: identity.server)
    }

    private func phaseInRun(_ identity: ModelIdentity) -> ModelRow.Phase? {
        guard let run, let step = run.runningStep?.step, step.model == identity.model, isTheRuns(identity)
        else { return nil }
        let rate = run.tokensPerSecond(of: step, at: clock)
        guard step.firstTokenAt == nil else {
            return step.isThinking ? .thinking(rate: rate) : .generating(tokens: nil, rate: rate, isOurs: true)
        }
        let activity = activity(of: identity).flatMap { $0.phase == .reading ? $0 : nil }
        return .reading(progress(activity, of: identity, prompt: step.prompt), isOurs: true)
    }

    private func phase(_ activity: ModelActivity, of identity: ModelIdentity) -> ModelRow.Phase? {
        if activity.process?.state == .ended { return .ended }
        switch activity.phase {
        case .loading: return activity.loadingSeconds.map { loading(identity, seconds: max(0, $0)) }
        case .reading: return .reading(progress(activity, of: identity, prompt: nil), isOurs: false)
        case .generating:
            return .generating(tokens: activity.outputTokens, rate: activity.tokensPerSecond, isOurs: false)
        case .idle: return nil
        }
    }

    /// A load that no run tells of: how far it has come is reckoned from what its process has read of the weights, or
    /// from the time that such a load usually takes.
    private func loading(_ identity: ModelIdentity, seconds: Double) -> ModelRow.Phase {
        let usual = servers[identity.server]?.snapshot?.usualLoadSeconds[identity.model].flatMap { $0 > 0 ? $0 : nil }
        var fraction = usual.map { min(0.99, seconds / $0) }
        if let process = activity(of: identity)?.process, let weights = weightsBytes(of: identity), weights > 0,
            let bytes = [process.residentBytes, process.readBytes].compactMap({ $0 }).max(), bytes > 0
        {
            fraction = min(0.99, Double(bytes) / Double(weights))
        }
        return .loading(seconds: seconds, expected: usual, fraction: fraction, isInferred: true)
    }

    private func progress(
        _ activity: ModelActivity?, of identity: ModelIdentity, prompt: String?
    ) -> ModelRow.PromptProgress {
        guard let tokens = activity?.promptTokens else { return ModelRow.PromptProgress() }
        var progress = ModelRow.PromptProgress(tokens: tokens)
        progress.rate = promptRate(of: identity)
        // About four bytes are a token; the server does not tell how long the prompt is.
        guard let prompt, prompt.utf8.count > 400 else { return progress }
        let all = Double(prompt.utf8.count) / 4
        progress.fraction = min(0.99, Double(tokens) / all)
        if let rate = progress.rate, rate > 0, Double(tokens) < all {
            progress.secondsLeft = (all - Double(tokens)) / rate
        }
        return progress
    }

    /// Tokens of a prompt a second, between the last two readings of the same prompt.
    private func promptRate(of identity: ModelIdentity) -> Double? {
        let last = servers.history.readings(of: identity.server).suffix(2)
        guard last.count == 2, let first = last.first, let second = last.last, second.time > first.time,
            let then = first.snapshot.activities.first(where: { $0.model == identity.model }),
            let now = second.snapshot.activities.first(where: { $0.model == identity.model }),
            then.phase == .reading, now.phase == .reading, let from = then.promptTokens, let to = now.promptTokens,
            to > from
        else { return nil }
        return Double(to - from) / (second.time - first.time)
    }

    private func resting(_ info: ModelInfo, isAtRest: Bool, on server: String) -> ModelRow.Phase {
        if info.isPinned { return .pinned }
        guard let expiry = info.expiresAt else { return .unknown }
        let left = expiry.timeIntervalSince1970 - clock
        // A server leaves the old value standing while a model works, so that it lies in the past.
        if left < -1 { return isAtRest ? .due : .busy }
        if left > Self.forEver { return .pinned }
        // During a runner's first request the value slides with the time, and the countdown would stand still.
        if !isAtRest, isSliding(info, on: server) { return .busy }
        return left > Self.farAhead ? .kept(until: expiry) : .idle(seconds: max(0, left))
    }

    /// Whether a model's time to leave has moved in the last readings exactly as fast as the clock.
    private func isSliding(_ info: ModelInfo, on server: String) -> Bool {
        let last = servers.history.readings(of: server).suffix(3)
        guard last.count == 3 else { return false }
        let times = last.map { ($0.time, $0.snapshot.models.first { $0.name == info.name }?.expiresAt) }
        return zip(times, times.dropFirst()).allSatisfy { earlier, later in
            guard let then = earlier.1, let now = later.1 else { return false }
            let moved = now.timeIntervalSince1970 - then.timeIntervalSince1970
            return moved > 0.4 && abs(moved - (later.0 - earlier.0)) < 0.2
        }
    }
}
