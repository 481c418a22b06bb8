import CellScreen

extension ColorDepth {
    /// The colours to use, by what the environment and the terminal's description say.
    /// - Parameters:
    ///   - environment: the process's variables: `NO_COLOR` (not empty) wins over everything; `COLORTERM` promises
    ///     24-bit colour.
    ///   - described: the number of colours in the terminal's description.
    public static func detect(environment: [String: String], described: Int) -> ColorDepth {
        if let wish = environment["NO_COLOR"], !wish.isEmpty { return .none }
        if described < 8 { return .none }
        if described > 256 { return .trueColor }
        if let promise = environment["COLORTERM"]?.lowercased(), promise == "truecolor" || promise == "24bit" {
            return .trueColor
        }
        return described >= 256 ? .palette256 : .ansi16
    }
}
