import PromptChainCore

/// A line of a server's own log that says what its API does not tell.
struct ServerNote: Equatable, Sendable {
    /// What it says. An amount that the line leaves out is `nil`.
    enum Kind: Equatable, Sendable {
        /// A prompt was cut: the tokens that it had, and those that were read.
        case promptCut(tokens: Int?, read: Int?)
        /// A load was refused: the main memory that it needs and what there is, in words.
        case refused(needed: String?, available: String?)
        /// GPU memory was not to be had: how much, in MiB.
        case noMemory(mebibytes: Double?)
        /// The driver did not give the memory of a model back: for how long, in seconds.
        case notBack(seconds: Double?)
        /// So many layers of a model went to a GPU.
        case offloaded(layers: Int, of: Int)
        /// A load ended well.
        case loaded
    }

    /// Whose log it is, by the name of its lines.
    var component: String
    /// When it was written, in seconds since 1970.
    var time: Double
    var kind: Kind
    /// The line as the Log shows it, or its beginning.
    var text: String

    /// Reads a line; `nil` when it is none of a server's log, or says nothing of this.
    init?(_ line: LogLine) {
        guard line.isOfServer, let kind = Self.kind(of: line.message) else { return nil }
        self.kind = kind
        component = line.component
        time = line.time.timeIntervalSince1970
        text = String(TextBuffer.oneLine(line.message).prefix(200))
    }

    // Patterns are compiled once: a busy server writes many lines.
    private static let cut = TextPattern("truncating input prompt")
    private static let cutByLlama = TextPattern("input truncated, n_ctx = ")
    private static let tooLarge = TextPattern("model request too large for system")
    private static let noRoom = [
        "cudaMalloc failed: out of memory", "CUDA error: out of memory", "CUDA out of memory",
        "ErrorOutOfDeviceMemory",
    ].map(TextPattern.init)
    private static let notBack = TextPattern("gpu VRAM usage didn't recover within timeout")
    private static let offload = TextPattern(" layers to GPU")
    private static let ready = ["llama runner started in ", "main: model loaded"].map(TextPattern.init)

    /// Source: the logs of Ollama (`runner.go`, `server.go`, `sched.go`, `ggml.go`), of llama.cpp and its CUDA and
    /// Vulkan backends, and of PyTorch.
    private static func kind(of message: String) -> Kind? {
        if cut.isFound(in: message) {
            return .promptCut(
                tokens: field("prompt", of: message).flatMap { Int($0) },
                read: field("new", of: message).flatMap { Int($0) })
        }
        if cutByLlama.isFound(in: message) {
            return .promptCut(tokens: nil, read: number(after: "n_prompt_tokens = ", in: message).map { Int($0) })
        }
        if tooLarge.isFound(in: message) {
            return .refused(
                needed: field("requested", of: message), available: field("available", of: message).map(amount))
        }
        if noRoom.contains(where: { $0.isFound(in: message) }) {
            return .noMemory(mebibytes: number(after: "allocating ", in: message))
        }
        if notBack.isFound(in: message) {
            return .notBack(seconds: field("seconds", of: message).flatMap { Double($0) })
        }
        if offload.isFound(in: message), let (layers, all) = layers(in: message) {
            return .offloaded(layers: layers, of: all)
        }
        return ready.contains { $0.isFound(in: message) } ? .loaded : nil
    }

    /// What a line says of a name: the value of `name=value` or `name="some value"`.
    private static func field(_ name: String, of message: String) -> String? {
        guard let place = message.firstRange(of: " \(name)=") else { return nil }
        let rest = message[place.upperBound...]
        guard rest.first == "\"" else { return String(rest.prefix { $0 != " " }) }
        return String(rest.dropFirst().prefix { $0 != "\"" })
    }

    /// The numbers of `offloaded 20/33 layers to GPU`.
    private static func layers(in message: String) -> (Int, Int)? {
        guard let place = message.firstRange(of: "offloaded ") else { return nil }
        let parts = message[place.upperBound...].prefix { $0 != " " }.split(separator: "/").compactMap { Int($0) }
        guard parts.count == 2, (0...parts[1]).contains(parts[0]), parts[1] > 0 else { return nil }
        return (parts[0], parts[1])
    }

    private static func number(after words: String, in message: String) -> Double? {
        guard let place = message.firstRange(of: words) else { return nil }
        let number = Double(message[place.upperBound...].prefix { $0.isNumber || $0 == "." })
        return number.flatMap { (0...1e9).contains($0) ? $0 : nil }
    }

    /// Older servers give bytes.
    private static func amount(_ text: String) -> String { Int64(text).map(ByteCount.text) ?? text }
}

/// What servers' own logs said of late.
struct ServerNotes: Equatable, Sendable {
    /// How many are kept, of all servers together.
    static let kept = 64

    private(set) var all: [ServerNote] = []

    mutating func add(_ line: LogLine) {
        guard let note = ServerNote(line) else { return }
        all.append(note)
        if all.count > Self.kept { all.removeFirst(all.count - Self.kept) }
    }

    /// The lines of one server, the oldest first.
    func notes(of server: String, among servers: [String]) -> [ServerNote] {
        guard !all.isEmpty else { return [] }
        let component = LogLine.component(ofServer: server, among: servers)
        return all.filter { $0.component == component }
    }
}
