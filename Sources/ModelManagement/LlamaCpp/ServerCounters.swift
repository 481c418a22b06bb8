/// What the server of a model has counted since it was started. Source: `GET /metrics`, which a server offers when it is
/// started with `--metrics`.
public struct ServerCounters: Equatable, Sendable {
    /// Tokens of prompts that were read.
    public var promptTokens: Int?
    /// Time spent reading prompts, in seconds.
    public var promptSeconds: Double?
    /// Tokens written.
    public var outputTokens: Int?
    /// Time spent writing, in seconds.
    public var outputSeconds: Double?
    /// Requests that are being answered.
    public var requestsProcessing: Int?
    /// Requests that wait for a slot.
    public var requestsDeferred: Int?

    /// Reads Prometheus' text format, as far as llama.cpp uses it: a name and a number in each line.
    init(_ text: String) {
        var values: [Substring: Double] = [:]
        for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            let words = line.split(separator: " ")
            guard words.count >= 2, words[0].hasPrefix("llamacpp:"), let value = Double(words[1]), value.isFinite else {
                continue
            }
            values[words[0].dropFirst("llamacpp:".count)] = value
        }
        let count: (Substring) -> Int? = { name in values[name].flatMap { Int(exactly: $0.rounded()) } }
        promptTokens = count("prompt_tokens_total")
        promptSeconds = values["prompt_seconds_total"]
        outputTokens = count("tokens_predicted_total")
        outputSeconds = values["tokens_predicted_seconds_total"]
        requestsProcessing = count("requests_processing")
        requestsDeferred = count("requests_deferred")
    }
}
