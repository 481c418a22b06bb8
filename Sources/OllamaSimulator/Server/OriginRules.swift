import Foundation

/// Who may talk to the server: the rules of the real one for `Origin` and `Host`.
enum OriginRules {
    private static let schemes = ["app://", "file://", "tauri://", "vscode-webview://", "vscode-file://"]
    private static let hosts: Set<String> = ["localhost", "127.0.0.1", "0.0.0.0"]

    /// Whether a page of this origin may read answers.
    static func allows(origin: String) -> Bool {
        if schemes.contains(where: origin.hasPrefix) { return true }
        for scheme in ["http://", "https://"] where origin.hasPrefix(scheme) {
            return hosts.contains(String(hostName(origin.dropFirst(scheme.count))))
        }
        return false
    }

    /// Whether a page has the server's own origin, so that no rule applies.
    static func isSame(origin: String, host: String) -> Bool {
        origin == "http://\(host)" || origin == "https://\(host)"
    }

    /// Whether a server that listens on loopback answers under this name; names of other machines are refused, so that
    /// no page can reach it through a name that it controls.
    static func allows(host header: String) -> Bool {
        let host = hostName(header[...]).lowercased()
        if host.isEmpty || host == "localhost" || host == ProcessInfo.processInfo.hostName.lowercased() { return true }
        if [".localhost", ".local", ".internal"].contains(where: host.hasSuffix) { return true }
        return isPrivate(address: host)
    }

    private static func hostName(_ text: Substring) -> Substring {
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            return text[text.index(after: text.startIndex)..<end]
        }
        guard let colon = text.lastIndex(of: ":"), text.firstIndex(of: ":") == colon else { return text }
        return text[..<colon]
    }

    private static func isPrivate(address: String) -> Bool {
        if ["::1", "::", "0.0.0.0"].contains(address) { return true }
        if address.contains(":") { return address.hasPrefix("fc") || address.hasPrefix("fd") }
        let parts = address.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard parts.count == 4, let first = parts[0], let second = parts[1], !parts.contains(nil) else { return false }
        return first == 127 || first == 10 || first == 192 && second == 168
            || first == 172 && (16...31).contains(second)
    }
}
