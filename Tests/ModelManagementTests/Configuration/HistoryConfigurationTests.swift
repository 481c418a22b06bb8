import PromptChainCore
import Testing

@testable import ModelManagement

/// The section `history` of the configuration.
@Suite struct HistoryConfigurationTests {
    private func read(_ text: String) -> (HistoryConfiguration, [String]) {
        let (configuration, faults) = ConfigurationFile.parse(text: text, file: "config.yaml", environment: [:])
        return (configuration.history, faults.map(\.message))
    }

    @Test(arguments: [
        ("theme: midnight", HistoryConfiguration()),
        ("history: {enabled: false}", HistoryConfiguration(isEnabled: false)),
        (
            "history: {keep: 30d, max_size: 500MB}",
            HistoryConfiguration(keepSeconds: 30 * 86_400, maximumBytes: 500_000_000)
        ),
        ("history: {keep: forever}", HistoryConfiguration(keepSeconds: nil)),
    ])
    func whatIsSaid(text: String, expected: HistoryConfiguration) {
        #expect(read(text) == (expected, []))
    }

    @Test(arguments: [
        ("history: {max_size: 5kB}", "“max_size” must be at least 1MiB"),
        ("history: {size: 1GiB}", "unknown key “size” in “history”"),
    ])
    func faults(text: String, message: String) {
        let (configuration, faults) = read(text)
        #expect(configuration == HistoryConfiguration())
        #expect(faults == [message])
    }
}
