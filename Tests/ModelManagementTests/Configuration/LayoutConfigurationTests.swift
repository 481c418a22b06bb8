import Foundation
import ModelManagement
import PromptChainCore
import Testing

@Suite("The layout in configuration files") struct LayoutConfigurationTests {
    private func parse(_ text: String) -> (PaneLayout?, [String]) {
        let (configuration, faults) = ConfigurationFile.parse(text: text, file: "config.yaml", environment: [:])
        return (configuration.layout, faults.map { "\($0.line):\($0.column) \($0.message)" })
    }

    @Test("Panes and sizes are read")
    func reads() {
        let (layout, faults) = parse(
            "layout:\n  panes: [models, chain, output]\n  rows: {output: -2}\n  columns: {chain: 6}\n")
        #expect(faults.isEmpty)
        #expect(
            layout
                == PaneLayout(hidden: ["vram", "residency", "log"], rows: ["output": -2], columns: ["chain": 6]))
        #expect(parse("theme: midnight\n").0 == nil)
    }

    @Test("Every fault comes with its line")
    func faults() {
        let (_, faults) = parse("layout:\n  panes: [models, chian]\n  rows: {output: tall, lgo: 1}\n  size: 3\n")
        #expect(faults.count == 4)
        #expect(faults.contains { $0.hasPrefix("2:") && $0.contains("there is no pane “chian”") })
        #expect(faults.contains { $0.hasPrefix("3:") && $0.contains("lgo") })
        #expect(faults.contains { $0.hasPrefix("4:") && $0.contains("size") })
        #expect(parse("layout: {panes: []}").1.contains { $0.contains("must name a pane") })
    }

    @Test("What the dashboard saves is read again; the usual layout leaves no file; a damaged one is said")
    func saves() throws {
        let folder = NSTemporaryDirectory() + "layout-\(UUID().uuidString)/state"
        defer { try? FileManager.default.removeItem(atPath: (folder as NSString).deletingLastPathComponent) }
        let file = LayoutFile(folder: folder)
        #expect(file.load().0 == nil && file.load().1.isEmpty)
        let layout = PaneLayout(hidden: ["log"], rows: ["residency": 3, "log": 0], columns: ["models": -4])
        try file.save(layout)
        let saved = file.load()
        #expect(saved.1.isEmpty)
        #expect(saved.0 == PaneLayout(hidden: ["log"], rows: ["residency": 3], columns: ["models": -4]))
        try file.save(PaneLayout())
        #expect(!FileManager.default.fileExists(atPath: file.path))
        try file.save(PaneLayout())
        try Data("layout: {panes: [nothing]}".utf8).write(to: URL(fileURLWithPath: file.path))
        #expect(file.load().0 == nil && file.load().1.contains { $0.message.contains("there is no pane") })
    }
}
