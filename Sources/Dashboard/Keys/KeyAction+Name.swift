extension KeyAction {
    /// The name by which the configuration and the command line call it: `unload_all`, `focus.log`. It is made from the
    /// case's own name, so that an action cannot be without one.
    var name: String {
        let mirror = Mirror(reflecting: self)
        guard let (label, value) = mirror.children.first else { return Self.spelled("\(self)") }
        return Self.spelled(label ?? "\(self)") + "." + Self.spelled("\(value)")
    }

    /// `unloadAll` as `unload_all`.
    private static func spelled(_ word: String) -> String {
        word.reduce(into: "") { text, letter in
            text += letter.isUppercase ? "_" + letter.lowercased() : String(letter)
        }
    }
}
