import CellScreen

/// What the keys mean: the one table of keys, as the user's own choices change it.
public struct KeyMap: Equatable, Sendable {
    /// The table in effect.
    let table: [KeyBinding]

    /// The keys when nobody chose others.
    public static let standard = KeyMap(table: bindings)

    /// The places in the table of what the footer can show, the most useful first.
    private let footerPlaces: [Int]

    init(table: [KeyBinding]) {
        self.table = table
        footerPlaces = table.indices.filter { table[$0].label != nil && !table[$0].strokes.isEmpty }
            .sorted { (table[$0].rank, $0) < (table[$1].rank, $1) }
    }

    static let bindings: [KeyBinding] =
        [
            // Models.
            KeyBinding(
                "l", .anywhere, .load, "load a model: choose from what is installed", label: "load", rank: 10,
                needs: [.load], changes: true),
            KeyBinding(
                "u", .models, .unload, "unload the selected model", label: "unload", rank: 11, needs: [.unload],
                changes: true),
            KeyBinding(
                "Enter", .models, .details, "all that is known about the selected model", label: "details", rank: 30),
            KeyBinding(
                "K", .models, .keepAlive, "set how long the selected model stays", label: "keep", rank: 22,
                needs: [.keepAlive], changes: true),
            KeyBinding("o", .models, .sort, "sort by name, size, VRAM, context, expiry, …", label: "sort", rank: 24),
            KeyBinding("O", .models, .reverse, "sort the other way round"),
            KeyBinding(
                "/", .models, .filter, "only models that match; !text: only the others",
                label: "filter", rank: 16),
            KeyBinding(
                "L", .models, .showInLog, "the Log at the model's last load or unload", label: "log", rank: 29),
            KeyBinding(
                "d", .models, .delete, "delete the selected model from disk (asks)", rank: 60, needs: [.delete],
                changes: true),
            KeyBinding(
                "U", .anywhere, .unloadAll, "unload every model of the server (asks)", rank: 40, needs: [.unload],
                changes: true),
            KeyBinding(
                "p", .anywhere, .pull, "pull a model: download it by name", label: "pull", rank: 26, needs: [.pull],
                changes: true),

            // Residency.
            KeyBinding(
                "Left", .residency, .cursorBack, "look at an earlier moment, in all panes", label: "back", rank: 8),
            KeyBinding("Right", .residency, .cursorOn, "look at a later moment", label: "on", rank: 9),
            KeyBinding("PgUp Shift-Left", .residency, .cursorFarBack, "look at a much earlier moment"),
            KeyBinding("PgDn Shift-Right", .residency, .cursorFarOn, "look at a much later moment"),
            KeyBinding("End", .residency, .cursorEnd, "back to now", label: "now", rank: 9),
            KeyBinding("<", .residency, .spanShorter, "show less time", label: "less", rank: 18),
            KeyBinding(">", .residency, .spanLonger, "show more time", label: "more time", rank: 19),

            // Chains.
            KeyBinding(
                "r", .anywhere, .run, "run a chain: choose a file, then write its input", label: "run", rank: 12,
                changes: true),
            KeyBinding("s", .anywhere, .stop, "stop the running chain (asks)", label: "stop", rank: 13, changes: true),
            KeyBinding(
                "R", .anywhere, .history, "recorded runs: look at one again, or resume it", label: "history",
                rank: 33),
            KeyBinding(
                "Enter", .chain, .details, "all that is known about the selected step", label: "details", rank: 30),
            KeyBinding(
                "L", .chain, .showInLog, "the Log where the step begins, or fails", label: "log", rank: 29),

            // Why it waits.
            KeyBinding(
                "w", .anywhere, .why, "why it waits: what is slow, and what helps", label: "why",
                rank: 15),

            // Texts.
            KeyBinding("/", .text, .search, "search for a text", label: "search", rank: 3),
            KeyBinding("n", .text, .nextMatch, "next match", label: "next", rank: 17),
            KeyBinding("N", .text, .previousMatch, "previous match"),
            KeyBinding(
                "y", .text, .copyText, "copy the answer; in Log the lines in view", label: "copy",
                rank: 6),
            KeyBinding(
                "S", .text, .saveText, "save to a file; in Log what the filter shows",
                label: "save", rank: 7),
            KeyBinding("e", .text, .openPager, "read the text in $PAGER, less or more", label: "pager", rank: 8),
            KeyBinding(
                "i", .text, .sentPrompt, "in Output: what the step was asked, and back", label: "prompt", rank: 4,
                in: .output),
            KeyBinding("[", .text, .previousStep, "in Output: the text of the step before", in: .output),
            KeyBinding(
                "]", .text, .nextStep, "in Output: the text of the next step", label: "step", rank: 5, in: .output),
            KeyBinding(
                "&", .text, .filterLines, "in Log: lines with a text; !text: the others",
                label: "filter", rank: 4, in: .log),
            KeyBinding(
                "f", .text, .logLevel, "in Log: all lines, from info, warning, error on", label: "level", rank: 5,
                in: .log),

            // Moving.
            KeyBinding("j Down", .anywhere, .down, "one row down"),
            KeyBinding("k Up", .anywhere, .up, "one row up"),
            KeyBinding("PgDn Ctrl-F", .anywhere, .pageDown, "one page down"),
            KeyBinding("PgUp Ctrl-B", .anywhere, .pageUp, "one page up"),
            KeyBinding("g Home", .anywhere, .first, "to the first row"),
            KeyBinding("G End", .anywhere, .last, "to the last row, and follow what comes"),
            KeyBinding("Tab", .anywhere, .focusNext, "next pane", label: "pane", rank: 28),
            KeyBinding("Shift-Tab", .anywhere, .focusPrevious, "previous pane"),
            KeyBinding("1", .anywhere, .focus(.models), "to Models"),
            KeyBinding("2", .anywhere, .focus(.vram), "to VRAM"),
            KeyBinding("3", .anywhere, .focus(.residency), "to Residency"),
            KeyBinding("4", .anywhere, .focus(.chain), "to Chain"),
            KeyBinding("5", .anywhere, .focus(.output), "to Output"),
            KeyBinding("6", .anywhere, .focus(.log), "to Log"),

            // The dashboard.
            KeyBinding(
                "z", .anywhere, .zoom, "the focused pane over the whole screen, and back", label: "zoom", rank: 27),
            KeyBinding("v", .anywhere, .choosePanes, "choose the panes and their sizes", label: "panes", rank: 34),
            KeyBinding(":", .anywhere, .command, "write a command: any action, theme NAME, …", rank: 70),
            KeyBinding("t", .anywhere, .chooseTheme, "choose a theme", label: "theme", rank: 32),
            KeyBinding("m", .anywhere, .toggleMouse, "mouse on or off (off: the terminal selects text)"),
            KeyBinding("Space", .anywhere, .togglePause, "stop polling, and go on"),
            KeyBinding("+ =", .anywhere, .faster, "poll more often"),
            KeyBinding("-", .anywhere, .slower, "poll less often"),
            KeyBinding("Ctrl-L", .anywhere, .redraw, "draw the screen anew"),
            KeyBinding("Ctrl-Z", .anywhere, .suspend, "suspend; `fg` comes back"),
            KeyBinding("Esc", .anywhere, .dismiss, "close a message, leave zoom, drop the filter"),
            KeyBinding("? F1", .anywhere, .help, "every key", label: "help", rank: 1),
            KeyBinding("q Ctrl-C", .anywhere, .quit, "quit (asks only while a chain runs)", label: "quit", rank: 14),
        ] + replayBindings + dialogBindings

