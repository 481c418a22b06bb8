import Foundation
import ModelManagement
import PromptChainCore

/// Reads tool servers: the list of a chain file (`mcp_servers:`), or the form that other programs keep them in
/// (`mcpServers`: a mapping from names to servers), in the chain file or in a JSON file that it names.
struct ToolServerReader {
    /// The folder from which paths count; `nil` for that of this program.
    let folder: String?
    /// What `${NAME}` in values stands for. The values themselves are put in when a server is started.
    let environment: [String: String]

    static let keys = ["id", "type", "command", "args", "env", "cwd", "url", "headers", "ca_file", "timeout"]
    /// What other programs write for servers at an address.
    private static let webTypes = ["http", "streamable-http", "streamable_http", "streamableHttp", "sse"]

    /// - Parameter file: the chain file; paths count from its folder.
    init(file: String?, environment: [String: String] = ProcessInfo.processInfo.environment) {
        self.environment = environment
        folder = file.flatMap {
            $0.contains("/") ? URL(filePath: $0).deletingLastPathComponent().path(percentEncoded: false) : nil
        }
    }

    /// The servers, in the order of the file.
    func servers(from value: YAMLValue) -> [ToolServer] {
        let found: [(server: ToolServer, place: YAMLValue)]
        if value.isScalar {
            return value.text().map { imported(from: $0, at: value) } ?? []
        } else if value.isMapping {
            found = foreign(value)
        } else {
            found = (value.list() ?? []).compactMap { item in server(from: item).map { ($0, item) } }
        }
        var lines: [String: Int] = [:]
        for (server, place) in found {
            if let line = lines[server.id] {
                place.fault(
                    "two tool servers are called “\(server.id)”",
                    hint: "The other stands in line \(line). Rename one of them.")
            } else {
                lines[server.id] = place.line
            }
        }
        return found.map(\.server)
    }

    /// The tools that a step may use: names in a list, or one name.
    static func scope(from value: YAMLValue) -> [String]? {
        if value.isScalar { return value.text().map { [$0] } }
        return value.list()?.compactMap { $0.text() }
    }

    /// How often a model may ask for tools.
    static func rounds(from value: YAMLValue) -> Int? { value.integer(in: 1...100) }

    private func server(from value: YAMLValue) -> ToolServer? {
        guard let members = value.mapping(keys: Self.keys) else { return nil }
        let id = members.required("id")?.text()
        let timeout = members["timeout"].flatMap(ChainReader.timeLimit)
        guard let transport = transport(members), let id else { return nil }
        if id.allSatisfy(\.isWhitespace) { members["id"]?.fault("the name of a tool server is empty") }
        return ToolServer(id: id, transport: transport, timeout: timeout ?? ToolServer.usualTimeout)
    }

    private func transport(_ members: YAMLMapping) -> ToolServer.Transport? {
        let isWeb = members["type"].flatMap(isWeb)
        switch (members["command"], members["url"]) {
        case (let command?, nil):
            if isWeb == true { members["type"]?.fault("a server of this type has a url and no command") }
            return program(command, members)
        case (nil, let url?):
            if isWeb == false { members["type"]?.fault("a server of this type has a command and no url") }
            return address(url, members)
        case (nil, nil):
            members.value.fault(
                "“\(members.value.path)” has neither command nor url",
                hint: "Write command: for a program that is started, url: for a server at an address.")
        case (.some, let url?):
            url.fault("“\(members.value.path)” has a command and a url", hint: "Leave one of them out.")
        }
        return nil
    }

    private func isWeb(_ value: YAMLValue) -> Bool? {
        guard let type = value.text() else { return nil }
        if type == "stdio" { return false }
        if Self.webTypes.contains(type) { return true }
        let near = Nearest.match(type, in: ["stdio", "http"]).map { "Did you mean “\($0)”?" }
        value.fault("there is no type “\(type)” of tool servers", hint: near ?? "Known are stdio and http.")
        return nil
    }

    private func program(_ command: YAMLValue, _ members: YAMLMapping) -> ToolServer.Transport? {
        let words = texts(command.isList ? command.list() : [command]) + texts(members["args"]?.list())
        guard let name = words.first, !name.isEmpty else {
            if !command.isMapping { command.fault("“\(command.path)” is empty", hint: "Name the program.") }
            return nil
        }
        let own = members["cwd"]?.text().map { absolute($0) } ?? folder
        if let value = members["cwd"] { check(value) }
        return .stdio(
            command: name.contains("/") ? absolute(name, from: own) : name, arguments: Array(words.dropFirst()),
            environment: pairs(members["env"]), folder: own)
    }

    private func address(_ value: YAMLValue, _ members: YAMLMapping) -> ToolServer.Transport? {
        guard let url = value.text() else { return nil }
        check(value)
        if !url.hasPrefix("http://"), !url.hasPrefix("https://"), !url.hasPrefix("${") {
            value.fault("“\(value.path)” is no address", hint: "Write it as http://HOST:PORT/mcp.")
        }
        let headers = pairs(members["headers"])
        for entry in members["headers"]?.mapping()?.entries ?? []
        where entry.key.contains(where: { $0.isWhitespace || $0 == ":" })
            || headers[entry.key]?.contains(where: \.isNewline) == true
        {
            entry.value.fault("the header “\(entry.key)” cannot be sent", hint: "It must be one line.")
        }
        return .http(url: url, headers: headers, caFile: members["ca_file"].flatMap(certificates))
    }

