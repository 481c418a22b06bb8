/// Something that goes wrong on purpose.
public struct SimulatedFault: Sendable, Equatable {
    /// What goes wrong.
    enum Kind: String, Sendable, CaseIterable {
        case refuse
        case delay
        case internalError = "500"
        case unavailable = "503"
        case cutStream = "cut-stream"
        case errorLine = "error-line"
        case malformedLine = "malformed-line"
        case unloadNeverFrees = "unload-never-frees"
        case loadFails = "load-fails"
        case hang
        case slowStart = "slow-start"
        case slowLoad = "slow-load"
        case gpuLost = "gpu-lost"
    }

    var kind: Kind
    /// Only for this path, such as `/api/ps`.
    var path: String?
    /// Only for this model, in any spelling.
    var model: String?
    /// How many times; `nil` for always.
    var times: Int?
    /// Simulated seconds; what they mean depends on the kind.
    var seconds: Double?
    /// Lines of a stream that come before the fault.
    var after: Int?
    /// The text of an error.
    var message: String?

    /// Reads a fault as `--fault` takes it: a kind, and options after a colon, such as `cut-stream:after=20,times=1`.
    ///
    /// A model's name may contain colons: only the first one of the text counts.
    /// - Throws: ``SimulatorError`` that says what is wrong with the text and what would be right.
    public init(parsing spec: String) throws {
        let colon = spec.firstIndex(of: ":")
        let word = String(spec[..<(colon ?? spec.endIndex)]).trimmingWhitespace
        guard let kind = Kind(rawValue: word) else {
            throw SimulatorError(
                "there is no fault \"\(word)\"", hint: "known: " + Kind.allCases.map(\.rawValue).joined(separator: ", ")
            )
        }
        self.kind = kind
        if kind == .delay { seconds = 1 }
        guard let colon else { return }
        for option in Self.split(spec[spec.index(after: colon)...]) { try set(option, in: spec) }
    }

    /// One line a fault, for `--help`.
    public static let help = """
        refuse[:seconds=S]           the port is closed (for S seconds); with times=N, N connections are dropped instead
        delay[:seconds=S]            every answer comes S seconds late (default 1)
        500[:message=TEXT]           requests that run a model fail with status 500
        503                          requests that run a model fail with status 503, as when the queue is full
        cut-stream[:after=N]         the connection breaks after N lines of a stream (default 5)
        error-line[:after=N]         a stream ends with an error line after N lines, as when the runner crashes
        malformed-line[:after=N]     a stream has a line that is no JSON after N lines
        unload-never-frees           a model that is told to go stays (with seconds=S: for S seconds longer)
        load-fails[:message=TEXT]    a load ends with status 500 (with seconds=S: after S seconds)
        hang[:after=N]               no answer ever comes (with after=N: nothing more after N lines of a stream)
        slow-start[:seconds=S]       connections are accepted, nothing is answered in the first S seconds (default 5)
        slow-load[:seconds=S]        a load takes S seconds longer (default 30)
        gpu-lost[:seconds=S]         the GPU is gone after S seconds (default 0): models load on the CPU from then on

        Every fault takes path=/api/… and model=NAME to hit only those, and times=N to
        happen only N times; seconds are simulated seconds. Options are separated by
        commas: delay:seconds=2,path=/api/ps
        """

    private static func split(_ options: Substring) -> [String] {
        // A comma separates options only where a key and "=" follow, so that a message may have commas.
        var parts: [String] = []
        for piece in options.split(separator: ",", omittingEmptySubsequences: false) {
            let key = piece.prefix { $0 != "=" }.trimmingWhitespace
            if piece.contains("="), ["path", "model", "times", "seconds", "after", "message"].contains(key) {
                parts.append(String(piece))
            } else if let last = parts.last, last.hasPrefix("message=") {
                parts[parts.count - 1] = last + "," + piece
            } else {
                parts.append(String(piece))
            }
        }
        return parts
    }

    private mutating func set(_ option: String, in spec: String) throws {
        guard let equals = option.firstIndex(of: "=") else {
            throw SimulatorError(
                "\"\(option)\" in the fault \"\(spec)\" has no value",
                hint: "write key=value; keys: path, model, times, seconds, after, message")
        }
        let key = option[..<equals].trimmingWhitespace
        let value = option[option.index(after: equals)...].trimmingWhitespace
        switch key {
        case "path": path = value.hasPrefix("/") ? value : "/" + value
        case "model": model = value
        case "message": message = value
        case "times":
            guard let number = Int(value), number > 0 else {
                throw SimulatorError("times=\(value) in the fault \"\(spec)\" must be a whole number above 0")
            }
            times = number
        case "after":
            guard let number = Int(value), number >= 0 else {
                throw SimulatorError("after=\(value) in the fault \"\(spec)\" must be a whole number")
            }
            after = number
        case "seconds":
            let text = value.hasSuffix("s") ? String(value.dropLast()) : value
            guard let number = Double(text), number >= 0, number.isFinite else {
                throw SimulatorError("seconds=\(value) in the fault \"\(spec)\" must be a number")
            }
            seconds = number
        default:
            throw SimulatorError(
                "unknown option \"\(key)\" in the fault \"\(spec)\"",
                hint: "keys: path, model, times, seconds, after, message")
        }
    }
}
