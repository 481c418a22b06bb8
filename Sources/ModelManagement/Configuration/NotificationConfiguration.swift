import PromptChainCore

/// When a terminal is asked to show a message on the desktop.
public enum DesktopNotice: String, CaseIterable, Sendable {
    /// Where the terminal is one that is known to understand the request.
    case auto
    /// Never.
    case off
    /// Always, as OSC 9: iTerm2, WezTerm, Ghostty, Windows Terminal and others.
    case osc9
    /// Always, as OSC 777: foot, urxvt, VTE and others.
    case osc777
}

/// How the end of a run, and a grave verdict, are told to somebody who looks elsewhere.
public struct NotificationConfiguration: Equatable, Sendable {
    /// Whether the terminal's bell rings.
    public var ringsBell: Bool
    /// Whether the terminal is asked to show a message.
    public var desktop: DesktopNotice
    /// A program to start, with its arguments; the message's title and text follow as two more. Empty for none.
    public var command: [String]
    /// How long a run must have taken, in seconds, for its end to be told.
    public var leastSeconds: Double

    /// A configuration; without anything it is what a missing section means.
    public init(
        ringsBell: Bool = true, desktop: DesktopNotice = .auto, command: [String] = [], leastSeconds: Double = 30
    ) {
        self.ringsBell = ringsBell
        self.desktop = desktop
        self.command = command
        self.leastSeconds = leastSeconds
    }
}

extension ConfigurationFile {
    /// Reads the section `notifications`.
    static func notifications(_ value: YAMLValue) -> NotificationConfiguration? {
        guard let mapping = value.mapping(keys: ["bell", "desktop", "command", "after"]) else { return nil }
        var result = NotificationConfiguration()
        result.ringsBell = mapping["bell"]?.bool() ?? result.ringsBell
        result.leastSeconds = mapping["after"]?.seconds() ?? result.leastSeconds
        if let value = mapping["desktop"] { result.desktop = desktop(value) ?? result.desktop }
        if let value = mapping["command"] {
            if value.isScalar {
                value.fault(
                    "“\(value.path)” must be a list: no shell reads it",
                    hint: "Write the program and each of its arguments for itself, as in [notify-send, -u, low].")
            } else {
                result.command = value.list()?.compactMap { $0.text() } ?? []
                if result.command.first?.isEmpty == true { value.fault("“\(value.path)” names no program") }
            }
        }
        return result
    }

    private static func desktop(_ value: YAMLValue) -> DesktopNotice? {
        guard let text = value.rawText() else { return nil }
        if let notice = DesktopNotice(rawValue: text) { return notice }
        switch text {
        case "on", "true", "yes": return .auto
        case "false", "no": return .off
        default:
            value.fault(
                "“\(value.path)” cannot be “\(text)”",
                hint: "Write \(DesktopNotice.allCases.map(\.rawValue).joined(separator: ", ")).")
            return nil
        }
    }
}