    private static let replayBindings: [KeyBinding] = [
        KeyBinding(
            "Space", .replay, .replayPause, "pause, and go on; at the end, begin again", label: "pause", rank: 2),
        KeyBinding("Left", .replay, .replayBack, "five seconds back", label: "back", rank: 3),
        KeyBinding("Right", .replay, .replayForward, "five seconds on", label: "on", rank: 4),
        KeyBinding(
            "[", .replay, .replayPreviousStep, "to where the step begins, then the one before", label: "step",
            rank: 5),
        KeyBinding("]", .replay, .replayNextStep, "to the next step", label: "step", rank: 6),
        KeyBinding("Home", .replay, .replayStart, "to the beginning of the run"),
        KeyBinding("End", .replay, .replayEnd, "to the end of the run", label: "end", rank: 9),
        KeyBinding("+ =", .replay, .replayFaster, "faster", label: "faster", rank: 7),
        KeyBinding("-", .replay, .replaySlower, "slower", label: "slower", rank: 8),
    ]

    private static let dialogBindings: [KeyBinding] = [
        KeyBinding("Enter", .picker, .accept, "choose", label: "choose", rank: 1),
        KeyBinding("Up Ctrl-P", .picker, .up, "one row up"),
        KeyBinding("Down Ctrl-N", .picker, .down, "one row down"),
        KeyBinding("PgUp", .picker, .pageUp, "one page up"),
        KeyBinding("PgDn", .picker, .pageDown, "one page down"),
        KeyBinding(
            "Left", .picker, .contextLess, "load with a smaller context, or with what fits", label: "context",
            rank: 3),
        KeyBinding("Right", .picker, .contextMore, "load with a larger context"),
        KeyBinding("Tab", .picker, .keepMore, "load, and let the model stay longer"),
        KeyBinding("Shift-Tab", .picker, .keepLess, "load, and let the model stay less long"),
        KeyBinding(
            "Del", .picker, .deleteItem, "delete the highlighted model from disk (asks)", label: "delete", rank: 4,
            needs: [.delete], changes: true),
        KeyBinding("F2", .picker, .resumeItem, "go on with the highlighted run (asks)", changes: true),
        KeyBinding("Esc Ctrl-C", .picker, .cancel, "close; every other key filters", label: "close", rank: 2),

        KeyBinding(
            "F2 Ctrl-D Alt-Enter", .input, .accept, "done: run the chain, pull the model", label: "run", rank: 1),
        KeyBinding("Esc Ctrl-C", .input, .cancel, "close without doing anything", label: "close", rank: 2),

        KeyBinding("y", .confirm, .yes, "yes", label: "yes", rank: 1),
        KeyBinding("n Esc q", .confirm, .no, "no", label: "no", rank: 2),

        KeyBinding("j Down", .reading, .down, "one row down", label: "down", rank: 2),
        KeyBinding("k Up", .reading, .up, "one row up"),
        KeyBinding("PgDn Space", .reading, .pageDown, "one page down"),
        KeyBinding("PgUp", .reading, .pageUp, "one page up"),
        KeyBinding("g Home", .reading, .first, "to the top"),
        KeyBinding("G End", .reading, .last, "to the bottom"),
        KeyBinding("Esc Enter q ? Ctrl-C", .reading, .cancel, "close", label: "close", rank: 1),

        KeyBinding("j Down", .why, .down, "next finding", label: "next", rank: 2),
        KeyBinding("k Up", .why, .up, "previous finding"),
        KeyBinding("PgDn Space", .why, .pageDown, "one page down"),
        KeyBinding("PgUp", .why, .pageUp, "one page up"),
        KeyBinding("g Home", .why, .first, "to the top"),
        KeyBinding("G End", .why, .last, "to the bottom"),
        KeyBinding("Enter", .why, .accept, "to the pane and row that it is about", label: "go there", rank: 3),
        KeyBinding("L", .why, .showInLog, "to the Log, where it begins", label: "log", rank: 4),
        KeyBinding("Esc q w Ctrl-C", .why, .cancel, "close", label: "close", rank: 1),

        KeyBinding("j Down", .panes, .down, "next pane", label: "pane", rank: 3),
        KeyBinding("k Up", .panes, .up, "previous pane"),
        KeyBinding("Space", .panes, .paneToggle, "show or hide it", label: "show", rank: 2),
        KeyBinding("Right", .panes, .paneWider, "wider", label: "wider", rank: 4),
        KeyBinding("Left", .panes, .paneNarrower, "narrower", label: "narrower", rank: 5),
        KeyBinding("+ =", .panes, .paneHigher, "higher", label: "higher", rank: 6),
        KeyBinding("-", .panes, .paneLower, "lower", label: "lower", rank: 7),
        KeyBinding("R", .panes, .panesReset, "all panes in their usual sizes", label: "usual", rank: 8),
        KeyBinding("Enter", .panes, .accept, "keep it, also for the next time", label: "save", rank: 1),
        KeyBinding("Esc q Ctrl-C", .panes, .cancel, "as it was before", label: "close", rank: 9),

        KeyBinding("Enter", .prompt, .accept, "keep what was written", label: "keep", rank: 1),
        KeyBinding("Esc Ctrl-C", .prompt, .cancel, "go back to what was there before", label: "cancel", rank: 2),

        KeyBinding("Enter", .command, .accept, "do it", label: "do it", rank: 1),
        KeyBinding("Tab Down", .command, .completeNext, "the next of what it may become", label: "complete", rank: 3),
        KeyBinding("Shift-Tab Up", .command, .completePrevious, "the one before"),
        KeyBinding("Esc Ctrl-C", .command, .cancel, "close", label: "close", rank: 2),
    ]

