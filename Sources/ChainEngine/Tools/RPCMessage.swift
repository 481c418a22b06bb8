import Foundation
import PromptChainCore

/// A message of JSON-RPC 2.0, as it comes from a tool server.
enum RPCMessage: Equatable, Sendable {
    /// The server wants something.
    case request(id: JSONValue, method: String, params: JSONValue?)
    /// The server tells something.
    case notification(method: String, params: JSONValue?)
    /// What a request of ours gave.
    case result(id: JSONValue, JSONValue)
    /// Why a request of ours failed; without an identifier when the server could not read it.
    case failure(id: JSONValue?, RPCError)

    /// Reads a text: one message, or a list of them as the oldest servers send. What is no message is left out.
    static func read(_ text: Data) -> [RPCMessage] {
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: text) else { return [] }
        return (value.arrayValue ?? [value]).compactMap(read)
    }

    /// Reads a text.
    static func read(_ text: String) -> [RPCMessage] { read(Data(text.utf8)) }

    private static func read(_ value: JSONValue) -> RPCMessage? {
        let id = value["id"]?.unlessNull
        if let method = value["method"]?.stringValue {
            return id.map { .request(id: $0, method: method, params: value["params"]) }
                ?? .notification(method: method, params: value["params"])
        }
        if let error = value["error"] { return .failure(id: id, RPCError(error)) }
        guard let id, let result = value["result"] else { return nil }
        return .result(id: id, result)
    }

    /// Whether this is the answer to a request. Some servers give a number back as text.
    func answers(_ id: Int) -> Bool {
        switch self {
        case .result(let other, _), .failure(.some(let other), _):
            other.integerValue == Int64(id) || other.stringValue == String(id)
        default: false
        }
    }

    /// The number of the request that this answers, where it is one of ours.
    var answeredID: Int? {
        switch self {
        case .result(let id, _), .failure(.some(let id), _):
            id.integerValue.map { Int($0) } ?? id.stringValue.flatMap { Int($0) }
        default: nil
        }
    }
}

extension JSONValue {
    /// The value; nothing for `null`.
    var unlessNull: JSONValue? { self == .null ? Optional.none : self }
}

/// An error of JSON-RPC.
struct RPCError: Error, Equatable, Sendable {
    var code: Int
    var message: String
    var data: JSONValue?

    init(code: Int, message: String, data: JSONValue? = nil) {
        self.code = code
        self.message = message
        self.data = data
    }

    init(_ value: JSONValue) {
        code = value["code"]?.integerValue.map { Int($0) } ?? 0
        let text = value["message"]?.stringValue ?? value.stringValue ?? JSONText.line(value)
        message = String(text.prefix(2000))
        data = value["data"]
    }

    /// The version of the protocol is none that the server speaks.
    static let unsupportedVersion = -32022

    /// The versions that the server speaks, where it says so.
    var supportedVersions: [String]? { data?["supported"]?.arrayValue?.compactMap(\.stringValue) }
}

/// A message that is sent to a tool server.
struct RPCRequest: Sendable {
    /// Its number; `nil` for a notification.
    var id: Int?
    var method: String
    var params: [String: JSONValue]?

    /// The message as one line.
    var text: String {
        var members: [String: JSONValue] = ["jsonrpc": "2.0", "method": .string(method)]
        members["id"] = id.map { .integer(Int64($0)) }
        members["params"] = params.map { .object($0) }
        return JSONText.line(JSONValue.object(members))
    }

    /// The answer to a request of the server: an empty result for a `ping`, an error for everything else, since nothing
    /// else is offered.
    static func answer(to id: JSONValue, method: String) -> String {
        var members: [String: JSONValue] = ["jsonrpc": "2.0", "id": id]
        if method == "ping" {
            members["result"] = [:]
        } else {
            members["error"] = ["code": -32601, "message": .string("\(method) is not offered by this client")]
        }
        return JSONText.line(JSONValue.object(members))
    }
}
