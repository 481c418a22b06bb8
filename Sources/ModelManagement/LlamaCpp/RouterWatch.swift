import Foundation
import PromptChainCore

/// Watches one model of a router until it has come to rest: by the router's events, and by its list beside them, because
/// the stream of events may break off or be held back by a proxy.
struct RouterWatch: Sendable {
    /// How a model came to rest.
    enum Rest: Equatable, Sendable {
        case loaded
        /// Its server has ended, with a code where that was told.
        case unloaded(exitCode: Int64?)
    }

    private enum Report: Sendable {
        case rest(Rest)
        case streamEnded
        case deadline
    }

    /// How many readings of the list may fail one after another.
    private static let patience = 3

    let api: OpenAIServer
    /// The model's name in the router's spelling.
    let id: String
    let action: String
    /// The router's list.
    let list: @Sendable (_ action: String) async throws -> [RouterModel]

    /// Opens the stream of events; `nil` when the router has none or does not begin it in time.
    func open() async -> HTTPAnswer? {
        let call = HTTPCall("GET", "/models/sse", lane: .long, action: action)
        return try? await withTimeLimit(2, failure: .silent(2)) { try await api.connection.open(call) }
    }

    /// Waits until the model is loaded or its server has ended.
    /// - Parameters:
    ///   - hasBegun: whether the load was under way before the stream was opened, so that its end may be the first event.
    ///   - share: takes how far the load has come.
    /// - Throws: `ModelManagementError` when the router cannot be asked any more.
    func untilRest(_ stream: HTTPAnswer?, hasBegun: Bool, share: RisingShare) async throws -> Rest {
        let report = try await first(stream) { stream in
            await read(stream, hasBegun: hasBegun, share: share) { _ in true }
        } poll: {
            try await poll(deadline: nil) { model in
                share.report(model?.share)
                switch model?.state {
                case .loading: return nil
                case .loaded, .sleeping: return .loaded
                default: return .unloaded(exitCode: model?.exitCode)
                }
            }
        }
        guard case .rest(let rest) = report else { return .unloaded(exitCode: nil) }
        return rest
    }

    /// Waits until the model's server has ended.
    /// - Parameter seconds: how long.
    func untilGone(_ stream: HTTPAnswer?, within seconds: Double) async throws {
        _ = try await first(stream) { stream in
            await read(stream, hasBegun: true, share: RisingShare { _ in }) { $0 != .loaded }
        } poll: {
            try await poll(deadline: api.connection.timekeeper.elapsed() + seconds) { model in
                model?.isRunning == true ? nil : .unloaded(exitCode: model?.exitCode)
            }
        }
    }

    private func first(
        _ stream: HTTPAnswer?, read: @escaping @Sendable (HTTPAnswer) async -> Report,
        poll: @escaping @Sendable () async throws -> Report
    ) async throws -> Report {
        try await withThrowingTaskGroup(of: Report.self) { group in
            if let stream { group.addTask { await read(stream) } }
            group.addTask { try await poll() }
            defer { group.cancelAll() }
            while let report = try await group.next() {
                if case .streamEnded = report { continue }
                return report
            }
            return .deadline
        }
    }

    private func read(
        _ stream: HTTPAnswer, hasBegun: Bool, share: RisingShare, isWanted: (Rest) -> Bool
    ) async -> Report {
        var events = ServerSentEvents(limit: 1 << 20)
        var hasBegun = hasBegun
        do {
            for try await chunk in stream.body {
                for event in try events.feed(chunk.readableBytesView).compactMap({ RouterEvent($0.data) })
                where event.model == id {
                    share.report(event.share)
                    let rest: Rest
                    switch event.state {
                    case .loading:
                        hasBegun = true
                        continue
                    case .loaded: rest = .loaded
                    case .unloaded where hasBegun: rest = .unloaded(exitCode: event.exitCode)
                    default: continue
                    }
                    if isWanted(rest) { return .rest(rest) }
                }
            }
        } catch {
            // The list tells the same, a little later.
        }
        return .streamEnded
    }

    private func poll(deadline: Double?, rest: (RouterModel?) -> Rest?) async throws -> Report {
        let timekeeper = api.connection.timekeeper
        var pause = 0.05
        var failures = 0
        while true {
            do {
                let model = try await list(action).first { $0.id == id }
                if let rest = rest(model) { return .rest(rest) }
                failures = 0
            } catch let error as ModelManagementError where [.notAnswering, .busy, .interrupted].contains(error.kind) {
                // A machine that loads a large model may be too busy to answer in time.
                failures += 1
                guard failures < Self.patience else { throw error }
            }
            if let deadline, timekeeper.elapsed() >= deadline { return .deadline }
            try await timekeeper.sleep(pause)
            pause = min(1, pause * 1.5)
        }
    }
}
