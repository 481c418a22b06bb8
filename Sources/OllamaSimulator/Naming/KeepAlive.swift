/// How long a model stays loaded after its last request, in the forms that a request may use.
///
/// A JSON number counts seconds and may have a fraction; a string is a Go duration (`"5m"`, `"1h30m"`, `"-1s"`);
/// anything negative means for ever. A bare number in a string, other words and other types are refused with
/// Go's texts.
enum KeepAlive: Sendable, Equatable {
    case seconds(Double)
    case forever

    /// Why a value is no duration.
    struct Fault: Error, Equatable { var text: String }

    /// The value for eviction: the shortest goes first.
    var sortValue: Double {
        switch self {
        case .seconds(let seconds): seconds
        case .forever: .infinity
        }
    }

    /// Reads the `keep_alive` of a request.
    init(_ value: JSONValue) throws(Fault) {
        switch value {
        case .integer, .number:
            let seconds = value.double ?? 0
            self = seconds < 0 ? .forever : .seconds(seconds)
        case .string(let text):
            let seconds = try Self.duration(text)
            self = seconds < 0 ? .forever : .seconds(seconds)
        case .bool: throw Fault(text: "Unsupported type: 'bool'")
        case .array: throw Fault(text: "Unsupported type: '[]interface {}'")
        case .object: throw Fault(text: "Unsupported type: 'map[string]interface {}'")
        case .null: throw Fault(text: "Unsupported type: '%!s(<nil>)'")
        }
    }

    /// Reads a Go duration into seconds.
    static func duration(_ text: String) throws(Fault) -> Double {
        let invalid = Fault(text: "time: invalid duration \(quoted(text))")
        var rest = text[...]
        var isNegative = false
        if let sign = rest.first, sign == "-" || sign == "+" {
            isNegative = sign == "-"
            rest = rest.dropFirst()
        }
        if rest == "0" { return 0 }
        guard !rest.isEmpty else { throw invalid }
        var total = 0.0
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
            guard !digits.isEmpty, digits != ".", let value = Double(digits.hasSuffix(".") ? "\(digits)0" : "\(digits)")
            else { throw invalid }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { $0 != "." && !($0.isASCII && $0.isNumber) }
            guard !unit.isEmpty else { throw Fault(text: "time: missing unit in duration \(quoted(text))") }
            guard let seconds = units[String(unit)] else {
                throw Fault(text: "time: unknown unit \(quoted(String(unit))) in duration \(quoted(text))")
            }
            rest = rest.dropFirst(unit.count)
            total += value * seconds
        }
        return isNegative ? -total : total
    }

    private static func quoted(_ text: String) -> String { JSONValue.string(text).serialized }

    private static let units: [String: Double] = [
        "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600,
    ]
}
