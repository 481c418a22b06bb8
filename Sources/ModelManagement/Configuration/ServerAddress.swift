import Foundation

/// The base address of a server, read by the rules that Ollama reads `OLLAMA_HOST` by: everything may be left out.
///
/// `""`, `gpu-box`, `gpu-box:11434`, `:11434`, `[::1]`, `http://gpu-box:11434`, `https://example.com/ollama` are all
/// addresses. Without a scheme it is http and port 11434; `http://` without a port means 80, `https://` 443. A port that
/// is none is replaced by the default. `0.0.0.0` and `[::]`, where a server listens everywhere, mean this machine.
public struct ServerAddress: Hashable, Sendable, CustomStringConvertible {
    /// `http` or `https`.
    public let scheme: String
    /// The host's name or address, an IPv6 address without brackets.
    public let host: String
    /// The port.
    public let port: Int
    /// What stands before every path of the server, without a slash at its end: `/ollama`, or nothing.
    public let path: String
    /// The header that names and password in the address ask for. Never shown.
    let authorization: String?

    /// The address of a server on this machine with Ollama's usual port.
    public static let local = ServerAddress(scheme: "http", host: "127.0.0.1", port: 11_434)

    /// An address from its parts.
    public init(scheme: String, host: String, port: Int, path: String = "") {
        self.init(scheme: scheme, host: host, port: port, path: path, authorization: nil)
    }

    private init(scheme: String, host: String, port: Int, path: String, authorization: String?) {
        self.scheme = scheme
        self.host = host
        self.port = port
        self.path = path
        self.authorization = authorization
    }

    /// Reads an address. Blanks and quotes around it are dropped.
    /// - Returns: `nil` when the scheme is none that can be spoken, or there are blanks in the middle.
    public init?(_ text: String) {
        let blanks = CharacterSet.whitespacesAndNewlines.union(CharacterSet(charactersIn: "\"'"))
        let trimmed = text.trimmingCharacters(in: blanks)
        guard !trimmed.contains(where: \.isWhitespace) else { return nil }
        var scheme = "http"
        var standardPort = 11_434
        var rest = Substring(trimmed)
        if let separator = trimmed.range(of: "://") {
            scheme = trimmed[..<separator.lowerBound].lowercased()
            guard scheme == "http" || scheme == "https" else { return nil }
            standardPort = scheme == "http" ? 80 : 443
            rest = trimmed[separator.upperBound...]
        } else if trimmed == "ollama.com" {
            scheme = "https"
            standardPort = 443
        }
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        var path = rest[slash...]
        while path.last == "/" { path.removeLast() }
        var authority = rest[..<slash]
        var authorization: String?
        if let at = authority.lastIndex(of: "@") {
            let pair = String(authority[..<at]).removingPercentEncoding ?? String(authority[..<at])
            authorization = "Basic " + Data(pair.utf8).base64EncodedString()
            authority = authority[authority.index(after: at)...]
        }
        let (host, port) = Self.split(authority, standardPort: standardPort)
        self.init(
            scheme: scheme, host: Self.reachable(host), port: port, path: String(path), authorization: authorization)
    }

    private static func split(_ authority: Substring, standardPort: Int) -> (host: String, port: Int) {
        func port(_ text: Substring) -> Int {
            guard let value = Int(text), (0...65_535).contains(value) else { return standardPort }
            return value
        }
        if authority.first == "[", let close = authority.firstIndex(of: "]") {
            let host = String(authority[authority.index(after: authority.startIndex)..<close])
            let tail = authority[authority.index(after: close)...]
            return (host, tail.first == ":" ? port(tail.dropFirst()) : standardPort)
        }
        // More than one colon and no brackets: a bare IPv6 address.
        guard authority.count(where: { $0 == ":" }) == 1, let colon = authority.firstIndex(of: ":") else {
            return (String(authority), standardPort)
        }
        return (String(authority[..<colon]), port(authority[authority.index(after: colon)...]))
    }

    private static func reachable(_ host: String) -> String {
        switch host {
        case "", "0.0.0.0": "127.0.0.1"
        case "::": "::1"
        default: host.lowercased()
        }
    }

    /// The address as a URL, without name and password.
    public var description: String { "\(scheme)://\(hostAndPort)\(path)" }

    /// Host and port as people write them.
    public var hostAndPort: String { (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }

    /// Whether the server runs on this machine, as far as the address says.
    public var isThisMachine: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

    /// A text that was given as an address, fit to be shown: name and password are left out, also when it is none.
    public static func shown(_ text: String) -> String {
        let start = text.range(of: "://")?.upperBound ?? text.startIndex
        guard let at = text[start...].lastIndex(of: "@") else { return text }
        return text[..<start] + "…" + text[at...]
    }

    /// The URL of a path on this server.
    func url(path: String) -> String { description + path }
}
