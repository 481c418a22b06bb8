import CellScreen
import PromptChainCore
import Yams

/// Reads theme files: a palette of named colours, and how each role looks.
public enum ThemeFile {
    /// What came out of a file.
    public struct Reading: Equatable, Sendable {
        /// The theme; `nil` when there is an error.
        public var theme: Theme?
        /// Everything that is wrong, in the order of the file.
        public var faults: [FileFault]
    }

    /// Reads a theme.
    /// - Parameters:
    ///   - text: what the file holds.
    ///   - file: its path, for faults.
    ///   - inherited: a theme by its name, for `inherits`.
    /// - Returns: the theme, and every fault at once.
    public static func read(
        _ text: String, file: String, inheriting inherited: (String) -> Theme? = { Theme.shipped(named: $0) }
    ) -> Reading {
        var reader = ThemeReader(file: file)
        let theme = reader.read(text, inherited)
        let faults = reader.faults.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
        return Reading(theme: faults.contains { $0.severity == .error } ? nil : theme, faults: faults)
    }
}

/// Goes through the nodes of a file and collects what is wrong.
private struct ThemeReader {
    private static let keys = ["name", "author", "license", "inherits", "palette", "roles"]

    let file: String
    private(set) var faults: [FileFault] = []
    private var palette: [String: Color] = [:]

    init(file: String) {
        self.file = file
    }

    mutating func read(_ text: String, _ inherited: (String) -> Theme?) -> Theme? {
        let root: Node.Mapping
        do {
            // Everything is text here, so that nothing has to be told apart, for which regular expressions would be made.
            guard let node = try Yams.compose(yaml: text, .basic) else {
                add(nil, "the file is empty", hint: "a theme has a name and roles")
                return nil
            }
            guard let mapping = node.mapping else {
                add(node, "a theme is a list of keys and values", hint: "begin with `name:`")
                return nil
            }
            root = mapping
        } catch {
            addSyntax(error)
            return nil
        }
        for (key, _) in root where !Self.keys.contains(key.string ?? "") {
            let name = key.string ?? "?"
            add(key, "unknown key `\(name)`", hint: Spelling.hint(name, among: Self.keys))
        }
        readPalette(root.value("palette"))
        let name = string(root, "name")
        if name == nil { add(nil, "the theme has no name", hint: "add `name: …`") }
        let base = readBase(root, name: name, inherited)
        let styles = readRoles(root.value("roles"))
        let theme = Theme(
            name: name ?? "", author: string(root, "author") ?? "", license: string(root, "license") ?? "",
            styles: base.merging(styles) { $1 })
        if root.value("inherits") == nil { checkCompleteness(styles, at: root.value("roles")) }
        warnOfContrast(theme, root.value("roles"))
        return theme
    }

    private func string(_ root: Node.Mapping, _ key: String) -> String? { root.value(key)?.string }

    private mutating func readBase(
        _ root: Node.Mapping, name: String?, _ inherited: (String) -> Theme?
    ) -> [ThemeRole: Style] {
        guard let node = root.value("inherits") else { return [:] }
        let parent = node.string ?? ""
        guard parent != name else {
            add(node, "a theme cannot inherit from itself")
            return [:]
        }
        guard let theme = inherited(parent) else {
            add(
                node, "there is no theme `\(parent)` to inherit from",
                hint: Spelling.hint(parent, among: Theme.shippedNames))
            return [:]
        }
        return Dictionary(uniqueKeysWithValues: ThemeRole.allCases.map { ($0, theme[$0]) })
    }

    private mutating func readPalette(_ node: Node?) {
        guard let node else { return }
        guard let mapping = node.mapping else {
            add(node, "`palette` is a list of names and colours")
            return
        }
        for (key, value) in mapping {
            guard let name = key.string else { continue }
            guard let color = ColorText.literal(value.string ?? "") else {
                add(
                    value, "`\(value.string ?? "?")` is no colour",
                    hint: "write \"#rrggbb\", in quotes, or one of the terminal's, as `bright-blue`")
                continue
            }
            palette[name] = color
        }
    }

