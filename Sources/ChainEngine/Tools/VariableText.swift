/// Puts variables of the environment into the values of a tool server: `${NAME}`; `$${NAME}` is the text `${NAME}`.
/// That is done when the server is started, so that what they hold stands in no chain, record or message.
enum VariableText {
    /// The names of the variables in a text, in order.
    static func names(in text: String) -> [String] {
        pieces(of: text).compactMap { piece in
            if case .variable(let name) = piece { name } else { nil }
        }
    }

    /// A text with the variables' values.
    /// - Throws: `ToolFault` when the environment has no such variable.
    static func expand(_ text: String, _ environment: [String: String], server: String) throws(ToolFault) -> String {
        var result = ""
        for piece in pieces(of: text) {
            switch piece {
            case .plain(let part): result += part
            case .variable(let name):
                guard let value = environment[name] else {
                    throw ToolFault(
                        .unavailable,
                        "the tool server “\(server)” needs the variable \(name), and the environment has none",
                        hint: "Set it: export \(name)=…")
                }
                result += value
            }
        }
        return result
    }

    private enum Piece {
        case plain(String)
        case variable(String)
    }

    private static func pieces(of text: String) -> [Piece] {
        var pieces: [Piece] = []
        var rest = Substring(text)
        while let start = rest.firstRange(of: "${"), let end = rest[start.upperBound...].firstIndex(of: "}") {
            let name = rest[start.upperBound..<end]
            let after = rest.index(after: end)
            if rest[..<start.lowerBound].last == "$" {
                pieces.append(.plain(String(rest[..<start.lowerBound].dropLast()) + rest[start.lowerBound..<after]))
            } else if name.isEmpty || !name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }) {
                pieces.append(.plain(String(rest[..<after])))
            } else {
                pieces += [.plain(String(rest[..<start.lowerBound])), .variable(String(name))]
            }
            rest = rest[after...]
        }
        return pieces + [.plain(String(rest))]
    }
}

extension ToolServer {
    /// The server with the values of the variables that its own values name.
    /// - Throws: `ToolFault`.
    func expanded(_ environment: [String: String]) throws(ToolFault) -> ToolServer {
        var server = self
        switch transport {
        case .stdio(let command, let arguments, let own, let folder):
            var list: [String] = []
            for argument in arguments { list.append(try VariableText.expand(argument, environment, server: id)) }
            server.transport = .stdio(
                command: try VariableText.expand(command, environment, server: id), arguments: list,
                environment: try expanded(own, environment),
                folder: try folder.map { (text) throws(ToolFault) in
                    try VariableText.expand(text, environment, server: id)
                })
        case .http(let url, let headers, let caFile):
            server.transport = .http(
                url: try VariableText.expand(url, environment, server: id), headers: try expanded(headers, environment),
                caFile: try caFile.map { (text) throws(ToolFault) in
                    try VariableText.expand(text, environment, server: id)
                })
        }
        return server
    }

    private func expanded(
        _ values: [String: String], _ environment: [String: String]
    ) throws(ToolFault) -> [String: String] {
        var result: [String: String] = [:]
        for (name, value) in values { result[name] = try VariableText.expand(value, environment, server: id) }
        return result
    }
}
