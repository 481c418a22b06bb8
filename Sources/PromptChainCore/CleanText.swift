extension StringProtocol {
    /// With a space for every control character, line breaks included: what a stranger wrote, fit for one line.
    public var withoutControls: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    }
}
