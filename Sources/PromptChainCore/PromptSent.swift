extension ChainEvent {
    /// One request to a model, as it is sent: a step has one, and a further one each time that tools have answered.
    public struct PromptSent: Equatable, Sendable {
        /// The step, counted from 1.
        public var step: Int
        /// Which request of the step it is, from 1. A step that is tried again begins anew.
        public var round: Int
        /// The server that it goes to.
        public var server: String
        /// The model that is asked.
        public var model: ModelName?
        /// How many messages of the request before it are sent again, before `messages`.
        public var kept: Int
        /// What is sent behind those, in order.
        public var messages: [Message]
        /// The tools on offer, by the names under which models know them.
        public var tools: [String]
        /// Everything else in the request, in the server's own words.
        public var parameters: [String: JSONValue]

        /// One message.
        public struct Message: Equatable, Sendable {
            /// Who speaks: `system`, `user`, `assistant`, `tool`.
            public var role: String
            /// What is said; `nil` when it is the prompt that the step began with.
            public var content: String?
            /// The pictures in it.
            public var pictures: [Picture]
            /// The tools that the model has asked for in it.
            public var calls: [Call]
            /// The tool that it comes from.
            public var tool: String?

            /// A message.
            public init(
                role: String, content: String?, pictures: [Picture] = [], calls: [Call] = [], tool: String? = nil
            ) {
                self.role = role
                self.content = content
                self.pictures = pictures
                self.calls = calls
                self.tool = tool
            }
        }

        /// A picture, without its bytes.
        public struct Picture: Equatable, Sendable {
            /// The name of its file, where it comes from one.
            public var name: String?
            /// What it is: `image/png`.
            public var kind: String
            /// Its size, in bytes.
            public var byteCount: Int64

            /// A picture.
            public init(name: String? = nil, kind: String, byteCount: Int64) {
                self.name = name
                self.kind = kind
                self.byteCount = byteCount
            }
        }

        /// A call of a tool.
        public struct Call: Equatable, Sendable {
            /// The tool, by the name under which models know it.
            public var tool: String
            /// What it is asked.
            public var arguments: JSONValue

            /// A call.
            public init(tool: String, arguments: JSONValue) {
                self.tool = tool
                self.arguments = arguments
            }
        }

        /// A request.
        public init(
            step: Int, round: Int, server: String, model: ModelName?, kept: Int = 0, messages: [Message],
            tools: [String] = [], parameters: [String: JSONValue] = [:]
        ) {
            self.step = step
            self.round = round
            self.server = server
            self.model = model
            self.kept = kept
            self.messages = messages
            self.tools = tools
            self.parameters = parameters
        }
    }
}

extension ChainEvent.PromptSent {
    /// About how many bytes it takes in memory.
    public var weight: Int {
        let rest = JSONValue.object(parameters).weight + tools.reduce(0) { $0 + $1.utf8.count + 16 }
        return messages.reduce(rest) { sum, message in
            sum + (message.content?.utf8.count ?? 0) + message.calls.reduce(0) { $0 + $1.arguments.weight + 50 }
                + 100 * message.pictures.count + 50
        }
    }
}

extension JSONValue {
    /// About how many bytes it takes in memory.
    public var weight: Int {
        switch self {
        case .string(let text): text.utf8.count + 16
        case .array(let values): values.reduce(16) { $0 + $1.weight }
        case .object(let members): members.reduce(16) { $0 + $1.key.utf8.count + $1.value.weight }
        default: 16
        }
    }
}
