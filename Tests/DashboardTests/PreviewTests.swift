import CellScreen
import DashboardTestSupport
import Foundation
import Testing

@testable import Dashboard

struct PreviewTests {
    @Test func dump() throws {
        guard let wish = ProcessInfo.processInfo.environment["PREVIEW"] else { return }
        var out = ""
        defer { try? out.write(toFile: "/tmp/dash-preview.txt", atomically: true, encoding: .utf8) }
        let parts = wish.split(separator: ",")
        let ascii = ProcessInfo.processInfo.environment["ASCII"] != nil
        for size in parts[1...] {
            let wh = size.split(separator: "x").compactMap { Int($0) }
            for s in Scenario.all where parts[0] == "all" || parts[0].split(separator: "+").contains(Substring(s.name)) {
                var d = JourneyDriver(size: Size(width: wh[0], height: wh[1]), isASCII: ascii)
                s.play(&d)
                out += "=== \(s.name) \(size)\n" + d.screen + "\n"
            }
        }
        if parts[0] == "record" {
            let folder = TestFiles.tests.appendingPathComponent("Fixtures/invalid")
            for name in try TestFiles.names(in: folder, ending: ".yaml") {
                let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
                let faults = ThemeFile.read(text, file: name).faults.map(\.description).joined(separator: "\n") + "\n"
                try faults.write(to: folder.appendingPathComponent(name.replacingOccurrences(of: ".yaml", with: ".expected")), atomically: true, encoding: .utf8)
                out += "--- \(name)\n" + faults
            }
            try KeyReference.markdown.write(to: TestFiles.repository.appendingPathComponent("docs/keys.md"), atomically: true, encoding: .utf8)
        }
    }
}
