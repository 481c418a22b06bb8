import CellScreen

extension Theme {
    /// The theme that needs no file: the terminal's own sixteen colours on its own background.
    public static let terminal = Theme(
        name: "terminal", author: "PromptChain contributors", license: "MIT", styles: [:])

    static let terminalStyles: [ThemeRole: Style] = {
        func ink(_ code: UInt8?, _ attributes: TextAttributes = []) -> Style {
            Style(foreground: code.map { .ansi($0) } ?? .terminalDefault, attributes: attributes)
        }
        return [
            .background: Style(foreground: .terminalDefault, background: .terminalDefault),
            .text: ink(nil), .muted: ink(nil, .dim), .faint: ink(nil, .dim), .strong: ink(nil, .bold),
            .accent: ink(6, .bold), .header: ink(nil), .brand: ink(6, .bold),
            .border: ink(nil, .dim), .borderFocused: ink(6), .title: ink(nil, .bold), .titleFocused: ink(6, .bold),
            .columnHeading: ink(nil, .dim),
            .selection: Style(attributes: .reverse), .selectionUnfocused: ink(nil, .bold),
            .match: Style(attributes: .reverse),
            .good: ink(2), .busy: ink(6), .warning: ink(3), .error: ink(1, .bold), .info: ink(4),
            .stale: ink(nil, .dim),
            .thinking: ink(nil, .dim), .key: ink(6, .bold), .keyLabel: ink(nil),
            .gauge: ink(6), .gaugeRest: ink(nil, .dim), .spark: ink(6),
            .model1: ink(6), .model2: ink(5), .model3: ink(3), .model4: ink(2),
            .otherMemory: ink(4), .freeMemory: ink(nil, .dim),
            .dialog: Style(foreground: .terminalDefault, background: .terminalDefault),
            .dialogBorder: ink(6), .dialogTitle: ink(6, .bold), .input: ink(nil, .underline),
        ]
    }()
}
