import Foundation
import PromptChainCore

extension ConfigurationFile {
    /// Reads the section `layout`.
    static func layout(_ value: YAMLValue) -> PaneLayout? {
        guard let mapping = value.mapping(keys: ["panes", "rows", "columns"]) else { return nil }
        var layout = PaneLayout()
        if let panes = mapping["panes"] {
            let names = (panes.list() ?? []).compactMap { entry -> String? in
                guard let name = entry.text() else { return nil }
                if PaneLayout.names.contains(name) { return name }
                entry.fault("there is no pane “\(name)”", hint: paneHint(name))
                return nil
            }
            if names.isEmpty {
                panes.fault("“\(panes.path)” must name a pane", hint: paneHint(""))
            } else {
                layout.hidden = Set(PaneLayout.names).subtracting(names)
            }
        }
        layout.rows = mapping["rows"].map(sizes) ?? [:]
        layout.columns = mapping["columns"].map(sizes) ?? [:]
        return layout
    }

    private static func sizes(_ value: YAMLValue) -> [String: Int] {
        guard let mapping = value.mapping(keys: PaneLayout.names) else { return [:] }
        var result: [String: Int] = [:]
        for entry in mapping.entries where PaneLayout.names.contains(entry.key) {
            result[entry.key] = entry.value.integer(in: -PaneLayout.most...PaneLayout.most)
        }
        return result
    }

    private static func paneHint(_ name: String) -> String {
        Nearest.match(name, in: PaneLayout.names).map { "Did you mean “\($0)”?" }
            ?? "The panes are \(PaneLayout.names.joined(separator: ", "))."
    }
}

/// The layout that was chosen in the dashboard, in a file of the state folder. It goes before the configuration's.
public struct LayoutFile: Equatable, Sendable {
    /// Its path.
    public var path: String

    /// The file of a state folder.
    public init(folder: String) { path = folder + "/layout.yaml" }

    /// The layout that was saved; `nil` when none was. A file that is wrong counts as none, and its faults say why.
    public func load() -> (PaneLayout?, [FileFault]) {
        guard FileManager.default.fileExists(atPath: path) else { return (nil, []) }
        let (configuration, faults) = ConfigurationFile.load(path: path, environment: [:])
        return (faults.isEmpty ? configuration.layout : nil, faults)
    }

    /// Saves a layout; the usual one removes the file. Throws what the file system says.
    public func save(_ layout: PaneLayout) throws {
        let text = layout.yaml
        guard !text.isEmpty else {
            if FileManager.default.fileExists(atPath: path) { try FileManager.default.removeItem(atPath: path) }
            return
        }
        let folder = (path as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let heading =
            "# Written by the dashboard (key v); the configuration's `layout` is not used while this is here.\n"
        try Data((heading + text).utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    }
}
