import CTerminal

/// Keeps what is written to standard error as long as a screen is shown: it would be written over the picture.
///
/// When the process crashes it is shown on the normal screen, since it says why. Standard error that is a file stays
/// what it is.
public final class KeptErrors {
    /// What is given of it at most, in bytes.
    private static let limit = 64 << 10

    /// Begins to keep.
    public init() {
        _ = ct_errors_begin()
    }

    deinit {
        _ = end()
    }

    /// Lets standard error go where it went before.
    /// - Returns: the lines that were kept; empty at the second call.
    public func end() -> [String] {
        let bytes = [UInt8](unsafeUninitializedCapacity: Self.limit) { buffer, initialized in
            initialized = buffer.baseAddress.map { ct_errors_end($0, Self.limit) } ?? 0
        }
        return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
    }
}
