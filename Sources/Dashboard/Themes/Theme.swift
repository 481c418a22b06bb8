import CellScreen

/// A style for every role: total, so that drawing never has to ask whether there is one.
public struct Theme: Equatable, Sendable {
    /// The name by which it is chosen.
    public var name: String
    /// Who made it.
    public var author: String
    /// Under which licence it may be passed on.
    public var license: String
    /// By the places of the roles: they are asked for hundreds of times a picture.
    private var styles: [Style]

    /// A theme; a role that is left out looks as in the theme that needs no file.
    public init(name: String, author: String = "", license: String = "", styles: [ThemeRole: Style]) {
        self.name = name
        self.author = author
        self.license = license
        self.styles = ThemeRole.allCases.map { styles[$0] ?? Self.terminalStyles[$0] ?? .plain }
    }

    /// How a role looks.
    public private(set) subscript(role: ThemeRole) -> Style {
        get { styles[role.rawValue] }
        set { styles[role.rawValue] = newValue }
    }

    /// The theme as a screen can show it. Sixteen colours are the user's own, so the theme that uses those takes over;
    /// without colours, attributes alone tell things apart.
    func adapted(to depth: ColorDepth) -> Theme {
        switch depth {
        case .trueColor, .palette256: return self
        case .ansi16: return .terminal
        case .none:
            var bare = Theme.terminal
            bare.styles = bare.styles.map { Style(attributes: $0.attributes) }
            for role in [ThemeRole.selection, .match, .titleFocused] {
                bare[role] = Style(attributes: .reverse)
            }
            bare[.selectionUnfocused] = Style(attributes: .bold)
            bare[.input] = Style(attributes: .underline)
            return bare
        }
    }
}
