extension DashboardState {
    /// Whether an answer is on its way to what a key asked for, so that a picture can wait for it.
    public var isAsking: Bool {
        installed.values.contains(.asked) || (chainFiles == nil && dialogs.contains(where: \.choosesChain))
    }
}

extension Dialog {
    fileprivate var choosesChain: Bool {
        if case .picker(let picker) = self { picker.purpose == .chain } else { false }
    }
}
