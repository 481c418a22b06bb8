/// The `options` of a request, over those of the model's Modelfile.
struct RequestOptions: Sendable {
    /// What belongs to the runner.
    var runner: RunnerOptions
    var seed: Int64?
    /// `num_predict`; `nil` for as much as the model writes.
    var limit: Int?
    var stops: [String] = []

    private enum Kind { case integer, float, bool, strings }

    private static let kinds: [String: Kind] = [
        "num_ctx": .integer, "num_batch": .integer, "num_gpu": .integer, "main_gpu": .integer, "use_mmap": .bool,
        "num_thread": .integer, "draft_num_predict": .integer, "num_keep": .integer, "seed": .integer,
        "num_predict": .integer, "top_k": .integer, "top_p": .float, "min_p": .float, "typical_p": .float,
        "repeat_last_n": .integer, "temperature": .float, "repeat_penalty": .float, "presence_penalty": .float,
        "frequency_penalty": .float, "stop": .strings,
    ]

    /// The options of a request. Unknown ones are ignored.
    /// - Throws: ``APIError`` with status 500 when an option has the wrong type.
    init(_ options: JSONValue?, model: SimulatedModel, defaultContext: Int, shift: Bool?) throws(APIError) {
        runner = RunnerOptions(context: defaultContext)
        runner.shiftsContext = shift ?? true
        stops = model.parameters.filter { $0.name == "stop" }.map(\.value)
        for parameter in model.parameters {
            if let number = Double(parameter.value) { apply(parameter.name, .number(number)) }
        }
        for option in options?.members ?? [] where option.value != .null {
            guard let kind = Self.kinds[option.key] else { continue }
            try Self.check(option, kind)
            if option.key == "stop" {
                stops = option.value.elements?.compactMap(\.text) ?? []
            } else {
                apply(option.key, option.value)
            }
        }
    }

    private mutating func apply(_ name: String, _ value: JSONValue) {
        let number = value.int.flatMap { Int(exactly: $0) }
        switch name {
        case "num_ctx":
            runner.context = number ?? runner.context
            runner.isContextAutomatic = false
        case "num_batch": runner.batch = number
        case "num_gpu": runner.gpuLayers = number ?? -1
        case "main_gpu": runner.mainGPU = number
        case "use_mmap": runner.useMmap = value.bool
        case "num_thread": runner.threads = number ?? 0
        case "seed": seed = value.int
        case "num_predict": limit = number.flatMap { $0 > 0 ? $0 : nil }
        default: break
        }
    }

    private static func check(_ option: JSONMember, _ kind: Kind) throws(APIError) {
        let isRight =
            switch (kind, option.value) {
            case (.integer, .integer), (.integer, .number), (.float, .integer), (.float, .number), (.bool, .bool): true
            case (.strings, .array): true
            default: false
            }
        guard isRight else {
            let type =
                switch kind {
                case .integer: "integer"
                case .float: "float32"
                case .bool: "boolean"
                case .strings: "array"
                }
            throw APIError(500, "option \"\(option.key)\" must be of type \(type)")
        }
        if kind == .strings, option.value.elements?.allSatisfy({ $0.text != nil }) == false {
            throw APIError(500, "option \"\(option.key)\" must be of an array of strings")
        }
    }
}
