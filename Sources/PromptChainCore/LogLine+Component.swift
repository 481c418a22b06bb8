extension LogLine {
    /// Who wrote it, as the Log pane names it: `promptchain.ollama_model_manager` as `ollama`.
    public var shortComponent: String {
        let last = component.split(separator: ".").last ?? Substring(component)
        return String(last.split(separator: "_").first ?? last)
    }

    /// Whether it was written by what a name means: the one in the pane, or what the whole name begins or ends with.
    public func isWritten(by name: String) -> Bool {
        component == name || component.hasPrefix(name + ".") || component.hasSuffix("." + name)
            || shortComponent == name
    }
}
