extension Theme {
    /// The themes that need no folder: the terminal's own colours, and those that are compiled in.
    public static let shipped: [Theme] = {
        var themes = [Theme.terminal]
        for file in ShippedThemes.files {
            let reading = ThemeFile.read(file.text, file: file.name) { name in themes.first { $0.name == name } }
            if let theme = reading.theme { themes.append(theme) }
        }
        return themes
    }()

    /// Their names, which need no reading.
    public static let shippedNames: [String] =
        [Theme.terminal.name] + ShippedThemes.files.map { String($0.name.prefix { $0 != "." }) }

    /// A shipped theme by its name.
    public static func shipped(named name: String) -> Theme? { shipped.first { $0.name == name } }
}
