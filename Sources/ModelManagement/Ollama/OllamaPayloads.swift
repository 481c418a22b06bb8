import Foundation
import PromptChainCore

/// What Ollama sends, exactly as it stands on the wire. Everything that an older server leaves out is optional.
enum OllamaPayload {
    /// `GET /api/version`.
    struct Version: Decodable {
        var version: String
    }

    /// `GET /api/ps`.
    struct Loaded: Decodable {
        var models: [LoadedModel]
    }

    /// One model in memory.
    struct LoadedModel: Decodable {
        var name: String
        var digest: String?
        /// Weights, cache and buffers, CPU and GPU together, in bytes.
        var size: Int64?
        /// The part in GPU memory, in bytes; 0 without a GPU.
        var sizeVRAM: Int64?
        /// Since v0.11.
        var contextLength: Int?
        var expiresAt: String?
        var details: Details?

        private enum CodingKeys: String, CodingKey {
            case name, digest, size, details, sizeVRAM = "size_vram", contextLength = "context_length"
            case expiresAt = "expires_at"
        }
    }

    /// `GET /api/tags`. A server without models sends `null` in some versions.
    struct Installed: Decodable {
        var models: [InstalledModel]?
    }

    /// One model on disk.
    struct InstalledModel: Decodable {
        var name: String
        var digest: String?
        var size: Int64?
        var modifiedAt: String?
        var details: Details?
        /// Since v0.30.
        var capabilities: [String]?

        private enum CodingKeys: String, CodingKey {
            case name, digest, size, details, capabilities, modifiedAt = "modified_at"
        }
    }

    /// What is known about the weights.
    struct Details: Decodable {
        var format: String?
        var family: String?
        var parameterSize: String?
        var quantizationLevel: String?
        var contextLength: Int?

        private enum CodingKeys: String, CodingKey {
            case format, family, parameterSize = "parameter_size", quantizationLevel = "quantization_level"
            case contextLength = "context_length"
        }
    }

    /// `POST /api/show`.
    struct Show: Decodable {
        var modelfile: String?
        /// The model's own settings as text, one a line: `num_ctx                        2048`.
        var parameters: String?
        var details: Details?
        var modelInfo: ModelInfo?
        var capabilities: [String]?
        var modifiedAt: String?

        /// Whether nothing of all this was told, as when the answer is some other server's JSON.
        var isEmpty: Bool {
            modelfile == nil && parameters == nil && details == nil && modelInfo == nil && capabilities == nil
        }

        private enum CodingKeys: String, CodingKey {
            case modelfile, parameters, details, capabilities, modelInfo = "model_info", modifiedAt = "modified_at"
        }
    }

    /// The answer to a load or an unload, and the last line of a generation.
    struct Done: Decodable {
        var doneReason: String?

        private enum CodingKeys: String, CodingKey {
            case doneReason = "done_reason"
        }
    }

    /// One line of a streamed `/api/chat`. Durations are nanoseconds.
    struct ChatLine: Decodable {
        var message: Message?
        var done: Bool?
        var doneReason: String?
        var loadDuration: Int64?
        var promptEvalCount: Int?
        var promptEvalDuration: Int64?
        var evalCount: Int?
        var evalDuration: Int64?
        var error: String?

        private enum CodingKeys: String, CodingKey {
            case message, done, error, doneReason = "done_reason", loadDuration = "load_duration"
            case promptEvalCount = "prompt_eval_count", promptEvalDuration = "prompt_eval_duration"
            case evalCount = "eval_count", evalDuration = "eval_duration"
        }
    }

    /// A part of the answer.
    struct Message: Decodable {
        var content: String?
        var thinking: String?
        var toolCalls: [ToolCall]?

        private enum CodingKeys: String, CodingKey {
            case content, thinking, toolCalls = "tool_calls"
        }
    }

    /// A tool that the model asks for. Older servers give no `id`.
    struct ToolCall: Decodable {
        var id: String?
        var function: Function

        struct Function: Decodable {
            var name: String
            var arguments: JSONValue?
        }
    }

    /// One line of a pull.
    struct PullLine: Decodable {
        var status: String?
        var completed: Int64?
        var total: Int64?
        var error: String?
    }
}

extension OllamaPayload.ChatLine {
    /// A line that holds a piece of text and nothing else of interest, as nearly all do; `nil` for every other. A decoder
    /// would take ten times as long.
    init?(plain data: Data) {
        guard case .object(let line)? = JSONScanner.value(of: data), line["error"] == nil, line["detail"] == nil,
            line["done"] == .bool(false), case .object(let message)? = line["message"], message["tool_calls"] == nil,
            case .string(let content)? = message["content"]
        else { return nil }
        var found = OllamaPayload.Message(content: content)
        switch message["thinking"] {
        case .string(let thinking)?: found.thinking = thinking
        case nil, .null?: break
        default: return nil
        }
        self.init(message: found, done: false)
    }
}

extension OllamaPayload.Installed {
    private enum CodingKeys: CodingKey {
        case models
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        // Some other server's JSON must not look like an Ollama without models.
        guard container.contains(.models) else {
            throw DecodingError.keyNotFound(
                CodingKeys.models, .init(codingPath: container.codingPath, debugDescription: "no models"))
        }
        models = try container.decodeIfPresent([OllamaPayload.InstalledModel].self, forKey: .models)
    }
}

extension OllamaPayload {
    /// The `model_info` of a model: the header of its weights. The tokenizer's tables are left out, they are over 1 MB.
    struct ModelInfo: Decodable {
        var values: [String: JSONValue]

        private struct Key: CodingKey {
            var stringValue: String
            var intValue: Int? { nil }

            init(stringValue: String) {
                self.stringValue = stringValue
            }

            init?(intValue: Int) {
                return nil
            }
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            values = [:]
            for key in container.allKeys where !key.stringValue.hasPrefix("tokenizer.") {
                values[key.stringValue] = try container.decode(JSONValue.self, forKey: key)
            }
        }

        init(values: [String: JSONValue]) {
            self.values = values
        }
    }
}
