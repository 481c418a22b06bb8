import PromptChainCore
import Testing

@testable import ModelManagement

@Suite("The configuration's keys and notifications") struct KeyConfigurationTests {
    private static func parse(_ text: String) -> (AppConfiguration, [String]) {
        let (configuration, faults) = ConfigurationFile.parse(text: text, file: "c.yaml", environment: [:])
        return (configuration, faults.map(\.description))
    }

    @Test("Keys are read with their places, one or several, or none")
    func keys() {
        let (configuration, faults) = Self.parse(
            "keys:\n  unload: x\n  focus.log: \"6 L\"\n  zoom: [z, F3]\n  delete: none\n")
        #expect(faults.isEmpty)
        #expect(configuration.keys.map(\.action) == ["unload", "focus.log", "zoom", "delete"])
        #expect(configuration.keys.map(\.keys) == [["x"], ["6", "L"], ["z", "F3"], []])
        #expect(configuration.keys[1].line == 3 && configuration.keys[1].column == 3)
        #expect(configuration.keys[1].keysLine == 3 && configuration.keys[1].keysColumn == 14)
    }

    @Test("Keys that are none are faults")
    func noKeys() {
        #expect(
            Self.parse("keys:\n  unload:\n  run: {a: b}\n").1 == [
                "c.yaml:2:10: error: “keys.unload” has no key behind it\n    Write a key, or none.",
                "c.yaml:3:8: error: “keys.run” must be text, and is a mapping",
            ])
        #expect(Self.parse("keys: x\n").1.first?.hasPrefix("c.yaml:1:7: error: “keys” must be a mapping") == true)
    }

    @Test("Without a section the bell rings, and terminals that can show a message are asked to")
    func standard() {
        #expect(Self.parse("").0.notifications == NotificationConfiguration())
        let standard = NotificationConfiguration()
        #expect(standard.ringsBell && standard.desktop == .auto && standard.command.isEmpty)
        #expect(standard.leastSeconds == 30)
    }

    @Test("Notifications are read")
    func notifications() {
        let (configuration, faults) = Self.parse(
            "notifications: {bell: false, desktop: osc777, command: [notify-send, -u, low], after: 2m}\n")
        #expect(faults.isEmpty)
        #expect(
            configuration.notifications
                == NotificationConfiguration(
                    ringsBell: false, desktop: .osc777, command: ["notify-send", "-u", "low"], leastSeconds: 120))
    }

    @Test("A command is a list, and a request to the terminal is one of those that there are")
    func faulty() {
        #expect(
            Self.parse("notifications:\n  command: notify-send done\n  desktop: maybe\n  bel: true\n").1 == [
                "c.yaml:2:12: error: “notifications.command” must be a list: no shell reads it\n"
                    + "    Write the program and each of its arguments for itself, as in [notify-send, -u, low].",
                "c.yaml:3:12: error: “notifications.desktop” cannot be “maybe”\n    Write auto, off, osc9, osc777.",
                "c.yaml:4:3: error: unknown key “bel” in “notifications”\n    Did you mean “bell”?",
            ])
    }
}
