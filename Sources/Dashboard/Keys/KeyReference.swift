/// The manual of all keys, made from the key table.
public enum KeyReference {
    /// `docs/keys.md` as it has to stand in the repository.
    public static var markdown: String {
        var text = """
            # Keys

            <!-- Made from the key table in Sources/Dashboard/Keys/KeyMap.swift; do not edit. -->

            `?` shows this list in the dashboard. With `--read-only`, keys marked ✎ are left out. A key that cannot work
            now says why.

            """
        for context in KeyContext.allCases {
            let bindings = KeyMap.bindings.filter { $0.context == context }
            guard !bindings.isEmpty else { continue }
            text += "\n## \(context.title)\n\n| key | what it does |\n| --- | --- |\n"
            for binding in bindings {
                let keys = binding.strokes.map { "`\($0.description)`" }.joined(separator: " ")
                text += "| \(keys) | \(binding.help)\(binding.changes ? " ✎" : "") |\n"
            }
        }
        return text
    }
}