    /// What a key means: first in its context, then, in a pane, anywhere.
    func binding(for stroke: KeyStroke, in context: KeyContext) -> KeyBinding? {
        place(of: stroke, in: context).map { table[$0] }
    }

    // By place, here and below: a binding has many parts, all of which would be copied.
    private func place(of stroke: KeyStroke, in context: KeyContext) -> Int? {
        table.indices.first { table[$0].context == context && table[$0].strokes.contains(stroke) }
            ?? (context.isPane ? place(of: stroke, in: .anywhere) : nil)
    }

    /// What a key means in a dialog. Those keys are the same for everybody, so that each dialog can be closed.
    static func binding(for stroke: KeyStroke, in context: KeyContext) -> KeyBinding? {
        standard.binding(for: stroke, in: context)
    }

    /// What the footer shows in a context, the most useful first.
    func footer(
        in context: KeyContext, of pane: PaneID? = nil, isReadOnly: Bool, isRunning: Bool, feed: FeedState? = nil
    ) -> [KeyBinding] {
        footerPlaces.filter { place in
            guard table[place].pane == nil || table[place].pane == pane, !(isReadOnly && table[place].changes) else {
                return false
            }
            switch table[place].context {
            case .replay: return context.isPane && feed?.replay != nil
            case context: break
            case .anywhere where context.isPane: break
            default: return false
            }
            switch table[place].action {
            case .stop: return isRunning && (feed?.canStop ?? true)
            case .run: return !isRunning && feed == nil
            default: return true
            }
        }
        .map { table[$0] }
    }
}
