/// Where the configuration says that a server's own log is.
public enum ServerLogSetting: Equatable, Sendable {
    /// It is looked for.
    case automatic
    /// It is not shown.
    case none
    /// In a file, by its full path.
    case file(String)
    /// In the journal, by the name of a systemd unit.
    case journal(unit: String)
    /// With docker, by the name or number of a container.
    case docker(container: String)

    /// Reads what `log:` says: `auto`, `none`, `journal:UNIT`, `docker:NAME`, or a path.
    /// - Parameter home: the folder that `~` stands for.
    /// - Returns: `nil` when it is none of these.
    public init?(_ text: String, home: String?) {
        switch text {
        case "auto": self = .automatic
        case "none": self = .none
        case _ where text.hasPrefix("journal:"):
            guard let name = Self.name(text.dropFirst("journal:".count)) else { return nil }
            self = .journal(unit: name.contains(".") ? name : name + ".service")
        case _ where text.hasPrefix("docker:"):
            guard let name = Self.name(text.dropFirst("docker:".count)) else { return nil }
            self = .docker(container: name)
        case _ where text.hasPrefix("/"): self = .file(text)
        case _ where text.hasPrefix("~/"):
            guard let home, home.hasPrefix("/") else { return nil }
            self = .file(home + text.dropFirst())
        default: return nil
        }
    }

    // It becomes an argument of a program, which must not take it for an option.
    private static func name(_ text: Substring) -> String? {
        let isName = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.@:\\".contains($0)) }
        return isName && !text.isEmpty && !text.hasPrefix("-") ? String(text) : nil
    }
}
