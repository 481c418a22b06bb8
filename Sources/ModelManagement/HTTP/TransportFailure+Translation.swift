import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

extension TransportFailure {
    /// What an error of the HTTP client means; `CancellationError` stays what it is.
    static func translate(_ error: any Error) -> any Error {
        if error is CancellationError || error is TransportFailure { return error }
        if let failure = error as? HTTPClientError {
            if failure == .cancelled { return Task.isCancelled ? CancellationError() : TransportFailure.closed }
            return client(failure)
        }
        return causes(of: error).lazy.compactMap(cause).first ?? .other(words(error))
    }

    private static func client(_ failure: HTTPClientError) -> TransportFailure {
        switch failure {
        case .tlsHandshakeTimeout: .tls("the server does not answer the handshake")
        case .connectTimeout, .getConnectionFromPoolTimeout:
            .noRoute("no connection within the time limit")
        case .remoteConnectionClosed, .uncleanShutdown, .requestStreamCancelled: .closed
        case .invalidURL, .emptyHost, .emptyScheme, .missingSocketPath: .badAddress("the address is not a URL")
        default: .other(failure.shortDescription)
        }
    }

    private static func cause(_ error: any Error) -> TransportFailure? {
        if let error = error as? IOError { return system(error.errnoCode) }
        if error is SocketAddressError.UnknownHost { return .hostNotFound }
        if error is HTTPClientError || error is ChannelError { return .closed }
        // An answer that breaks off is no answer in another language.
        if let error = error as? HTTPParserError { return error == .invalidEOFState ? .closed : .notHTTP }
        if error is NIOHTTPDecoderError { return .notHTTP }
        // The module of these types is not imported; their names are part of its API.
        return String(reflecting: type(of: error)).contains("NIOSSL") ? .tls(words(error)) : nil
    }

    private static func system(_ code: CInt) -> TransportFailure {
        switch code {
        case ECONNREFUSED: .refused
        case ECONNRESET, EPIPE, ECONNABORTED: .closed
        case ENETUNREACH, EHOSTUNREACH, ETIMEDOUT, ENETDOWN, EHOSTDOWN: .noRoute(text(code))
        default: .other(text(code))
        }
    }

    private static func text(_ code: CInt) -> String {
        switch code {
        case ENETUNREACH: "the network is unreachable"
        case EHOSTUNREACH: "no route to the host"
        case ETIMEDOUT: "no connection within the time limit"
        case EACCES, EPERM: "the system does not allow the connection"
        default: "system error \(code)"
        }
    }

    /// The error and those inside it: connecting to a host with several addresses fails once for each.
    private static func causes(of error: any Error, depth: Int = 0) -> [any Error] {
        guard depth < 4 else { return [error] }
        var found: [any Error] = []
        func walk(_ value: Any, _ level: Int) {
            if let inner = value as? any Error { found += causes(of: inner, depth: depth + 1) }
            guard level < 4 else { return }
            for child in Mirror(reflecting: value).children where !(child.value is any Error) || level > 0 {
                walk(child.value, level + 1)
            }
        }
        for child in Mirror(reflecting: error).children { walk(child.value, 1) }
        // A refused address says more than one that could not be looked up.
        return (found + [error]).sorted { rank($0) < rank($1) }
    }

    private static func rank(_ error: any Error) -> Int {
        error is IOError ? 0 : error is SocketAddressError.UnknownHost ? 1 : 2
    }

    private static func words(_ error: any Error) -> String {
        let text = String(describing: error).replacing("\n", with: " ")
        return text.count > 300 ? String(text.prefix(300)) + "…" : text
    }
}
