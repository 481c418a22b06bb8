import CellScreen
import PromptChainCore

/// Says the name of a model where there is little room.
enum ModelText {
    /// A name that keeps its tag, which tells the sizes of one model apart: `deepseek…:70b`.
    static func fitting(_ name: ModelName, columns: Int, ellipsis: Character) -> String {
        let text = name.short
        guard DisplayWidth.columns(of: text) > columns, let colon = text.lastIndex(of: ":") else { return text }
        let tag = text[colon...]
        let room = columns - DisplayWidth.columns(of: String(tag))
        guard room >= 5 else { return text }
        return DisplayWidth.truncate(String(text[..<colon]), to: room, ellipsis: ellipsis) + tag
    }
}
