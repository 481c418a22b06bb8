import PromptChainCore

extension ConfigurationFile {
    /// Reads the section `keys`: names of actions, each with its keys. Whether there are such actions and keys is for
    /// the dashboard to say.
    static func keyChoices(_ value: YAMLValue) -> [KeyChoice] {
        (value.mapping()?.entries ?? []).compactMap { entry in
            guard let keys = keys(entry.value) else { return nil }
            return KeyChoice(
                action: entry.key, keys: keys, line: entry.line, column: entry.column, keysLine: entry.value.line,
                keysColumn: entry.value.column)
        }
    }

    /// `u`, `"6 L"`, `[6, L]`, or `none`.
    private static func keys(_ value: YAMLValue) -> [String]? {
        if value.isList {
            let texts = value.list()?.compactMap { $0.rawText() } ?? []
            return texts.isEmpty ? [] : texts
        }
        guard !value.isNull else {
            value.fault("“\(value.path)” has no key behind it", hint: "Write a key, or none.")
            return nil
        }
        guard let text = value.rawText() else { return nil }
        return text == "none" ? [] : text.split(separator: " ").map(String.init)
    }
}
