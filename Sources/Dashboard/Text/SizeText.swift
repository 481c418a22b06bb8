import PromptChainCore

/// Writes amounts of memory for columns.
enum SizeText {
    /// `13.9G`, `0.6G`, `128G`, `46M`: never more than five columns.
    static func short(_ bytes: Int64) -> String {
        let gib = Double(bytes) / 1_073_741_824
        if bytes <= 0 { return "0" }
        if gib < 0.05 { return "\(max(1, Int((gib * 1024).rounded())))M" }
        return gib < 99.95 ? "\(ByteCount.fixed(gib, digits: 1))G" : "\(Int(gib.rounded()))G"
    }

    /// Used of all: `18.3/48.0 GiB`.
    static func ratio(_ used: Int64, of capacity: Int64) -> String {
        "\(ByteCount.gib(used))/\(ByteCount.gib(capacity)) GiB"
    }
}
