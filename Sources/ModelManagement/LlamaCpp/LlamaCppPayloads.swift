/// What a `llama-server` sends beside OpenAI's API.
enum LlamaCppPayload {
    /// `GET /props`.
    struct Props: Decodable {
        /// `router` for a server that starts other servers for its models.
        var role: String?
        var modelAlias: String?
        var modelPath: String?
        var buildInfo: String?
        var settings: Settings?
        var modalities: Modalities?

        private enum CodingKeys: String, CodingKey {
            case role, modelAlias = "model_alias", modelPath = "model_path", buildInfo = "build_info"
            case settings = "default_generation_settings", modalities
        }
    }

    /// What can stand in a prompt beside text.
    struct Modalities: Decodable {
        var vision: Bool?
    }

    /// The settings of a slot.
    struct Settings: Decodable {
        /// The context of one slot, in tokens.
        var context: Int?

        private enum CodingKeys: String, CodingKey {
            case context = "n_ctx"
        }
    }
}

/// The one model of a `llama-server`, and the names that it answers to.
struct ServedModel: Equatable {
    /// The name by which it is shown.
    var name: String
    /// Everything that it may be called.
    var names: Set<String>

    init(_ model: OpenAIPayload.Model, _ props: LlamaCppPayload.Props?) {
        let id = Self.stem(model.id)
        name = props?.modelAlias.flatMap { $0.isEmpty ? nil : Self.stem($0) } ?? id
        var all = [model.id, id, name] + (model.aliases ?? [])
        if let path = props?.modelPath { all.append(Self.stem(path)) }
        names = Set(all.map { $0.lowercased() })
    }

    /// Whether a name means this model. `any` and `default` do, whatever it is.
    func answers(to asked: String) -> Bool {
        let short = Self.stem(asked.lowercased())
        return names.contains(asked.lowercased()) || names.contains(short) || ["any", "default"].contains(short)
    }

    /// A file's name without its folder and `.gguf`.
    private static func stem(_ path: String) -> String {
        let last = path.split(separator: "/").last.map(String.init) ?? path
        return last.lowercased().hasSuffix(".gguf") ? String(last.dropLast(5)) : last
    }
}
