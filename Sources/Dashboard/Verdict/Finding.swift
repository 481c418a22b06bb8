import PromptChainCore

/// Something that slows or stops a server or a run, as one rule sees it: what the line under the header says, and what the
/// dialog behind `w` shows as proof.
struct Finding: Equatable, Sendable {
    /// How grave it is. The gravest comes first.
    enum Severity: Int, Comparable, Sendable {
        /// Worth knowing when nothing else is going on.
        case advice
        /// Somebody waits, or will.
        case attention
        /// Nothing works until somebody acts.
        case failed

        static func < (one: Severity, other: Severity) -> Bool { one.rawValue < other.rawValue }

        var sign: Verdict.Sign { self == .failed ? .failed : .attention }
    }

    /// What it is about: where `Enter` in the dialog goes.
    struct Subject: Hashable, Sendable {
        var server: String = ""
        var model: ModelName?
        /// The pane that shows it.
        var pane = PaneID.models
    }

    /// One thing that was read.
    struct Evidence: Equatable, Sendable {
        /// What it is.
        var label: String
        /// What it was.
        var value: String
        /// Where it was read.
        var source: String
        /// When, in seconds since 1970; `nil` for now.
        var time: Double?

        init(_ label: String, _ value: String, _ source: String, at time: Double? = nil) {
            self.label = label
            self.value = value
            self.source = source
            self.time = time
        }
    }

    /// What helps: a key, or a command to type elsewhere.
    struct Help: Equatable, Sendable {
        /// A key of the dashboard or a command.
        var key: String
        /// What it does: `unloads it`.
        var does: String
        /// Whether it is a command for a shell.
        var isCommand = false
        /// Whether it changes something, so that `--read-only` leaves it out.
        var changes = true

        var text: String { isCommand ? "`\(key)` \(does)" : "\(key) \(does)" }
    }

    /// What tells it from other findings, and the same one of a moment ago.
    struct Identity: Hashable, Sendable {
        var rule: String
        var server: String
        var model: ModelName?
    }

    var subject: Subject
    var severity: Severity
    /// What is said in any case.
    var text: String
    /// What is added as far as there is room, in this order, with what stands between.
    var details: [Verdict.Detail] = []
    var evidence: [Evidence]
    var help: Help?
    /// The line of the log that it rests on; `nil` when it rests on none.
    var logLine: String?
    /// Whether the sentence on what is going on says it as well, in its own place among the others.
    var isSaidByState = false
    /// The rule that found it; the list of rules sets it.
    var rule = ""

    var identity: Identity { Identity(rule: rule, server: subject.server, model: subject.model) }

    /// The finding as the line shows it.
    func verdict(isReadOnly: Bool) -> Verdict {
        var all = details
        if let help, !(isReadOnly && help.changes && !help.isCommand) {
            all.append(Verdict.Detail(" — ", help.text))
        }
        return Verdict(severity.sign, text, all)
    }

    /// The finding as programs read it: without keys.
    var sentence: String { text + details.map { $0.separator + $0.text }.joined() }
}
