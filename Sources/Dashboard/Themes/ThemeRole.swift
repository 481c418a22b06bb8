/// What a theme has to colour. The raw value is its place among all.
public enum ThemeRole: Int, CaseIterable, Sendable {
    /// The screen behind everything; the one role that must have a background.
    case background
    /// Ordinary text.
    case text
    /// Text of the second rank: units, explanations, times.
    case muted
    /// What should hardly be seen: steps to come, fillers.
    case faint
    /// Text that stands out: a model's name, the running step.
    case strong
    /// The one colour that marks what is current.
    case accent
    /// The line at the top.
    case header
    /// The program's name in the line at the top.
    case brand
    /// Lines between panes.
    case border
    /// Lines around the pane that has the focus.
    case borderFocused
    /// A pane's title.
    case title
    /// The title of the pane that has the focus.
    case titleFocused
    /// Headings over columns.
    case columnHeading
    /// The selected row of the pane that has the focus.
    case selection
    /// The selected row of another pane.
    case selectionUnfocused
    /// What a search has found.
    case match
    /// Ready, done, fine.
    case good
    /// Something is at work: loading, unloading, running.
    case busy
    /// Something needs a look.
    case warning
    /// Something failed.
    case error
    /// Worth knowing.
    case info
    /// Readings that are out of date.
    case stale
    /// A model's reasoning, beside its answer.
    case thinking
    /// A key that can be pressed.
    case key
    /// What a key does.
    case keyLabel
    /// The full part of a progress bar.
    case gauge
    /// The empty part of a progress bar.
    case gaugeRest
    /// The curve of the last minutes.
    case spark
    /// The first model in the memory bar, and every fourth after it.
    case model1
    /// The second model in the memory bar.
    case model2
    /// The third model in the memory bar.
    case model3
    /// The fourth model in the memory bar.
    case model4
    /// Memory that something else holds.
    case otherMemory
    /// Memory that is free.
    case freeMemory
    /// The inside of a dialog.
    case dialog
    /// A dialog's border.
    case dialogBorder
    /// A dialog's title.
    case dialogTitle
    /// A field that takes text.
    case input

    /// Its name in theme files.
    public var name: String {
        switch self {
        case .brand: "header-brand"
        case .borderFocused: "border-focused"
        case .titleFocused: "title-focused"
        case .columnHeading: "column-heading"
        case .selectionUnfocused: "selection-unfocused"
        case .keyLabel: "key-label"
        case .gaugeRest: "gauge-rest"
        case .model1: "model-1"
        case .model2: "model-2"
        case .model3: "model-3"
        case .model4: "model-4"
        case .otherMemory: "memory-other"
        case .freeMemory: "memory-free"
        case .dialogBorder: "dialog-border"
        case .dialogTitle: "dialog-title"
        default: "\(self)"
        }
    }

    /// The role of a name in theme files.
    public init?(name: String) {
        guard let role = Self.byName[name] else { return nil }
        self = role
    }

    private static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.name, $0) })

    /// Roles that carry text and so need contrast; the rest are lines and bars.
    public var carriesText: Bool {
        switch self {
        case .background, .border, .borderFocused, .gaugeRest, .freeMemory, .dialogBorder, .faint: false
        default: true
        }
    }
}
