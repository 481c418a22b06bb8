extension LogLine {
    /// Who wrote it, as the Log pane names it: `promptchain.ollama_model_manager` as `ollama`.
    public var shortComponent: String { Self.short(component) }

    /// Whether it was written by what a name means: the one in the pane, or what the whole name begins or ends with.
    public func isWritten(by name: String) -> Bool { Self.isNamed(component, name) }

    /// The level that is set for a component: the one with the longest name that means it; `nil` where none does.
    /// - Parameter levels: levels by names of components; an empty name means all of them.
    public static func level(of component: String, in levels: [String: Level]) -> Level? {
        levels.filter { $0.key.isEmpty || isNamed(component, $0.key) }.max { $0.key.count < $1.key.count }?.value
    }

    /// The name that lines of a server's own log have: `server` for the only one that is watched, else `server.` with its
    /// name, in which no dot separates anything.
    public static func component(ofServer name: String, among names: [String]) -> String {
        guard names.count > 1 else { return "server" }
        let local = ["127.0.0.1:", "localhost:", "[::1]:"].first(where: name.hasPrefix)
        let short = local.map { name.dropFirst($0.count) } ?? name[...]
        return "server." + short.replacing(".", with: "-").replacing("_", with: "-")
    }

    /// Whether it is a line of a server's own log.
    public var isOfServer: Bool { component == "server" || component.hasPrefix("server.") }

    private static func short(_ component: String) -> String {
        let last = component.split(separator: ".").last ?? Substring(component)
        return String(last.split(separator: "_").first ?? last)
    }

    private static func isNamed(_ component: String, _ name: String) -> Bool {
        component == name || component.hasPrefix(name + ".") || component.hasSuffix("." + name)
            || short(component) == name
    }
}
