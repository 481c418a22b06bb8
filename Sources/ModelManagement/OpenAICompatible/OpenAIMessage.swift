import PromptChainCore

/// Messages as OpenAI's API writes them.
enum OpenAIMessage {
    /// Messages on the wire. Pictures go into the content as data addresses; arguments of calls are a text. What a tool
    /// answers is text alone in this API: its pictures are shown by the user, behind the answers to all calls.
    static func wire(_ messages: [ChatMessage]) -> [JSONValue] {
        var wires: [JSONValue] = []
        var pictures: [String] = []
        func showPictures() {
            guard !pictures.isEmpty else { return }
            let text = pictures.count == 1 ? "The picture that the tool gave:" : "The pictures that the tools gave:"
            wires.append(wire(ChatMessage(role: "user", content: text, images: pictures)))
            pictures = []
        }
        for var message in messages {
            if message.role == "tool" {
                pictures += message.images
                message.images = []
            } else {
                showPictures()
            }
            wires.append(wire(message))
        }
        showPictures()
        return wires
    }

    private static func wire(_ message: ChatMessage) -> JSONValue {
        var members: [String: JSONValue] = ["role": .string(message.role), "content": content(of: message)]
        if !message.toolCalls.isEmpty { members["tool_calls"] = .array(message.toolCalls.map(call)) }
        members["tool_call_id"] = message.toolCallID.map { .string($0) }
        return .object(members)
    }

    private static func content(of message: ChatMessage) -> JSONValue {
        guard !message.images.isEmpty else { return .string(message.content) }
        let pictures = message.images.map { image -> JSONValue in
            let address = "data:\(ChatMessage.pictureKind(of: image));base64,\(image)"
            return ["type": "image_url", "image_url": ["url": .string(address)]]
        }
        return .array([["type": "text", "text": .string(message.content)]] + pictures)
    }

    private static func call(_ call: ToolCall) -> JSONValue {
        [
            "id": .string(call.id), "type": "function",
            "function": ["name": .string(call.name), "arguments": .string(JSONText.line(call.arguments))],
        ]
    }
}
