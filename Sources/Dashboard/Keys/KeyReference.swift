/// The manual of all keys, made from the key table.
public enum KeyReference {
    /// `docs/keys.md` as it has to stand in the repository.
    public static var markdown: String {
        var text = """
            # Keys

            <!-- Made from the key table in Sources/Dashboard/Keys/KeyMap.swift; do not edit. -->

            `?` shows this list in the dashboard. With `--read-only`, keys marked ✎ are left out. A key that cannot work
            now says why.

            The configuration can choose other keys, by the names below; several stand with blanks between, and `none`
            leaves the action to the `:` line:

            ```yaml
            keys: {unload: x, focus.log: "6 F6", delete: none}
            ```

            A key is a character (`u`, `U`, `/`), a name (`Enter`, `Tab`, `Space`, `Esc`, `Del`, `Up`, `PgDn`, `Home`,
            `F5`), or one of these behind `Ctrl-`, `Alt-` or `Shift-`. A key that is chosen leaves the action that had
            it; when that was its last one, `promptchain check` and the start say so. `q` and Ctrl-C always quit, and
            the keys of dialogs stay as they are.

            """
        for context in KeyContext.allCases {
            let bindings = KeyMap.bindings.filter { $0.context == context }
            guard !bindings.isEmpty else { continue }
            let isNamed = context.isChoosable
            text += "\n## \(context.title)\n\n"
            text +=
                isNamed
                ? "| key | name | what it does |\n| --- | --- | --- |\n" : "| key | what it does |\n| --- | --- |\n"
            for binding in bindings {
                let keys = binding.strokes.map { "`\($0.description)`" }.joined(separator: " ")
                let name = isNamed ? " `\(binding.action.name)` |" : ""
                text += "| \(keys) |\(name) \(binding.help)\(binding.changes ? " ✎" : "") |\n"
            }
        }
        return text
    }
}
