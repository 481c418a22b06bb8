/// What the configuration says about the history of runs.
public struct HistoryConfiguration: Equatable, Sendable {
    /// Whether runs are kept.
    public var isEnabled: Bool
    /// How long, in seconds; `nil` for ever.
    public var keepSeconds: Double?
    /// How large the history may become, in bytes.
    public var maximumBytes: Int64

    /// A configuration; without anything it is what a missing file means: 90 days, and 1 GiB at most.
    public init(isEnabled: Bool = true, keepSeconds: Double? = 90 * 86_400, maximumBytes: Int64 = 1 << 30) {
        self.isEnabled = isEnabled
        self.keepSeconds = keepSeconds
        self.maximumBytes = maximumBytes
    }
}

extension ConfigurationFile {
    /// Reads the section `history`.
    static func history(_ value: YAMLValue) -> HistoryConfiguration? {
        guard let mapping = value.mapping(keys: ["enabled", "keep", "max_size"]) else { return nil }
        var history = HistoryConfiguration()
        history.isEnabled = mapping["enabled"]?.bool() ?? history.isEnabled
        if let keep = mapping["keep"] {
            if keep.isScalar, keep.rawText() == "forever" {
                history.keepSeconds = nil
            } else {
                history.keepSeconds = keep.seconds() ?? history.keepSeconds
            }
        }
        if let size = mapping["max_size"], let bytes = size.bytes() {
            if bytes >= 1 << 20 {
                history.maximumBytes = bytes
            } else {
                size.fault("“max_size” must be at least 1MiB", hint: "Write it with its unit: 500MB or 1GiB.")
            }
        }
        return history
    }
}
