/// What the user means by a key.
enum KeyAction: Hashable, Sendable {
    // Anywhere.
    case quit, help, redraw, suspend
    case focusNext, focusPrevious
    case focus(PaneID)
    case zoom, chooseTheme, toggleMouse, togglePause, slower, faster
    case dismiss
    case why
    case command

    // Moving.
    case up, down, pageUp, pageDown, first, last

    // Models.
    case details, load, unload, unloadAll, keepAlive, pull, delete, sort, reverse, filter

    // Panes.
    case choosePanes, paneToggle, paneWider, paneNarrower, paneHigher, paneLower, panesReset

    // Residency.
    case spanShorter, spanLonger
    case cursorBack, cursorOn, cursorFarBack, cursorFarOn, cursorEnd

    // Chains.
    case run, stop, history

    // A replay.
    case replayPause, replayBack, replayForward, replayPreviousStep, replayNextStep, replayStart, replayEnd
    case replayFaster, replaySlower

    // Texts.
    case search, nextMatch, previousMatch
    case logLevel, filterLines, sentPrompt, previousStep, nextStep, copyText, saveText, openPager
    case showInLog

    // Dialogs.
    case accept, cancel, yes, no, contextLess, contextMore, deleteItem, resumeItem, keepMore, keepLess
    case completeNext, completePrevious
}
