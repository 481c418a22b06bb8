import PromptChainCore

/// How many models a router holds, and when it loads one. Source: `GET /props` of a router.
public struct RouterLimits: Equatable, Sendable {
    /// The most models that it holds at a time (`--models-max`); `nil` for any number.
    public var maxModels: Int?
    /// Whether a request to a model that is not loaded makes the router load it.
    public var loadsOnRequest: Bool

    /// Limits.
    public init(maxModels: Int? = nil, loadsOnRequest: Bool = true) {
        self.maxModels = maxModels
        self.loadsOnRequest = loadsOnRequest
    }

    init(_ props: JSONValue) {
        let most = props["max_instances"]?.integerValue ?? 0
        maxModels = (1...Int64(Int32.max)).contains(most) ? Int(most) : nil
        loadsOnRequest = props["models_autoload"]?.boolValue ?? true
    }
}

/// A model as a router lists it.
struct RouterModel: Equatable, Sendable {
    /// How the server of a model stands.
    enum State: String, Sendable {
        case unloaded, loading, loaded
        /// Its server runs, and has given the memory back until the next request.
        case sleeping
        case downloading, downloaded
    }

    /// The name in the router's spelling.
    var id: String
    var aliases: [String]
    var state: State
    /// Whether the last load failed.
    var hasFailed: Bool
    /// What its server ended with, after a load that failed.
    var exitCode: Int64?
    /// How far the load has come, 0…1.
    var share: Double?
    /// What the server of the model is started with.
    var arguments: [String]
    /// What is told only while it is loaded.
    var facts: RouterFacts?
    /// Whether it can be shown pictures, where the router tells.
    var seesPictures: Bool?

    /// - Returns: `nil` for what is no entry of a router's list.
    init?(_ entry: JSONValue) {
        guard let id = entry["id"]?.filledString, let status = entry["status"],
            let state = status["value"]?.stringValue
        else { return nil }
        self.id = id
        // A state of a newer version is one in which the model cannot be used.
        self.state = State(rawValue: state) ?? .unloaded
        aliases = entry["aliases"]?.arrayValue?.compactMap(\.filledString) ?? []
        hasFailed = status["failed"]?.boolValue ?? false
        exitCode = status["exit_code"]?.integerValue
        share = status["progress"].flatMap(RouterEvent.share)
        arguments = status["args"]?.arrayValue?.compactMap(\.stringValue) ?? []
        facts = entry["meta"].flatMap(RouterFacts.init)
        seesPictures = entry["architecture"]?["input_modalities"]?.arrayValue?.contains("image")
    }

    /// Whether it counts for `--models-max`.
    var isRunning: Bool { [.loading, .loaded, .sleeping].contains(state) }

    /// The context that its server is started with, in tokens; `nil` when the model's own counts.
    var presetContext: Int? {
        for (flag, value) in zip(arguments, arguments.dropFirst()) where flag == "--ctx-size" || flag == "-c" {
            return Int64(value).flatMap { JSONValue.integer($0).tokenCount }
        }
        return nil
    }

    /// The port of its server: another one after every load.
    var port: String {
        zip(arguments, arguments.dropFirst()).first { $0.0 == "--port" }?.1 ?? ""
    }
}

/// What a router tells about a model while it is loaded, and what stays true afterwards.
struct RouterFacts: Equatable, Sendable {
    /// The longest context that it was trained for, in tokens.
    var trainedContext: Int?
    /// The context that its server has allocated, in tokens.
    var context: Int?
    /// The size of the weights, in bytes.
    var sizeBytes: Int64?
    var parameterCount: Int64?
    var quantization: String?
    /// The context of one request, in tokens, and the port of the server that it was read from.
    var slot: Slot?

    /// The context of one request.
    struct Slot: Equatable, Sendable {
        var context: Int
        var port: String
    }

    init?(_ meta: JSONValue) {
        guard case .object = meta else { return nil }
        trainedContext = meta["n_ctx_train"]?.tokenCount
        context = meta["n_ctx"]?.tokenCount
        sizeBytes = meta["size"]?.byteCount
        parameterCount = meta["n_params"]?.byteCount
        quantization = meta["ftype"]?.filledString
    }
}
