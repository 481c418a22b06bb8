/// How large the context of a chain's models is. It is fixed for each model for the whole run, since a server reloads a
/// model when it changes.
public enum ContextPolicy: Equatable, Sendable {
    /// What the server does by itself.
    case serverDefault
    /// A number of tokens.
    case tokens(Int)
    /// The most that the model was trained for.
    case maximum
    /// The most that keeps the model wholly in VRAM.
    case fit

    /// Reads `max`, `fit`, `default` or a number of tokens; `nil` for anything else.
    public init?(parsing text: String) {
        switch text.lowercased() {
        case "max", "maximum": self = .maximum
        case "fit": self = .fit
        case "default": self = .serverDefault
        default:
            guard let tokens = Int(text), Self.tokenRange.contains(tokens) else { return nil }
            self = .tokens(tokens)
        }
    }

    /// The numbers of tokens that make sense.
    public static let tokenRange = 1...100_000_000
}

extension ContextPolicy: CustomStringConvertible {
    /// As it stands in a chain file.
    public var description: String {
        switch self {
        case .serverDefault: "default"
        case .tokens(let count): "\(count)"
        case .maximum: "max"
        case .fit: "fit"
        }
    }
}
