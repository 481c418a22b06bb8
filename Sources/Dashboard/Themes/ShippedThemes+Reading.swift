extension Theme {
    /// The names of the themes that need no folder: the terminal's own colours, and those that are compiled in.
    public static let shippedNames: [String] = [Theme.terminal.name] + ShippedThemes.files.map { stem(of: $0.name) }

    /// A shipped theme by its name. It is read now: most programs need one of them.
    public static func shipped(named name: String) -> Theme? {
        if name == Theme.terminal.name { return .terminal }
        guard let file = ShippedThemes.files.first(where: { stem(of: $0.name) == name }) else { return nil }
        return ThemeFile.read(file.text, file: file.name).theme
    }

    private static func stem(of file: String) -> String { String(file.prefix { $0 != "." }) }
}
