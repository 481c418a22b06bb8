/// The fields of a request and their types, checked in the way of Go's decoder and with its texts.
struct RequestSchema {
    /// Types of fields.
    enum Kind {
        case string, bool, int, options, raw, keepAlive, think, messages, tools, images, context, stringMap, number
        /// Any list, by the name of its Go type.
        case list(String)
    }

    /// The name of the Go type.
    let name: String
    let fields: [String: Kind]

    /// The fields of a body, under their right names; those that are `null` are left out.
    /// - Throws: ``APIError`` with status 400.
    func decode(_ body: [UInt8]) throws(APIError) -> RequestFields {
        let root: JSONValue
        do {
            root = try JSONReader.read(body)
        } catch {
            switch error {
            case .empty: throw APIError(400, "missing request body")
            case .syntax(let text): throw APIError(400, text)
            }
        }
        if root == .null { return RequestFields(values: [:]) }
        guard let members = root.members else {
            throw APIError(400, "json: cannot unmarshal \(root.goKind) into Go value of type api.\(name)")
        }
        var values: [String: JSONValue] = [:]
        var mismatch: String?
        for member in members where member.value != .null {
            guard let (key, kind) = field(member.key) else { continue }
            if let type = try check(member.value, kind, key) {
                mismatch =
                    mismatch
                    ?? "json: cannot unmarshal \(type.found) into Go struct field \(name).\(key) of type \(type.wanted)"
            } else {
                values[key] = member.value
            }
        }
        // Go goes on after a wrong type and reports the first one at the end.
        if let mismatch { throw APIError(400, mismatch) }
        return RequestFields(values: values)
    }

    private func field(_ key: String) -> (String, Kind)? {
        if let kind = fields[key] { return (key, kind) }
        return fields.first { $0.key.lowercased() == key.lowercased() }.map { ($0.key, $0.value) }
    }

    private func check(
        _ value: JSONValue, _ kind: Kind, _ key: String
    ) throws(APIError) -> (found: String, wanted: String)? {
        switch (kind, value) {
        case (.raw, _), (.string, .string), (.bool, .bool), (.int, .integer), (.number, .integer), (.number, .number),
            (.options, .object), (.list, .array), (.tools, .array):
            return nil
        case (.int, .number(let number)): return ("number \(JSONValue.number(number).serialized)", "int")
        case (.keepAlive, _):
            do { _ = try KeepAlive(value) } catch { throw APIError(400, error.text) }
            return nil
        case (.think, _):
            try checkThink(value)
            return nil
        case (.messages, .array(let elements)):
            for element in elements { try checkMessage(element) }
            return nil
        case (.context, .array(let elements)): return elements.first { $0.int == nil }.map { ($0.goKind, "int") }
        case (.images, .array(let elements)): return elements.first { $0.text == nil }.map { ($0.goKind, "[]uint8") }
        case (.stringMap, .object(let members)):
            return members.first { $0.value.text == nil }.map { ($0.value.goKind, "string") }
        default: return (value.goKind, goType(kind))
        }
    }

    private func goType(_ kind: Kind) -> String {
        switch kind {
        case .string: "string"
        case .bool: "bool"
        case .int: "int"
        case .number: "float64"
        case .options: "map[string]interface {}"
        case .messages: "[]api.Message"
        case .tools: "api.Tools"
        case .images: "[]api.ImageData"
        case .context: "[]int"
        case .stringMap: "map[string]string"
        case .list(let type): type
        case .raw, .keepAlive, .think: "interface {}"
        }
    }

    private func checkThink(_ value: JSONValue) throws(APIError) {
        switch value {
        case .bool: return
        case .string(let level):
            guard ["high", "medium", "low", "max"].contains(level) else {
                throw APIError(
                    400,
                    "invalid think value: \(JSONValue.string(level).serialized) "
                        + #"(must be "high", "medium", "low", "max", true, or false)"#)
            }
        default:
            throw APIError(
                400, #"think must be a boolean or string ("high", "medium", "low", "max", true, or false)"#)
        }
    }

    private func checkMessage(_ element: JSONValue) throws(APIError) {
        if element == .null { return }
        guard let members = element.members else {
            throw APIError(400, "json: cannot unmarshal \(element.goKind) into Go value of type api.Alias")
        }
        for member in members where member.value != .null {
            let wanted: String? =
                switch (member.key.lowercased(), member.value) {
                case ("role", .string), ("content", .string), ("thinking", .string), ("tool_name", .string),
                    ("tool_call_id", .string), ("images", .array), ("tool_calls", .array):
                    nil
                case ("role", _), ("content", _), ("thinking", _), ("tool_name", _), ("tool_call_id", _): "string"
                case ("images", _): "[]api.ImageData"
                case ("tool_calls", _): "[]api.ToolCall"
                default: nil
                }
            if let wanted {
                throw APIError(
                    400,
                    "json: cannot unmarshal \(member.value.goKind) into Go struct field Alias.\(member.key.lowercased()) "
                        + "of type \(wanted)")
            }
        }
    }
}

/// The checked fields of a request.
struct RequestFields: Sendable {
    let values: [String: JSONValue]

    /// A text; empty when it is missing.
    func text(_ key: String) -> String { values[key]?.text ?? "" }

    /// A flag; `nil` when it is missing.
    func bool(_ key: String) -> Bool? { values[key]?.bool }

    /// A value of any type.
    subscript(key: String) -> JSONValue? { values[key] }

    /// The keep-alive; `nil` when it is missing.
    var keepAlive: KeepAlive? { values["keep_alive"].flatMap { try? KeepAlive($0) } }

    /// Whether the answer is a stream: the default.
    var streams: Bool { bool("stream") ?? true }
}
