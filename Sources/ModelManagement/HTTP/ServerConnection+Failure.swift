import Foundation
import PromptChainCore

extension ServerConnection {
    /// The failure in words when no answer came.
    func failure(_ call: HTTPCall, _ error: any Error, attempts: Int = 1) -> any Error {
        if error is CancellationError || error is ModelManagementError { return error }
        guard let failure = error as? TransportFailure else { return make(call, .server, "\(error)") }
        switch failure {
        case .refused:
            return make(call, .unreachable, gaveUp("connection refused", after: attempts), hint: absentHint)
        case .hostNotFound:
            return make(
                call, .unreachable, "the host \(address.host) is not known",
                hint: "Check the spelling of \(address), or name the server in the configuration file.")
        case .noRoute(let reason):
            return make(
                call, .unreachable, gaveUp(reason, after: attempts),
                hint: "\(absentHint) A server that is slow to connect to needs a larger timeout or more max_retries.")
        case .silent(let seconds):
            return make(
                call, .notAnswering, "it accepts connections and has answered nothing for \(Seconds.text(seconds))",
                hint: silentHint)
        case .timedOut(let seconds):
            return make(
                call, .timedOut, "the time limit of \(Seconds.text(seconds)) has passed",
                hint: "Give the step more time with params: {timeout: 30m}.")
        case .closed:
            return make(
                call, .interrupted, "the server closed the connection before it answered",
                hint: "It may have been stopped or have run out of memory; its log says why.")
        default: return rest(call, failure)
        }
    }

    // The sentence of the original, where a call was sent more than once.
    private func gaveUp(_ reason: String, after attempts: Int) -> String {
        attempts > 1 ? "Failed to connect to \(provider) after \(attempts) attempts: \(reason)" : reason
    }

    private func rest(_ call: HTTPCall, _ failure: TransportFailure) -> ModelManagementError {
        switch failure {
        case .tls(let reason):
            make(
                call, .unreachable, "no secure connection: \(reason)",
                hint: failure.certificateHint(address, in: "configuration"))
        case .notHTTP:
            make(
                call, .foreign, "what listens there does not speak HTTP",
                hint: address.scheme == "http" ? "Is it https://? Check the port of \(address)." : nil)
        case .tooLong(let limit):
            make(
                call, .foreign,
                "the answer has a part of more than \(limit >> 20) MiB, more than \(provider) ever sends",
                hint: "Check that \(address) is a \(provider) server.")
        case .badAddress(let reason): make(call, .unreachable, "\(reason): \(address)")
        case .other(let reason): make(call, .unreachable, reason)
        default: make(call, .server, "\(failure)")
        }
    }

    /// The failure in words when a stream broke off.
    func streamFailure(_ call: HTTPCall, _ error: any Error) -> any Error {
        if error is CancellationError || Task.isCancelled { return CancellationError() }
        switch TransportFailure.translate(error) {
        case TransportFailure.tooLong(let limit):
            return make(
                call, .interrupted, "the server sent a line of more than \(limit >> 20) MiB",
                hint: "No \(provider) server does that: check that \(address) is one.")
        case TransportFailure.timedOut(let seconds): return failure(call, TransportFailure.timedOut(seconds))
        default:
            return make(
                call, .interrupted, "the connection broke off in the middle of the answer",
                hint: "The server may have been stopped or have run out of memory; its log says why.")
        }
    }

    /// The failure in words when the answer is an error by its status.
    func failure(_ call: HTTPCall, reply: HTTPReply) -> ModelManagementError {
        let said = ErrorBody.text(reply) ?? plainText(reply)
        switch reply.status {
        case 300..<400:
            let target = reply.location.map { " to \($0)" } ?? ""
            return make(
                call, .foreign, "it redirects\(target)", hint: "Use the address that it names.", status: reply.status)
        case 401, 407:
            return make(
                call, .forbidden, said ?? "it asks for credentials",
                hint: "Put them into the configuration: headers: {Authorization: \"Bearer ${TOKEN}\"}.",
                status: reply.status)
        case 403:
            return make(call, .forbidden, said ?? "it refuses access", hint: forbiddenHint(reply), status: reply.status)
        case 503 where said?.contains("Loading model") == true:
            return make(
                call, .notAnswering, "it is still loading its model", hint: "Its log says how far it is.", status: 503)
        case 502...504 where said == nil && reply.looksLikeHTML:
            return make(
                call, .notAnswering, "the web server in front of it answers with status \(reply.status)",
                hint: "\(provider) behind \(address) is probably not running.", status: reply.status)
        case 503:
            return make(
                call, .busy, said ?? "it is too busy",
                hint: "Wait a little and try again"
                    + (provider == .ollama ? "; OLLAMA_MAX_QUEUE on the server sets how many may wait." : "."),
                status: 503)
        default: break
        }
        if said == nil, let foreign = foreign(call, reply) { return foreign }
        let kind: ModelManagementError.Kind = (400..<500).contains(reply.status) ? .badRequest : .server
        return make(call, kind, said ?? "it answers with status \(reply.status)", status: reply.status)
    }