    private mutating func readRoles(_ node: Node?) -> [ThemeRole: Style] {
        guard let node else { return [:] }
        guard let mapping = node.mapping else {
            add(node, "`roles` is a list of roles and how they look")
            return [:]
        }
        var styles: [ThemeRole: Style] = [:]
        for (key, value) in mapping {
            let name = key.string ?? "?"
            guard let role = ThemeRole(name: name) else {
                add(
                    key, "unknown role `\(name)`",
                    hint: Spelling.hint(name, among: ThemeRole.allCases.map(\.name)))
                continue
            }
            styles[role] = style(value, of: role)
        }
        return styles
    }

    /// `[colour] [on colour] [bold|dim|italic|underline|reverse]…`
    private mutating func style(_ node: Node, of role: ThemeRole) -> Style {
        guard let text = node.string else {
            add(node, "how `\(role.name)` looks is one line of text", hint: "for example: `snow on deep bold`")
            return .plain
        }
        var style = Style()
        var expectsBackground = false
        for word in text.split(separator: " ").map(String.init) {
            if word == "on", !expectsBackground {
                expectsBackground = true
            } else if let attribute = ColorText.attributes[word] {
                style.attributes.insert(attribute)
            } else if let color = palette[word] ?? ColorText.literal(word) {
                if expectsBackground { style.background = color } else { style.foreground = color }
                expectsBackground = false
            } else {
                let known = Array(palette.keys).sorted() + ColorText.attributes.keys.sorted() + ColorText.names
                add(node, "unknown colour or attribute `\(word)`", hint: Spelling.hint(word, among: known))
                expectsBackground = false
            }
        }
        if expectsBackground { add(node, "a colour is missing behind `on`") }
        return style
    }

    private mutating func checkCompleteness(_ styles: [ThemeRole: Style], at node: Node?) {
        guard let node else {
            add(nil, "the theme has no roles", hint: "add `roles:`, or `inherits: midnight`")
            return
        }
        let missing = ThemeRole.allCases.filter { styles[$0] == nil }.map(\.name)
        // After an error it is not known what was meant to be there.
        guard !missing.isEmpty, faults.isEmpty else { return }
        let names = missing.prefix(5).joined(separator: ", ") + (missing.count > 5 ? ", …" : "")
        add(
            node, "\(Count.text(missing.count, "role")) left out: \(names)", severity: .warning,
            hint: "they take the terminal's colours; `inherits: midnight` fills them in")
    }

    private mutating func warnOfContrast(_ theme: Theme, _ node: Node?) {
        for finding in theme.contrastFindings {
            let place = node?.mapping?.value(finding.role.name)
            add(
                place ?? node,
                "`\(finding.role.name)` has a contrast of \(ByteCount.fixed(finding.ratio, digits: 1)) to 1",
                severity: .warning, hint: "text needs \(ByteCount.fixed(Contrast.least, digits: 1)) to be read")
        }
    }

    private mutating func add(
        _ node: Node?, _ message: String, severity: FileFault.Severity = .error, hint: String? = nil
    ) {
        faults.append(
            FileFault(
                file: file, line: node?.mark?.line ?? 0, column: node?.mark?.column ?? 0, severity: severity,
                message: message, hint: hint))
    }

    private mutating func addSyntax(_ error: any Error) {
        var fault = FileFault(file: file, message: "this is no YAML: \(error)")
        if case YamlError.scanner(_, let problem, let mark, _) = error {
            fault = FileFault(file: file, line: mark.line, column: mark.column, message: "this is no YAML: \(problem)")
        } else if case YamlError.parser(_, let problem, let mark, _) = error {
            fault = FileFault(file: file, line: mark.line, column: mark.column, message: "this is no YAML: \(problem)")
        }
        faults.append(fault)
    }
}

extension Node.Mapping {
    /// The value of a key that is written as this text.
    fileprivate func value(_ key: String) -> Node? { first { $0.key.string == key }?.value }
}
