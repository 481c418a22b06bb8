import CellScreen
import DashboardTestSupport
import Foundation
import PromptChainCore
import Testing

@testable import Dashboard

@Suite("Theme files") struct ThemeFileTests {
    private static let invalid = TestFiles.tests.appendingPathComponent("Fixtures/invalid")
    private static let invalidNames = (try? TestFiles.names(in: invalid, ending: ".yaml")) ?? []

    @Test("Every invalid file gets its expected faults, all at once", arguments: invalidNames)
    func invalidFile(name: String) throws {
        let text = try String(contentsOf: Self.invalid.appendingPathComponent(name), encoding: .utf8)
        let expected = try String(
            contentsOf: Self.invalid.appendingPathComponent(name.replacingOccurrences(of: ".yaml", with: ".expected")),
            encoding: .utf8)
        let reading = ThemeFile.read(text, file: name)
        #expect(reading.faults.map(\.description).joined(separator: "\n") + "\n" == expected)
        #expect((reading.theme == nil) == reading.faults.contains { $0.severity == .error })
    }

    @Test("Shipped themes have no faults, name their licence, and colour every role")
    func shipped() {
        #expect(
            Theme.shipped.map(\.name) == [
                "terminal", "catppuccin-mocha", "daylight", "dracula", "gruvbox-dark", "gruvbox-light",
                "high-contrast", "midnight", "monochrome", "nord", "tokyo-night",
            ])
        for file in ShippedThemes.files {
            let reading = ThemeFile.read(file.text, file: file.name)
            #expect(reading.faults.isEmpty, "\(reading.faults)")
            #expect(reading.theme?.license == "MIT")
            #expect(reading.theme?.author.isEmpty == false)
            for role in ThemeRole.allCases { #expect(file.text.contains("\n  \(role.name): ")) }
        }
    }

    @Test("The names of shipped themes are known without reading them")
    func names() { #expect(Theme.shippedNames == Theme.shipped.map(\.name)) }

    @Test("What is compiled in is what stands in themes/")
    func embedded() throws {
        let folder = TestFiles.repository.appendingPathComponent("themes")
        #expect(try TestFiles.names(in: folder, ending: ".yaml") == ShippedThemes.files.map(\.name))
        for file in ShippedThemes.files {
            #expect(try TestFiles.text("themes/\(file.name)") == file.text)
        }
    }

    @Test("themes/README.md explains every role")
    func readme() throws {
        let text = try TestFiles.text("themes/README.md")
        for role in ThemeRole.allCases where !role.name.hasPrefix("model-") {
            #expect(text.contains("`\(role.name)`"), "\(role.name)")
        }
    }

    @Test("A theme takes from the one it inherits what it leaves out")
    func inherits() throws {
        let reading = ThemeFile.read(
            "name: dusk\ninherits: midnight\nroles:\n  accent: bright-red on black bold italic\n", file: "dusk.yaml")
        let theme = try #require(reading.theme)
        let midnight = try #require(Theme.shipped(named: "midnight"))
        #expect(theme[.accent] == Style(foreground: .ansi(9), background: .ansi(0), attributes: [.bold, .italic]))
        #expect(theme[.text] == midnight[.text])
        #expect(reading.faults.isEmpty)
    }

    @Test("Contrast is reckoned as WCAG does")
    func contrast() throws {
        let white = Color.rgb(red: 255, green: 255, blue: 255)
        #expect(try #require(Contrast.ratio(white, .rgb(red: 0, green: 0, blue: 0))) == 21)
        let grey = try #require(Contrast.ratio(white, .rgb(red: 0x76, green: 0x76, blue: 0x76)))
        #expect(abs(grey - 4.54) < 0.01)
        #expect(Contrast.ratio(white, .ansi(3)) == nil)
    }

    @Test("Signs and the lines of the focus have a contrast of 3 to 1 in every shipped theme")
    func signs() throws {
        for theme in Theme.shipped where theme.name != "terminal" {
            for role in [ThemeRole.faint, .borderFocused, .dialogBorder] {
                for paper in [ThemeRole.background, .dialog] {
                    let ratio = try #require(Contrast.ratio(theme[role].foreground, theme[paper].background))
                    #expect(ratio >= 3, "\(theme.name): \(role.name) on \(paper.name)")
                }
            }
        }
    }

    @Test("What is current, what failed and what is selected look unlike ordinary text in every shipped theme")
    func distinct() {
        for theme in Theme.shipped {
            for role in [ThemeRole.accent, .error, .warning, .muted, .titleFocused, .match] {
                #expect(theme[role] != theme[.text], "\(theme.name): \(role.name)")
            }
            #expect(theme[.selection] != theme[.selectionUnfocused], "\(theme.name)")
        }
    }

    @Test("Without colours, selection, matches and focus are still seen")
    func withoutColour() {
        for theme in Theme.shipped {
            let bare = theme.adapted(to: .none)
            for role in ThemeRole.allCases {
                #expect(bare[role].foreground == nil && bare[role].background == nil)
            }
            #expect(bare[.selection].attributes.contains(.reverse))
            #expect(bare[.match].attributes.contains(.reverse))
            #expect(bare[.titleFocused] != bare[.title])
        }
    }

    @Test("Sixteen colours are the user's own, and keep the user's background")
    func sixteen() throws {
        let theme = try #require(Theme.shipped(named: "midnight")).adapted(to: .ansi16)
        #expect(theme[.background].background == .terminalDefault)
        for role in ThemeRole.allCases {
            if case .rgb = theme[role].foreground { Issue.record("\(role) is not one of the sixteen") }
        }
    }
}

extension Theme {
    /// All that can be read of the shipped ones.
    fileprivate static var shipped: [Theme] { shippedNames.compactMap { shipped(named: $0) } }
}
