/// What a theme has to colour. The raw value is the name in theme files.
public enum ThemeRole: String, CaseIterable, Sendable {
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
    case brand = "header-brand"
    /// Lines between panes.
    case border
    /// Lines around the pane that has the focus.
    case borderFocused = "border-focused"
    /// A pane's title.
    case title
    /// The title of the pane that has the focus.
    case titleFocused = "title-focused"
    /// Headings over columns.
    case columnHeading = "column-heading"
    /// The selected row of the pane that has the focus.
    case selection
    /// The selected row of another pane.
    case selectionUnfocused = "selection-unfocused"
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
    case keyLabel = "key-label"
    /// The full part of a progress bar.
    case gauge
    /// The empty part of a progress bar.
    case gaugeRest = "gauge-rest"
    /// The curve of the last minutes.
    case spark
    /// The first model in the memory bar, and every fourth after it.
    case model1 = "model-1"
    /// The second model in the memory bar.
    case model2 = "model-2"
    /// The third model in the memory bar.
    case model3 = "model-3"
    /// The fourth model in the memory bar.
    case model4 = "model-4"
    /// Memory that something else holds.
    case otherMemory = "memory-other"
    /// Memory that is free.
    case freeMemory = "memory-free"
    /// The inside of a dialog.
    case dialog
    /// A dialog's border.
    case dialogBorder = "dialog-border"
    /// A dialog's title.
    case dialogTitle = "dialog-title"
    /// A field that takes text.
    case input

    /// Roles that carry text and so need contrast; the rest are lines and bars.
    public var carriesText: Bool {
        switch self {
        case .background, .border, .borderFocused, .gaugeRest, .freeMemory, .dialogBorder, .faint: false
        default: true
        }
    }
}
