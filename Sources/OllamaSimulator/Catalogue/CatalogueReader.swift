/// Reads the text of a catalogue file and gathers every fault before it gives up.
struct CatalogueReader {
    private var faults: [String] = []

    private static let capabilities = ["completion", "tools", "vision", "insert", "thinking", "embedding"]
    private static let keys: Set<String> = [
        "name", "size", "family", "parameter_size", "parameters_billion", "quantization", "layers", "embedding",
        "heads", "kv_heads", "head_length", "context", "vocabulary", "feed_forward", "sliding_window", "global_every",
        "capabilities", "active_share", "installed", "weights", "digest", "parameters", "system", "template", "defect",
    ]

    /// The models of a catalogue text.
    static func models(in text: String) throws -> [SimulatedModel] {
        let root: JSONValue
        do {
            root = try JSONReader.read(text.utf8)
        } catch .empty {
            throw SimulatorError("the catalogue is empty", hint: "write {\"models\": […]}")
        } catch .syntax(let fault) {
            throw SimulatorError("the catalogue is no JSON: \(fault)")
        }
        guard let list = root["models"]?.elements else {
            throw SimulatorError("the catalogue has no list \"models\"", hint: "write {\"models\": […]}")
        }
        var reader = CatalogueReader()
        var models: [SimulatedModel] = []
        for (index, entry) in list.enumerated() {
            if let model = reader.model(entry, place: "models[\(index)]") { models.append(model) }
        }
        var seen: Set<String> = []
        for model in models where !seen.insert(ModelName(model.name).key).inserted {
            reader.faults.append("\(model.name): the name occurs twice")
        }
        guard reader.faults.isEmpty else {
            throw SimulatorError("the catalogue has faults:\n  " + reader.faults.joined(separator: "\n  "))
        }
        return models
    }

    private mutating func model(_ entry: JSONValue, place: String) -> SimulatedModel? {
        guard let members = entry.members else {
            faults.append("\(place): a model must be an object")
            return nil
        }
        let place = entry["name"]?.text.map { "\(place) (\($0))" } ?? place
        for member in members where !Self.keys.contains(member.key) {
            faults.append("\(place): unknown key \"\(member.key)\"")
        }
        let known = faults.count
        let name = requiredName(entry, place)
        let bytes = size(entry["size"], place)
        let geometry = geometry(entry, place)
        let count = number(entry["parameters_billion"], "parameters_billion", place).map { Int64($0 * 1e9) }
        let capabilities = capabilities(entry["capabilities"], place)
        let share = number(entry["active_share"], "active_share", place) ?? 1
        let defect = defect(entry["defect"], place)
        let parameters = parameters(entry["parameters"], place)
        let isInstalled = flag(entry["installed"], "installed", place) ?? true
        let texts = ["family", "parameter_size", "quantization", "weights", "digest", "system", "template"]
        let values = Dictionary(uniqueKeysWithValues: texts.map { ($0, text(entry[$0], $0, place)) })
        guard known == faults.count, let name, let bytes, let geometry else { return nil }
        // About 0.57 bytes a parameter: 4-bit weights with their scales.
        let parameterCount = count ?? Int64(Double(bytes) / 0.57)
        let tenths = (Double(parameterCount) / 1e8).rounded() / 10
        return SimulatedModel(
            name: name, fileBytes: bytes, family: values["family"].flatMap(\.self) ?? "llama",
            parameterSize: values["parameter_size"].flatMap(\.self) ?? "\(tenths)B", parameterCount: parameterCount,
            quantization: values["quantization"].flatMap(\.self) ?? "Q4_K_M", geometry: geometry,
            capabilities: capabilities, activeShare: min(max(share, 0.01), 1), isInstalled: isInstalled,
            weightsKey: values["weights"].flatMap(\.self), digest: values["digest"].flatMap(\.self),
            parameters: parameters, system: values["system"].flatMap(\.self),
            template: values["template"].flatMap(\.self) ?? "{{ .Prompt }}", defect: defect)
    }

    private mutating func requiredName(_ entry: JSONValue, _ place: String) -> String? {
        guard let text = entry["name"]?.text else {
            faults.append("\(place): \"name\" is required")
            return nil
        }
        let name = ModelName(text)
        guard name.isValid else {
            faults.append("\(place): \"\(text)\" is no model name")
            return nil
        }
        return name.shortest
    }

