/// A refusal with the status and the text of the real server.
struct APIError: Error, Sendable, Equatable {
    var status: Int
    var text: String

    /// A refusal.
    init(_ status: Int, _ text: String) {
        self.status = status
        self.text = text
    }

    /// What stands for a runner that was not given.
    init(_ refusal: RunnerRefusal, model: String) {
        switch refusal {
        case .queueFull: self.init(503, "server busy, please try again.  maximum pending requests exceeded")
        case .canceled: self.init(499, "request canceled")
        case .stopping: self.init(500, "server is shutting down")
        case .loadFailed(let text): self.init(500, text)
        case .defective(.missing): self.init(404, "model \"\(model)\" not found, try pulling it first")
        case .defective(.garbage): self.init(500, "invalid file magic")
        case .defective(.truncated):
            self.init(500, "tensor \"blk.8.attn_q.weight\" offset+size (50086720) exceeds file size (50000000)")
        }
    }

    /// The JSON body.
    var body: JSONValue { .members(["error": .string(text)]) }

    /// The JSON body in OpenAI's shape.
    var openAIBody: JSONValue {
        let kind =
            switch status {
            case 400: "invalid_request_error"
            case 404: "not_found_error"
            default: "api_error"
            }
        return .members([
            "error": .members(["message": .string(text), "type": .string(kind), "param": .null, "code": .null])
        ])
    }
}
