/// How long what a tool server sends may be.
enum MessageLimit {
    /// The longest message, in bytes.
    static let bytes = 16 << 20
    /// The longest text of a result that a model is given, in characters: some 16,000 tokens.
    static let characters = 65_536
    /// The most tools of one server.
    static let tools = 2000
}