    private mutating func geometry(_ entry: JSONValue, _ place: String) -> SimulatedModel.Geometry? {
        let layers = positive(entry, "layers", place)
        let embedding = positive(entry, "embedding", place)
        let heads = positive(entry, "heads", place)
        let kvHeads = positive(entry, "kv_heads", place)
        let context = positive(entry, "context", place)
        let optional = ["head_length", "vocabulary", "feed_forward", "sliding_window", "global_every"]
        let values = Dictionary(
            uniqueKeysWithValues: optional.map { ($0, entry[$0] == nil ? nil : positive(entry, $0, place)) })
        guard let layers, let embedding, let heads, let kvHeads, let context else { return nil }
        return SimulatedModel.Geometry(
            layers: layers, embedding: embedding, heads: heads, kvHeads: kvHeads,
            headLength: values["head_length"].flatMap(\.self), contextMaximum: context,
            vocabulary: values["vocabulary"].flatMap(\.self) ?? 128_256,
            feedForward: values["feed_forward"].flatMap(\.self),
            slidingWindow: values["sliding_window"].flatMap(\.self),
            globalEvery: values["global_every"].flatMap(\.self) ?? 6)
    }

    private mutating func positive(_ entry: JSONValue, _ key: String, _ place: String) -> Int? {
        guard let value = entry[key] else {
            faults.append("\(place): \"\(key)\" is required")
            return nil
        }
        guard case .integer(let number) = value, number > 0, let result = Int(exactly: number) else {
            faults.append("\(place): \"\(key)\" must be a whole number above 0")
            return nil
        }
        return result
    }

    private mutating func size(_ value: JSONValue?, _ place: String) -> Int64? {
        switch value {
        case .integer(let bytes) where bytes > 0: return bytes
        case .string(let text):
            if let bytes = ByteCount.bytes(in: text), bytes > 0 { return bytes }
            faults.append("\(place): \"size\" must look like 4.92GB or 4.6GiB, not \"\(text)\"")
        case nil: faults.append("\(place): \"size\" is required")
        default: faults.append("\(place): \"size\" must be bytes or a text such as 4.92GB")
        }
        return nil
    }

    private mutating func capabilities(_ value: JSONValue?, _ place: String) -> [String] {
        guard let value else { return ["completion"] }
        guard let names = value.elements?.compactMap(\.text), names.count == value.elements?.count, !names.isEmpty
        else {
            faults.append("\(place): \"capabilities\" must be a list of names")
            return []
        }
        for name in names where !Self.capabilities.contains(name) {
            faults.append(
                "\(place): unknown capability \"\(name)\"; known: \(Self.capabilities.joined(separator: ", "))")
        }
        return names
    }

    private mutating func parameters(_ value: JSONValue?, _ place: String) -> [SimulatedModel.Parameter] {
        guard let value else { return [] }
        guard let members = value.members else {
            faults.append("\(place): \"parameters\" must be an object")
            return []
        }
        return members.flatMap { member -> [SimulatedModel.Parameter] in
            (member.value.elements ?? [member.value]).map {
                SimulatedModel.Parameter(member.key, $0.text ?? $0.serialized)
            }
        }
    }

    private mutating func defect(_ value: JSONValue?, _ place: String) -> SimulatedModel.Defect? {
        guard let value else { return nil }
        let defect = value.text.flatMap(SimulatedModel.Defect.init(rawValue:))
        if defect == nil { faults.append("\(place): \"defect\" must be truncated, garbage or missing") }
        return defect
    }

    private mutating func text(_ value: JSONValue?, _ key: String, _ place: String) -> String? {
        guard let value else { return nil }
        if value.text == nil { faults.append("\(place): \"\(key)\" must be a text") }
        return value.text
    }

    private mutating func number(_ value: JSONValue?, _ key: String, _ place: String) -> Double? {
        guard let value else { return nil }
        if value.double.map({ $0 > 0 }) != true { faults.append("\(place): \"\(key)\" must be a number above 0") }
        return value.double
    }

    private mutating func flag(_ value: JSONValue?, _ key: String, _ place: String) -> Bool? {
        guard let value else { return nil }
        if value.bool == nil { faults.append("\(place): \"\(key)\" must be true or false") }
        return value.bool
    }
}

/// Reads byte counts such as `4.92GB`.
enum ByteCount {
    /// Units and their bytes; `GB` is 10^9, `GiB` 2^30.
    private static let units: [(suffix: String, bytes: Double)] = [
        ("kib", 1024), ("mib", 1_048_576), ("gib", 1_073_741_824), ("tib", 1_099_511_627_776), ("kb", 1e3),
        ("mb", 1e6), ("gb", 1e9), ("tb", 1e12), ("b", 1), ("", 1),
    ]

    /// The bytes that a text names.
    static func bytes(in text: String) -> Int64? {
        let lower = text.trimmingWhitespace.lowercased()
        for unit in units where lower.hasSuffix(unit.suffix) {
            guard let number = Double(lower.dropLast(unit.suffix.count).trimmingWhitespace), number.isFinite,
                number >= 0
            else { return nil }
            return Int64(exactly: (number * unit.bytes).rounded())
        }
        return nil
    }
}