    // Not every server puts its errors into JSON: llama-swap writes a line of text, and so do the web frameworks below
    // others when something breaks.
    private func plainText(_ reply: HTTPReply) -> String? {
        guard provider == .llamaSwap || provider == .vllm || provider == .lmStudio || provider == .localAI,
            reply.status >= 500 || (provider == .llamaSwap && reply.status >= 400),
            reply.contentType?.lowercased().hasPrefix("text/plain") == true, !reply.body.isEmpty,
            !reply.looksLikeHTML
        else { return nil }
        return reply.excerpt
    }

    /// The failure when an answer is not what such a server answers, although its status is a success.
    func foreign(_ call: HTTPCall, _ reply: HTTPReply) -> ModelManagementError? {
        let what =
            reply.looksLikeHTML
            ? "what answers there is a web page, not \(provider)"
            : "what answers there is not \(provider): \(reply.excerpt)"
        return make(call, .foreign, what, hint: "Check the address \(address).", status: reply.status)
    }

    /// Refuses a web page, which is no answer of such a server whatever its status says.
    /// - Throws: `ModelManagementError` of kind `.foreign`.
    func refuseWebPage(_ call: HTTPCall, _ reply: HTTPReply) throws {
        if reply.isSuccess, reply.looksLikeHTML, let error = foreign(call, reply) { throw error }
    }

    /// The failure when a line of a stream cannot be read.
    func malformed(_ line: Data, _ call: HTTPCall) -> ModelManagementError {
        let reply = HTTPReply(status: 200, body: line)
        if reply.looksLikeHTML, let error = foreign(call, reply) { return error }
        return make(
            call, .interrupted, "the server sent a line that is no JSON: \(reply.excerpt)",
            hint: "Check that \(address) is a server of kind \(provider), and what stands between it and this machine.")
    }

    /// A failure on this server. What it says never holds what is secret in the configuration, also when the server
    /// gives it back.
    func make(
        _ call: HTTPCall, _ kind: ModelManagementError.Kind, _ reason: String, hint: String? = nil, status: Int? = nil
    ) -> ModelManagementError {
        ModelManagementError(
            kind: kind, action: call.action, server: name, reason: secrets.removed(from: reason),
            hint: hint.map(secrets.removed), status: status)
    }

    private var absentHint: String {
        switch provider {
        case .ollama:
            "Is `ollama serve` running? Start it, or name another server: --server URL, or OLLAMA_HOST "
                + "(asked: \(address))."
        case .llamaCpp: "Is it running? Start it with `llama-server -m MODEL.gguf` (asked: \(address))."
        case .vllm:
            "Is it running? A vLLM listens only once it has loaded its model; its log says how far it is "
                + "(asked: \(address))."
        case .lmStudio:
            "Is its server running? Start it with `lms server start`, or in LM Studio under Developer "
                + "(asked: \(address))."
        default: "Is it running? Asked: \(address)."
        }
    }

    private var silentHint: String {
        provider == .ollama
            ? "Ollama does that until it has found its GPUs, some seconds after its start. Otherwise look at its log."
            : "It may still be starting. Otherwise look at its log."
    }

    private func forbiddenHint(_ reply: HTTPReply) -> String {
        guard reply.body.isEmpty, provider == .ollama else {
            return "The credentials in the configuration's headers may not be enough."
        }
        return "Ollama refuses names and origins that it does not know: use its IP address, or let a proxy set the "
            + "Host header to localhost, or set OLLAMA_HOST=0.0.0.0 on the server."
    }
}

extension HTTPReply {
    /// Whether the body is a web page.
    var looksLikeHTML: Bool {
        if contentType?.lowercased().contains("html") == true { return true }
        let start = String(decoding: body.prefix(200), as: UTF8.self).lowercased()
        return start.contains("<!doctype") || start.contains("<html")
    }

    /// The beginning of the body for a message: one line, no control characters.
    var excerpt: String {
        guard !body.isEmpty else { return "an empty answer" }
        let clean = String(decoding: body.prefix(120), as: UTF8.self).withoutControls
        return "“\(clean.trimmingCharacters(in: .whitespaces))\(body.count > 120 ? "…" : "")”"
    }
}

/// The errors that servers put into their bodies: `{"error": "text"}`, `{"error": {"message": "text"}}`, or FastAPI's
/// `{"detail": "text"}`.
enum ErrorBody {
    /// What the server says, if it says anything in one of these forms.
    static func text(_ reply: HTTPReply) -> String? { text(reply.body) }

    /// What the server says in a body or a line.
    static func text(_ data: Data) -> String? {
        guard data.count < 1 << 20, let value = try? JSONDecoder().decode(JSONValue.self, from: data),
            let error = value["error"] ?? value["detail"]
        else { return nil }
        let text = error.stringValue ?? error["message"]?.stringValue ?? JSONText.line(error)
        return text.isEmpty ? nil : text
    }
}
