import PromptChainCore

// What servers send as amounts may be anything: what cannot be one counts as not told.
extension JSONValue {
    /// A count of bytes.
    var byteCount: Int64? { integerValue.flatMap { $0 >= 0 ? $0 : nil } }

    /// A count of tokens: at least 1, and no more than any model has.
    var tokenCount: Int? { integerValue.flatMap { (1...Int64(Int32.max)).contains($0) ? Int($0) : nil } }

    /// The text, where it is not empty.
    var filledString: String? { stringValue.flatMap { $0.isEmpty ? nil : $0 } }
}
