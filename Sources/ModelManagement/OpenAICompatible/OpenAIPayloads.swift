import PromptChainCore

/// What servers with OpenAI's API send, as far as it is read here. Servers differ in what they leave out.
enum OpenAIPayload {
    /// One event of a streamed `/v1/chat/completions`.
    struct ChatChunk: Decodable {
        var choices: [Choice]?
        var usage: Usage?
        /// Only llama.cpp. Milliseconds, with fractions.
        var timings: Timings?
    }

    /// A part of the answer.
    struct Choice: Decodable {
        var delta: Delta?
        /// The whole answer, where it was not asked for in pieces.
        var message: Delta?
        var finishReason: String?

        private enum CodingKeys: String, CodingKey {
            case delta, message, finishReason = "finish_reason"
        }
    }

    /// What is added to the answer.
    struct Delta: Decodable {
        var content: String?
        var reasoningContent: String?
        /// The same under vLLM's newer name.
        var reasoning: String?
        var toolCalls: [ToolCallPart]?

        private enum CodingKeys: String, CodingKey {
            case content, reasoning, reasoningContent = "reasoning_content", toolCalls = "tool_calls"
        }
    }

    /// A part of a call of a tool, or a whole one. What stands in the first part may be left out of the others.
    struct ToolCallPart: Decodable {
        var index: Int?
        var id: String?
        var function: Function?

        struct Function: Decodable {
            var name: String?
            /// Text of a JSON object, or a piece of it; some servers send the object itself.
            var arguments: JSONValue?
        }
    }

    /// How many tokens were used.
    struct Usage: Decodable {
        var promptTokens: Int?
        var completionTokens: Int?

        private enum CodingKeys: String, CodingKey {
            case promptTokens = "prompt_tokens", completionTokens = "completion_tokens"
        }
    }

    /// What llama.cpp measured.
    struct Timings: Decodable {
        var promptN: Int?
        var promptMS: Double?
        var predictedN: Int?
        var predictedMS: Double?

        private enum CodingKeys: String, CodingKey {
            case promptN = "prompt_n", promptMS = "prompt_ms", predictedN = "predicted_n", predictedMS = "predicted_ms"
        }
    }

    /// `GET /v1/models`.
    struct Models: Decodable {
        var data: [Model]
    }

    /// One model of the list.
    struct Model: Decodable {
        var id: String
        var aliases: [String]?
        var ownedBy: String?
        /// Only llama.cpp; `null` while the model is being loaded.
        var meta: Meta?

        private enum CodingKeys: String, CodingKey {
            case id, aliases, meta, ownedBy = "owned_by"
        }
    }

    /// What llama.cpp tells about the weights.
    struct Meta: Decodable {
        var trainedContext: Int?
        var context: Int?
        /// The size of the weights, in bytes.
        var size: Int64?
        var parameters: Int64?
        var embedding: Int?
        var quantization: String?

        private enum CodingKeys: String, CodingKey {
            case trainedContext = "n_ctx_train", context = "n_ctx", size, parameters = "n_params"
            case embedding = "n_embd", quantization = "ftype"
        }
    }
}
