import Foundation
import PromptChainCore

extension OpenAIServer {
    /// How long a model may take to be listed after the server has said that it is loaded, in seconds.
    private static let listingDeadline = 5.0

    /// Loads a model: asks, waits until the server lists it, measures, and tells the log.
    /// - Parameters:
    ///   - request: asks for the load, and returns when the server says that it is done.
    ///   - read: the model as it is listed; `nil` when it is not.
    ///   - limit: why a context may be smaller than what was asked for, for the warning.
    func load(
        _ name: ModelName, params: LoadParameters, limit: String, request: () async throws -> Void,
        read: () async throws -> ModelInfo?
    ) async throws -> ModelInfo {
        log.loading(name)
        let start = connection.timekeeper.elapsed()
        journal.begin(name)
        defer { journal.end(name) }
        try await request()
        let seconds = connection.timekeeper.elapsed() - start
        var found = try await read()
        let asked = connection.timekeeper.elapsed()
        var pause = 0.05
        while found == nil, connection.timekeeper.elapsed() - asked < Self.listingDeadline {
            try await connection.timekeeper.sleep(pause)
            pause = min(1, pause * 1.5)
            found = try await read()
        }
        if found == nil {
            log.warning("\(name.short) was loaded and is not listed: the server may have made room for another model")
        }
        let now = connection.timekeeper.now()
        var info = found ?? ModelInfo(name: name, provider: connection.provider, server: self.name)
        journal.loaded(info.name, seconds: seconds, at: now)
        info.loadSeconds = seconds
        info.lastUsed = now
        log.loaded(name, seconds: seconds, vramBytes: info.vramBytes)
        warnAboutContext(info, asked: params.contextLength, limit: limit)
        return info
    }

    /// A model that was loaded already.
    func touched(_ info: ModelInfo, params: LoadParameters, limit: String) -> ModelInfo {
        var info = info
        let now = connection.timekeeper.now()
        journal.used(info.name, at: now)
        info.lastUsed = now
        warnAboutContext(info, asked: params.contextLength, limit: limit)
        return info
    }

    /// Warns of a context that is smaller than what was asked for.
    func warnAboutContext(_ info: ModelInfo, asked: Int?, limit: String) {
        guard let asked, let got = info.contextLength, got < asked else { return }
        log.warning("\(info.name.short) was asked for a context of \(asked) tokens and has \(got): \(limit)")
    }

    /// Waits as long as the server says with a 503 that it is not ready yet.
    func waitUntilReady(_ path: String, action: String) async throws {
        var pause = 0.05
        while true {
            let call = HTTPCall("GET", path, action: action)
            let reply = try await connection.reply(call)
            if reply.isSuccess { return }
            guard reply.status == 503 else { throw connection.failure(call, reply: reply) }
            try await connection.timekeeper.sleep(pause)
            pause = min(1, pause * 1.5)
        }
    }

    /// Unloads a model: asks once the server can be asked, and watches until the model is gone.
    /// - Parameters:
    ///   - isThere: whether the model is in memory now.
    ///   - ask: asks for it to leave. It gives `nil` when the server has taken the request, else why it cannot be asked
    ///     now; it is then called again. What the server has taken is never asked for twice.
    /// - Returns: `true` when it is gone or was not there; `false`, with a warning in the log, at the deadline.
    func unload(
        _ name: ModelName, isThere: () async throws -> Bool, ask: () async throws -> String?
    ) async throws -> Bool {
        let start = connection.timekeeper.elapsed()
        var isTold = false
        var isAsked = false
        var reason = "it is still being loaded"
        var pause = 0.05
        while true {
            let isListed = try await isThere()
            if !isListed, isAsked || !journal.isLoading(name) {
                if isAsked { log.unloaded(name) }
                return true
            }
            if isListed, !isAsked {
                if !isTold { log.unloading(name) }
                isTold = true
                let hindrance = try await ask()
                isAsked = hindrance == nil
                reason = hindrance ?? "the server still lists it"
                // What blocks until the model is gone is seen at once.
                if isAsked, try await !isThere() {
                    log.unloaded(name)
                    return true
                }
            }
            guard connection.timekeeper.elapsed() - start < unloadDeadline else {
                log.warning(
                    "Model may still be loaded in \(connection.provider): \(name.short) is there after "
                        + "\(Seconds.text(unloadDeadline)): \(reason)")
                return false
            }
            try await connection.timekeeper.sleep(pause)
            pause = min(0.5, pause * 1.5)
        }
    }

    /// Sends a call whose answer may come only when its work is done.
    /// - Returns: `nil` when nothing was answered until the deadline: the server works on it.
    func replyInTime(_ call: HTTPCall) async throws -> HTTPReply? {
        do {
            let limit = unloadDeadline
            return try await withTimeLimit(limit, failure: .silent(limit)) { try await connection.reply(call) }
        } catch TransportFailure.silent {
            return nil
        }
    }
}

extension String {
    /// The text as a part of a path or the value of a query. Slashes stay, since models' names have them.
    var percentEncoded: String {
        addingPercentEncoding(withAllowedCharacters: .urlUnreserved) ?? ""
    }
}

extension CharacterSet {
    // RFC 3986, section 2.3, and the slash.
    fileprivate static let urlUnreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")
}
