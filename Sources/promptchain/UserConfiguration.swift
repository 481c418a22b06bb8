import Dashboard
import ModelManagement
import PromptChainCore

/// The configuration with the keys that it chooses, and all that is wrong with both.
struct UserConfiguration {
    var settings: AppConfiguration
    var keys: KeyMap
    var faults: [FileFault]

    /// Reads the file; one that is not there is an empty configuration without faults.
    init(path: String, environment: [String: String]) {
        let (settings, faults) = ConfigurationFile.load(path: path, environment: environment)
        self.init(settings, faults, file: path)
    }

    /// Reads a text.
    init(text: String, file: String, environment: [String: String]) {
        let (settings, faults) = ConfigurationFile.parse(text: text, file: file, environment: environment)
        self.init(settings, faults, file: file)
    }

    private init(_ settings: AppConfiguration, _ faults: [FileFault], file: String) {
        let reading = KeyMap.reading(settings.keys, file: file)
        self.settings = settings
        keys = reading.keys
        self.faults = (faults + reading.faults).sorted { ($0.line, $0.column) < ($1.line, $1.column) }
    }
}
