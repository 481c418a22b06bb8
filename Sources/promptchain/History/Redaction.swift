import PromptChainCore

/// Replaces what a run read and wrote by its length, so that a record of it can be shown to others. Names of steps,
/// models and tools stay, and so do all figures.
struct Redaction {
    private var quotes = QuoteSearch()

    /// The next event of a run, without texts.
    mutating func redacted(_ record: ChainEventRecord) -> ChainEventRecord {
        for text in Self.texts(of: record.event) { quotes.note(text) }
        var record = record
        if case .modelLoadFailed(let model, let error, let hint) = record.event {
            // No load is asked for with a text of the chain, and what a server says about memory or a missing file is why
            // somebody asks for the record.
            record.event = .modelLoadFailed(
                model: model, error: unlessQuoting(error), hint: hint.map(unlessQuoting))
        } else {
            record.event = Self.redacted(record.event)
        }
        return record
    }

    private func unlessQuoting(_ text: String) -> String { quotes.isQuoted(in: text) ? Self.length(text) : text }

    /// What an event tells of what was read and written.
    private static func texts(of event: ChainEvent) -> [String] {
        switch event {
        case .stepStarted(_, _, _, let prompt?, _): [prompt]
        case .promptSent(let sent): sent.messages.compactMap(\.content)
        case .token(_, let text, _): [text]
        case .stepFinished(let result): [result.output]
        case .stepFailed(_, _, let output): [output]
        case .toolCalled(_, let use): [JSONText.line(use.arguments)]
        case .toolFinished(_, _, _, _, let output): [output]
        default: []
        }
    }

    private static func redacted(_ event: ChainEvent) -> ChainEvent {
        switch event {
        case .stepStarted(let step, let name, let model, let prompt, let items):
            return .stepStarted(step: step, name: name, model: model, prompt: prompt.map(length), items: items)
        case .promptSent(let sent): return .promptSent(redacted(sent))
        case .token(let step, let text, let thinking): return .token(step: step, text: length(text), thinking: thinking)
        case .stepFinished(var result):
            result.output = length(result.output)
            return .stepFinished(result)
        // Reasons quote what a model, a command or a tool has written.
        case .stepFailed(let step, let reason, let output):
            return .stepFailed(step: step, reason: length(reason), output: length(output))
        case .stepRetried(let step, let attempt, let reason, let breaker):
            return .stepRetried(step: step, attempt: attempt, reason: length(reason), breaker: breaker)
        case .stepSkipped(let step, let reason): return .stepSkipped(step: step, reason: length(reason))
        case .toolCalled(let step, let use): return .toolCalled(step: step, redacted(use))
        case .toolFinished(let step, let use, let seconds, let isError, let output):
            return .toolFinished(
                step: step, redacted(use), seconds: seconds, isError: isError, output: length(output))
        case .chainBroken(let step, let breaker, let reason):
            return .chainBroken(step: step, breaker: breaker, reason: length(reason))
        case .log(let level, let component, let message):
            return .log(level: level, component: component, message: length(message))
        case .warning(let message, let hint): return .warning(message: length(message), hint: hint.map(length))
        case .runFinished(var result):
            result.output = length(result.output)
            result.error = result.error.map(length)
            return .runFinished(result)
        default: return event
        }
    }

    private static func redacted(_ use: ChainEvent.ToolUse) -> ChainEvent.ToolUse {
        var use = use
        use.arguments = redacted(use.arguments)
        return use
    }

    private static func redacted(_ sent: ChainEvent.PromptSent) -> ChainEvent.PromptSent {
        var sent = sent
        for index in sent.messages.indices {
            sent.messages[index].content = sent.messages[index].content.map(length)
            for picture in sent.messages[index].pictures.indices {
                sent.messages[index].pictures[picture].name = sent.messages[index].pictures[picture].name.map(length)
            }
            for call in sent.messages[index].calls.indices {
                sent.messages[index].calls[call].arguments = redacted(sent.messages[index].calls[call].arguments)
            }
        }
        // A form of the answer, and words at which it stops, may tell what it is about.
        sent.parameters = sent.parameters.mapValues(figures)
        return sent
    }

    private static func redacted(_ arguments: JSONValue) -> JSONValue {
        .object(["redacted": .string(length(JSONText.line(arguments)))])
    }

    /// A value without its texts, and forms of answers without what they ask for.
    private static func figures(of value: JSONValue) -> JSONValue {
        switch value {
        case .string(let text): .string(length(text))
        case .array(let values): .array(values.map(figures))
        case .object(let members) where members["type"] != nil: redacted(.object(members))
        case .object(let members): .object(members.mapValues(figures))
        default: value
        }
    }

    private static func length(_ text: String) -> String { text.isEmpty ? "" : "(\(text.count) characters)" }
}
