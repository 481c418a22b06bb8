import Dashboard
import Foundation
import PromptChainCore

/// The themes that can be chosen: those of the user's folder, then those that the program brings along.
public struct ThemeLibrary: Sendable {
    private let folder: String

    /// A library.
    /// - Parameter folder: the user's themes; need not be there.
    public init(folder: String) {
        self.folder = folder
    }

    /// The theme when none is chosen.
    public var standard: Theme { Theme.shipped(named: "midnight") ?? .terminal }

    /// The names, the user's own first.
    public var names: [String] {
        let own = userFiles.map { String($0.dropLast(Self.suffix.count)) }
        return own + Theme.shippedNames.filter { !own.contains($0) }
    }

    /// Where the user's themes lie; need not be there.
    public var userFolder: String { folder }

    /// Whether a theme is the user's own.
    public func isOwn(_ name: String) -> Bool { userFiles.contains(name + Self.suffix) }

    /// The user's own files that a theme is made from: its own, and those of what it inherits.
    public func files(of name: String) -> [String] {
        var found: [String] = []
        var next: String? = name
        while let name = next, userFiles.contains(name + Self.suffix) {
            let path = "\(folder)/\(name)\(Self.suffix)"
            guard !found.contains(path) else { break }
            found.append(path)
            let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
            next = text.split(separator: "\n").first { $0.hasPrefix("inherits:") }?
                .dropFirst("inherits:".count).split(separator: "#").first.map {
                    $0.trimmingCharacters(in: CharacterSet(charactersIn: " \"'\r"))
                }
        }
        return found
    }

    /// Reads a theme by its name.
    public func load(_ name: String) -> Result<Theme, FileFault> { load(name, within: []) }

    // A theme may build on another by name; one that comes back to itself ends there.
    private func load(_ name: String, within outer: [String]) -> Result<Theme, FileFault> {
        guard userFiles.contains(name + Self.suffix), !outer.contains(name) else {
            if let theme = Theme.shipped(named: name) { return .success(theme) }
            let near = Nearest.match(name, in: names).map { "Did you mean \($0)?" }
            return .failure(
                FileFault(
                    file: name, message: "there is no theme “\(name)”",
                    hint: near ?? "Themes: \(names.joined(separator: ", "))."))
        }
        let path = "\(folder)/\(name)\(Self.suffix)"
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            return .failure(FileFault(file: path, message: "the theme cannot be read"))
        }
        let reading = ThemeFile.read(text, file: path) { try? load($0, within: outer + [name]).get() }
        if let theme = reading.theme { return .success(theme) }
        let fault = reading.faults.first { $0.severity == .error }
        return .failure(fault ?? FileFault(file: path, message: "the theme cannot be used"))
    }

    private static let suffix = ".yaml"

    private var userFiles: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(Self.suffix) }.sorted()
    }
}
