extension ChainRunner {
    func runCommand(_ call: CommandCall, named: String, input: String, timeout: Double?) async throws -> String { "" }
}