    private func certificates(_ value: YAMLValue) -> String? {
        guard let text = value.text() else { return nil }
        check(value)
        let path = absolute(text)
        // A variable, or somebody's home, is known when the server is started.
        if !text.hasPrefix("~"), VariableText.names(in: text).isEmpty,
            !FileManager.default.isReadableFile(atPath: path)
        {
            value.fault("the file “\(text)” cannot be read", hint: "Paths count from the chain file's folder.")
        }
        return path
    }

    private func texts(_ values: [YAMLValue]?) -> [String] {
        (values ?? []).compactMap { value in
            check(value)
            return value.text()
        }
    }

    private func pairs(_ value: YAMLValue?) -> [String: String] {
        var pairs: [String: String] = [:]
        for entry in value?.mapping()?.entries ?? [] {
            check(entry.value)
            pairs[entry.key] = entry.value.text()
        }
        return pairs
    }

    // It is needed when the server is started, which may be on another day: here it is only a warning.
    private func check(_ value: YAMLValue) {
        guard value.isScalar, let text = value.rawText() else { return }
        for name in VariableText.names(in: text) where environment[name] == nil {
            let near = Nearest.match(name, in: environment.keys.sorted())
            value.fault(
                "the environment has no variable \(name)",
                hint: near.map { "Did you mean ${\($0)}?" } ?? "Set it before the chain runs.", severity: .warning)
        }
    }

    private func absolute(_ path: String, from base: String? = nil) -> String {
        guard let base = base ?? folder, !path.hasPrefix("/"), !path.hasPrefix("~"), !path.hasPrefix("${") else {
            return path
        }
        return URL(filePath: base, directoryHint: .isDirectory).appending(path: path).standardizedFileURL
            .path(percentEncoded: false)
    }
}

// MARK: - The form of other programs

extension ToolServerReader {
    /// What other programs keep in a server beside what is read here is theirs, and no fault.
    private func foreign(_ value: YAMLValue) -> [(server: ToolServer, place: YAMLValue)] {
        guard let members = value.mapping() else { return [] }
        let inner = members["mcpServers"] ?? members["servers"]
        guard let servers = inner?.mapping() ?? members.value.mapping() else { return [] }
        return servers.entries.compactMap { entry in
            guard let members = entry.value.mapping(), members["disabled"]?.bool() != true,
                let transport = transport(members)
            else { return nil }
            return (ToolServer(id: entry.key, transport: transport), entry.value)
        }
    }

    private func imported(from path: String, at value: YAMLValue) -> [ToolServer] {
        let file = absolute(path)
        switch ChainFileText.read(path: file, limit: ChainFile.byteLimit) {
        case .failure(let fault):
            value.fault("\(path): \(fault.message)", hint: "Paths count from the chain file's folder.")
            return []
        case .success(let text):
            let faults = FaultCollector(file: path)
            let root = YAMLDocument.parse(text, faults: faults)
            let reader = ToolServerReader(file: file, environment: environment)
            let servers = root.map { root in
                root.isMapping || root.isList ? reader.servers(from: root) : []
            }
            for fault in faults.faults {
                value.fault(
                    "\(path):\(fault.line):\(fault.column): \(fault.message)", hint: fault.hint,
                    severity: fault.severity)
            }
            if servers?.isEmpty ?? true, faults.faults.isEmpty {
                value.fault("\(path) holds no tool servers", hint: "It must have “mcpServers”.")
            }
            return servers ?? []
        }
    }
}

extension [ToolServer] {
    /// Reads servers from values, as a program that has no file gives them: `id`, `type`, `command`, `args`, `env`,
    /// `cwd`, `url`, `headers`, `ca_file`, `timeout`.
    /// - Throws: `PromptChainError.invalid` with everything that is wrong.
    init(values: [JSONValue]) throws(PromptChainError) {
        let faults = FaultCollector(file: "mcpServers")
        let text = JSONText.pretty(JSONValue.object(["servers": .array(values)]))
        let list = YAMLDocument.parse(text, faults: faults)?.mapping()?["servers"]
        self = values.isEmpty ? [] : list.map { ToolServerReader(file: nil).servers(from: $0) } ?? []
        let errors = faults.faults.filter { $0.severity == .error }
        guard errors.isEmpty else {
            let sentences = errors.map { fault in fault.message + (fault.hint.map { ". \($0)" } ?? "") }
            throw .invalid("mcpServers: " + sentences.joined(separator: "; "))
        }
    }
}

extension ChainReader {
    /// Reads the tool servers of a chain, and how often its models may ask for tools where a step does not say.
    func readTools(in members: YAMLMapping, into chain: inout Chain) {
        if let value = members["mcp_servers"] {
            chain.toolServers = ToolServerReader(file: faults.file).servers(from: value)
        }
        let rounds = members["max_tool_rounds"].flatMap(ToolServerReader.rounds)
        for index in chain.steps.indices where chain.steps[index].maxToolRounds == nil {
            chain.steps[index].maxToolRounds = rounds
        }
    }
}
