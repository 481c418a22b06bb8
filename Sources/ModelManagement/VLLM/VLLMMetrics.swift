import Foundation

/// What a vLLM server measures of itself, as far as it is read here. Source: `GET /metrics`, Prometheus's text format
/// (one sample a line: name, labels in braces, value).
struct VLLMMetrics: Equatable, Sendable {
    /// Requests that are being answered, of all engines.
    var running: Int?
    /// Requests that wait for their turn, of all engines.
    var waiting: Int?
    /// The share of the KV cache that is in use, 0…1; of the fullest engine.
    var cacheUse: Double?

    /// Whether no request is under way; `nil` when the server does not tell.
    var isIdle: Bool? {
        guard running != nil || waiting != nil else { return nil }
        return (running ?? 0) + (waiting ?? 0) == 0
    }

    /// Reads a page of metrics. What is not there, or is no number, stays unknown.
    init(_ text: String) {
        for line in text.split(whereSeparator: \.isNewline) where line.hasPrefix("vllm:") {
            guard let (name, value) = Self.sample(line) else { continue }
            switch name {
            case "vllm:num_requests_running": running = Self.sum(running, value)
            case "vllm:num_requests_waiting": waiting = Self.sum(waiting, value)
            // The second name is that of older servers.
            case "vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc":
                if (0...1).contains(value) { cacheUse = max(cacheUse ?? 0, value) }
            default: break
            }
        }
    }

    private static func sample(_ line: Substring) -> (name: Substring, value: Double)? {
        let name = line.prefix { $0 != "{" && $0 != " " }
        let end = line.lastIndex(of: "}").map(line.index(after:)) ?? name.endIndex
        let rest = line[end...]
        guard let text = rest.split(separator: " ").first, let value = Double(text), value.isFinite else { return nil }
        return (name, value)
    }

    private static func sum(_ total: Int?, _ value: Double) -> Int? {
        guard value >= 0, value < 1e9 else { return total }
        return min((total ?? 0) + Int(value), 1_000_000_000)
    }
}
