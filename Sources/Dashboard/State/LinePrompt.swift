/// The line in which a filter or a search is being written.
struct LinePrompt: Equatable, Sendable {
    /// What is written.
    enum Purpose: Equatable, Sendable {
        case filter, search
    }

    var pane: PaneID
    var purpose: Purpose
    var editor: TextEditor
    /// What Escape goes back to.
    var original: String
}
