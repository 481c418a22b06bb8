import PromptChainCore

/// Puts the calls of an answer together from their parts. Servers differ: most number the calls and send the arguments
/// in pieces, some send whole calls, all with the number 0 or with none.
struct ToolCallAssembly {
    private struct Draft {
        var index: Int?
        var id: String
        var name: String
        var text: String
        var value: JSONValue?
    }

    private var drafts: [Draft] = []

    /// Takes a part.
    mutating func add(_ part: OpenAIPayload.ToolCallPart) {
        let place = place(of: part)
        let name = part.function?.name ?? ""
        if !name.isEmpty, drafts[place].name.isEmpty { drafts[place].name = name }
        if let id = part.id, !id.isEmpty { drafts[place].id = id }
        switch part.function?.arguments {
        case .string(let text)?: drafts[place].text += text
        case let value?: drafts[place].value = value
        case nil: break
        }
    }

    /// The calls in the order in which they began. A part that named no tool is none.
    var complete: [ToolCall] {
        drafts.filter { !$0.name.isEmpty }.map { draft in
            draft.value.map { ToolCall(id: draft.id, name: draft.name, value: $0) }
                ?? ToolCall(id: draft.id, name: draft.name, text: draft.text)
        }
    }

    private mutating func place(of part: OpenAIPayload.ToolCallPart) -> Int {
        let id = part.id ?? ""
        let known = drafts.lastIndex { part.index == nil || $0.index == part.index }
        let isAnother = known.map { !id.isEmpty && !drafts[$0].id.isEmpty && drafts[$0].id != id } ?? true
        // Without number and identifier a name begins the next call.
        let namesNext = part.index == nil && id.isEmpty && part.function?.name?.isEmpty == false && known != nil
        if let known, !isAnother, !namesNext { return known }
        drafts.append(Draft(index: part.index, id: id, name: "", text: ""))
        return drafts.count - 1
    }
}
